"""Public holidays from their files: the shipped years, and those that an office adds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from aidledger.catalogue.models import HolidaysModel, HolidayYearModel
from aidledger.catalogue.strict_yaml import Document
from aidledger.domain.holidays import Holidays, HolidayYear, days_between


def holidays(documents: Iterable[Document]) -> Holidays:
    """The holidays by year; raises CatalogueError where a year stands in two places."""
    years: dict[int, HolidayYear] = {}
    for document in documents:
        for i, model in enumerate(document.validated(HolidaysModel).years):
            if model.year in years:
                what = f"the holidays of {model.year} are known already"
                raise document.fault(what, "years", i)
            years[model.year] = _year(model)
    return dict(sorted(years.items()))


def _year(model: HolidayYearModel) -> HolidayYear:
    off = frozenset(day for text in model.off for day in _days(model.year, text))
    return HolidayYear(model.reference, off, frozenset(day for text in model.worked for day in _days(model.year, text)))


def _days(year: int, text: str) -> Iterator[str]:
    """The days of ``04-04..04-06`` or ``04-04``, in ISO form."""
    first, _, last = text.partition("..")
    yield from (day.isoformat() for day in days_between(_day(year, first), _day(year, last or first)))


def _day(year: int, text: str) -> date:
    return datetime.strptime(f"{year}-{text}", "%Y-%m-%d").date()  # noqa: DTZ007 - a day of the calendar

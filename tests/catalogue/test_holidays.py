"""Public holidays: the shipped years, an office's own, and what a file may say."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from aidledger.catalogue.loading import load
from aidledger.domain.holidays import is_working_day
from aidledger.domain.notice import NoticeTerm
from aidledger.errors import CatalogueError

_OWN = "years: [{year: 2031, reference: 国办发明电〔2030〕1号, off: [01-22..01-28], worked: [01-19]}]\n"


def _office(folder: Path, text: str) -> Path:
    (folder / "holidays").mkdir()
    (folder / "holidays" / "own.yaml").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2021, 10, 1), False),
        (date(2021, 10, 7), False),
        (date(2021, 10, 8), True),
        (date(2021, 10, 9), True),  # a Saturday that is worked instead
        (date(2021, 10, 10), False),
        (date(2026, 2, 23), False),
        (date(2026, 2, 28), True),
    ],
)
def test_days_of_the_shipped_years(day: date, worked: bool) -> None:
    assert is_working_day(day, load().holidays) is worked


def test_every_shipped_year_cites_its_document_and_moves_only_weekends() -> None:
    for year, known in load().holidays.items():
        assert known.reference.startswith(f"国办发明电〔{year - 1}〕")
        assert {date.fromisoformat(day).year for day in known.off | known.worked} == {year}
        assert all(date.fromisoformat(day).weekday() >= 5 for day in known.worked)
        assert not known.off & known.worked
        assert len(known.off) >= 25


def test_an_office_adds_a_year_and_of_an_unknown_one_mondays_to_fridays_count(tmp_path: Path) -> None:
    known = load(_office(tmp_path, _OWN)).holidays
    assert NoticeTerm(date(2031, 1, 18), date(2031, 1, 28)).working_days(known) == 3
    assert NoticeTerm(date(2031, 1, 18), date(2031, 1, 28)).working_days(load().holidays) == 7
    assert 2026 in known


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("years: [{year: 2026, reference: x, off: [01-01]}]\n", "known already"),
        ("years: [{year: 2031, reference: x, off: [01-05..01-03]}]\n", "is before"),
        ("years: [{year: 2031, reference: x, off: [13-01]}]\n", "MM-DD"),
    ],
)
def test_a_year_that_makes_no_sense_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(CatalogueError, match=said):
        load(_office(tmp_path, text))

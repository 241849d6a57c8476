"""The public notice of a program and period: previewed, then recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.notice import WORKING_DAYS_MIN, NoticeTerm
from aidledger.domain.term import Period
from aidledger.errors import NobodyToName, NoticeTooShort
from aidledger.store.chain import events
from aidledger.store.ledger import Ledger
from aidledger.store.master.schools import school_named
from aidledger.store.postings import notices
from aidledger.store.postings.notices import NoticePerson


@dataclass(frozen=True, slots=True)
class Announcement:
    """A notice; ``number``: None in a preview; ``head``: the ledger's, including the notice.

    ``working_days``: for which it is posted.
    """

    number: int | None
    program: str
    period: Period
    school: str | None
    term: NoticeTerm
    working_days: int
    named: Sequence[NoticePerson]
    head: str


def announce(
    ledger: Ledger,
    catalogue: Catalogue,
    program: str,
    period: Period,
    term: NoticeTerm,
    school: str | None = None,
    *,
    preview: bool = False,
) -> Announcement:
    """The people on a notice, which is recorded unless it is a preview.

    Raises UnknownProgram, UnknownSchool, NoticeTooShort; NobodyToName if nothing is posted.
    """
    program = catalogue.program(program).code
    days = term.working_days(catalogue.holidays)
    # What was posted over holidays is recorded as it was posted; the audit finds it.
    if max(days, term.working_days({})) < WORKING_DAYS_MIN:
        raise NoticeTooShort(days=days, wanted=WORKING_DAYS_MIN)
    with ledger.reading() if preview else ledger.writing("announce") as books:
        if school is not None:
            school = school_named(books, catalogue.school(school) or school)[1]
        named = notices.to_be_named(books, program, period.code, school)
        if not named:
            raise NobodyToName(program=program, period=period.code)
        number = None
        if not preview:
            parts = program, period.code, school, term, named, ledger.moment(), ledger.actor
            number = notices.announce(books, *parts)
        return Announcement(number, program, period, school, term, days, named, events.head(books))

"""certified-elsewhere: certified by one district and paid by another, when their ledgers are audited together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, select

from aidledger.audit.certified import years_paid
from aidledger.audit.rule import Case, Rule, Scope
from aidledger.i18n import N_
from aidledger.store.model.tables import Certification
from aidledger.store.postings.entries import current

# In a lake, an id is the district's code times this, plus the id in the district's ledger.
IDS_PER_DISTRICT = 10**12


def district_of(number: int) -> str:
    """The code of the district to which an id belongs."""
    return str(number // IDS_PER_DISTRICT)


def district_id(number: ColumnElement[int]) -> ColumnElement[Any]:
    """The part of an id that tells its district; in one district's ledger 0."""
    return number - number % IDS_PER_DISTRICT


def _find(scope: Scope) -> Iterator[Case]:
    """One case per payment, with the certifications in other districts."""
    programs = {code for code, program in scope.catalogue.programs.items() if program.certified}
    paid, own = scope.payments(), Certification.alias("own")
    for year, of_year in years_paid(scope, programs, paid):
        here = select(own.c.id).where(
            own.c.beneficiary_id == paid.c.beneficiary_id,
            own.c.period == year,
            district_id(own.c.id) == district_id(paid.c.id),
            current(own),
        )
        query = (
            select(paid, Certification.c.id.label("certification"))
            .join(Certification, Certification.c.beneficiary_id == paid.c.beneficiary_id)
            .where(
                of_year,
                Certification.c.period == year,
                district_id(Certification.c.id) != district_id(paid.c.id),
                current(Certification),
                ~here.exists(),
            )
            .order_by(paid.c.id, Certification.c.id)
        )
        found: dict[int, tuple[Any, list[int]]] = {}
        for row in scope.books.execute(query):
            found.setdefault(row.id, (row, []))[1].append(row.certification)
        for row, certifications in found.values():
            districts = dict.fromkeys(district_of(number) for number in certifications)
            yield Case.of(
                row,
                standard="教财〔2018〕16号",
                facts={"period": row.period, "year": year, "there": ", ".join(districts), "here": district_of(row.id)},
                records=tuple(("certification", number) for number in certifications),
            )


RULE = Rule(
    code="certified-elsewhere",
    severity="warning",
    message=N_("Paid for {period} in district {here}, but certified for the school year {year} only in {there}."),
    explanation=N_(
        "Hardship is certified by the district where the pupil goes to school. A pupil certified in one district "
        "and paid in another has moved, or is on the list of a school that he or she does not attend. Ask both "
        "districts which school the pupil attended in the term."
    ),
    reference="教财〔2018〕16号",
    find=_find,
    needs=("certification", "several-districts"),
)

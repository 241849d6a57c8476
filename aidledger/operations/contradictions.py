"""What a file contradicts in the ledger, found by the audit's own rules after posting it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from aidledger.audit.duplicates import duplicates, under_other_numbers
from aidledger.audit.listed import listed
from aidledger.audit.names import names
from aidledger.audit.parts import over_standard
from aidledger.audit.rule import Contradiction
from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.listing import ListTable
from aidledger.domain.place import Place
from aidledger.domain.problem import Problem
from aidledger.domain.roster import RosterFile, Table
from aidledger.store.ledger import Books
from aidledger.store.postings import posting, versions

# The audit rules that tell an import that a row contradicts the ledger, and the code and column to report.
_CODES = {
    "duplicate-disbursement": ("duplicate-in-ledger", "number"),
    "name-id-mismatch": ("name-id-mismatch", "name"),
    "listed-twice": ("duplicate-in-ledger", "number"),
    "amount-off-standard": ("amount-off-standard", "amount"),
}


def contradictions(books: Books, catalogue: Catalogue, posted: posting.Posted, file: RosterFile) -> list[Contradiction]:
    """The findings of the audit rules on the new batch."""
    found: list[Contradiction] = []
    if posted.other_name or file.listings:
        found += names(books, posted.batch)
    if posted.paid_before:
        found += duplicates(books, posted.batch)
        found += over_standard(books, catalogue, posted.batch)
    said = {(one.rule, one.sheet, one.row) for one in found}
    others = under_other_numbers(books, posted.batch) if file.tables else ()
    found += [one for one in others if (one.rule, one.sheet, one.row) not in said]
    if file.listings:
        found += listed(books, posted.batch)
    return found


def candidates(books: Books, posted: posting.Posted, found: Iterable[Contradiction]) -> list[int]:
    """The batches of which a new one may be a new version, likeliest first.

    They pay the same of the same school's people.
    """
    entries = [entry for one in found for entry in one.earlier]
    lists = Counter(int(str(one.facts["batch"])) for one in found if one.rule == "listed-twice")
    batches = [batch for batch, _ in lists.most_common()] or versions.current_versions_of(books, entries)
    schools = versions.schools_of(books, posted.batch) if batches else set()
    return [batch for batch in batches if versions.schools_of(books, batch) & schools]


def problems(found: Iterable[Contradiction], file: RosterFile, batch: int) -> Iterator[Problem]:
    """Contradictions as problems of the file, unless the roster's own checks have already reported them.

    ``batch``: that of the file; a contradiction within it is reported as one of the file.
    """
    tables: list[Table | ListTable] = [*file.tables, *file.listings]
    columns = {table.sheet: {**table.columns, "amount": _amount_column(table)} for table in tables}
    known = {(problem.code, problem.place.sheet, problem.place.row) for problem in file.problems}
    for contradiction in found:
        code, column = _CODES[contradiction.rule]
        if contradiction.facts.get("batch") == batch:
            code = "duplicate-in-file"
        if (code, contradiction.sheet, contradiction.row) not in known:
            place = Place(contradiction.sheet, contradiction.row, columns[contradiction.sheet].get(column))
            yield Problem(code, place, contradiction.facts)


def _amount_column(table: Table | ListTable) -> str | None:
    """The amount column, if a sheet has one for everything it pays."""
    columns = {roster.amount_column for roster in table.rosters} if isinstance(table, Table) else set()
    return columns.pop() if len(columns) == 1 else None

"""What a file contradicts in the ledger, asked of the audit's own rules after it was posted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from aidledger.audit.duplicates import duplicates
from aidledger.audit.listed import listed
from aidledger.audit.names import names
from aidledger.audit.parts import over_standard
from aidledger.audit.rule import Contradiction
from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.listing import Listing
from aidledger.domain.place import Place
from aidledger.domain.problem import Problem
from aidledger.domain.roster import RosterFile, Table
from aidledger.store import posting, versions
from aidledger.store.ledger import Books

# The audit's rules by which an import knows that a row contradicts the ledger, and the code and column with which it
# is reported.
_CODES = {
    "duplicate-disbursement": ("duplicate-in-ledger", "number"),
    "name-id-mismatch": ("name-id-mismatch", "name"),
    "listed-twice": ("duplicate-in-ledger", "number"),
    "amount-off-standard": ("amount-off-standard", "amount"),
}


def contradictions(books: Books, catalogue: Catalogue, posted: posting.Posted, file: RosterFile) -> list[Contradiction]:
    """What the audit's rules say of the new batch."""
    found: list[Contradiction] = []
    if posted.other_name or file.listings:
        found += names(books, posted.batch)
    if posted.paid_before:
        found += duplicates(books, posted.batch)
        found += over_standard(books, catalogue, posted.batch)
    if file.listings:
        found += listed(books, posted.batch)
    return found


def candidate(books: Books, posted: posting.Posted, found: Iterable[Contradiction]) -> int | None:
    """The batch of which a new one looks like another version: the same school said the same of the same people."""
    entries = [one.earlier for one in found if one.earlier is not None]
    lists = Counter(int(str(one.facts["batch"])) for one in found if one.rule == "listed-twice")
    batch = lists.most_common(1)[0][0] if lists else versions.current_version_of(books, entries)
    if batch is None or not versions.schools_of(books, batch) & versions.schools_of(books, posted.batch):
        return None
    return batch


def problems(found: Iterable[Contradiction], file: RosterFile) -> Iterator[Problem]:
    """Contradictions as problems of the file, where the roster's own checks have not said the same already."""
    tables: list[Table | Listing] = [*file.tables, *file.listings]
    columns = {table.sheet: {**table.columns, "amount": _amount_column(table)} for table in tables}
    said = {(problem.code, problem.place.sheet, problem.place.row) for problem in file.problems}
    for contradiction in found:
        code, column = _CODES[contradiction.rule]
        if (code, contradiction.sheet, contradiction.row) not in said:
            place = Place(contradiction.sheet, contradiction.row, columns[contradiction.sheet].get(column))
            yield Problem(code, place, contradiction.facts)


def _amount_column(table: Table | Listing) -> str | None:
    """The column of the money, where a sheet has one for all that it pays."""
    columns = {roster.amount_column for roster in table.rosters} if isinstance(table, Table) else set()
    return columns.pop() if len(columns) == 1 else None

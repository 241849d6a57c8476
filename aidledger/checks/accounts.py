"""Bank card numbers."""

from __future__ import annotations

from collections.abc import Iterator

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.account import is_account
from aidledger.domain.identity import mask_account
from aidledger.domain.listing import ListTable
from aidledger.domain.place import Place
from aidledger.domain.problem import Problem
from aidledger.domain.roster import RosterFile


def check(file: RosterFile, _catalogue: Catalogue) -> Iterator[Problem]:
    """account-format; a missing card is no problem, and bank returns are exempt because banks mask digits."""
    for table in file.of_people():
        if isinstance(table, ListTable) and table.kind == "bank-return":
            continue
        lines = table.lines
        for row, account in zip(lines.rows, lines.accounts, strict=True):
            if account is not None and not is_account(account):
                place = Place(table.sheet, row, table.columns.get("account"))
                yield Problem("account-format", place, {"value": mask_account(account)})

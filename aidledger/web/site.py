"""What all requests share: the open ledger, the catalogue, and how the page is worked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from aidledger.i18n import Language
from aidledger.web.jobs import Jobs

if TYPE_CHECKING:
    from aidledger.audit.running import Audit
    from aidledger.catalogue.catalogue import Catalogue
    from aidledger.operations.views import Viewed
    from aidledger.sheets.working_paper import WorkingPaper
    from aidledger.store.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Site:
    """The ledger, opened until the server ends, and the catalogue that it was opened with.

    ``language``: that of the command, until a reader chooses another. ``quit``: ends the server.
    ``audits``: the last audit that has run since the server began, after the one before.
    ``papers``: the working paper that somebody sent in and has not recorded yet, by their name.
    """

    ledger: Ledger
    catalogue: Catalogue
    language: Language
    quit: Callable[[], None]
    jobs: Jobs = field(default_factory=Jobs)
    audits: list[Viewed[Audit]] = field(default_factory=list)
    papers: dict[str, WorkingPaper] = field(default_factory=dict)

    def acting(self, actor: str) -> Site:
        """The same site as one person uses it; all share the ledger's connections."""
        return replace(self, ledger=replace(self.ledger, actor=actor))

    @property
    def today(self) -> date:
        """The date that decides which terms have ended, and whether a decision still holds."""
        return self.ledger.clock().date()

    @property
    def name(self) -> str:
        """The ledger's name in the head of a page: of a file its own name, of a server its address."""
        place = self.ledger.place
        return place if "://" in place else Path(place).name

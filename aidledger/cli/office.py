"""What the global options name: ledger, schemas, actor; opened when a command needs them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aidledger.cli.keys import AskedKeys
from aidledger.i18n import N_, Language, Translate, translator

if TYPE_CHECKING:
    from aidledger.catalogue.catalogue import Catalogue
    from aidledger.store.ledger import Ledger


_PLAIN = N_("This ledger is not encrypted; the key that was given is not used.")
_WAITS = N_("Somebody else is writing to the ledger; waiting up to a minute.")


@dataclass(frozen=True, slots=True)
class Office:
    """The global options of one call."""

    place: str
    actor: str
    schemas: Path | None
    language: Language
    clock: Callable[[], datetime]
    keys: AskedKeys

    def catalogue(self) -> Catalogue:
        """The shipped schemas, overlaid with the office's own."""
        from aidledger.catalogue.opening import open_catalogue

        return open_catalogue(self.schemas)

    def ledger(self) -> Ledger:
        """The ledger, opened until the command ends."""
        from aidledger.operations.opening import open_ledger

        self.look_at(self.place)
        ledger = open_ledger(self.place, self.actor, self.clock, self.waits(), self.keys.keys())
        click.get_current_context().call_on_close(ledger.close)
        if self.keys.unused_by(ledger):
            click.echo(self._(_PLAIN), err=True)
        return ledger

    def in_use(self) -> Catalogue:
        """The catalogue as the ledger's office uses it; as shipped where there is no ledger, or no key is given."""
        catalogue = self.catalogue()
        if "://" not in self.place and not Path(self.place).exists():
            return catalogue  # without loading what opens a ledger

        from aidledger.operations.offices import for_ledger
        from aidledger.operations.opening import wants_key

        if wants_key(self.place) and not self.keys.file:
            return catalogue
        return for_ledger(self.ledger(), catalogue)

    def look_at(self, place: str, *, new: bool = False) -> None:
        """Warn about an unsafe place for a ledger, and about the folder of a new one; raises LocksMissing."""
        from aidledger.operations.opening import doubts
        from aidledger.presentation.places import doubt_text

        for doubt in doubts(place, new=new):
            click.echo(doubt_text(doubt, self._), err=True)

    def waits(self) -> Callable[[], None]:
        """A callback that says, once, that somebody else is writing."""
        announced = False

        def tell() -> None:
            nonlocal announced
            if not announced:
                click.echo(self._(_WAITS), err=True)
                announced = True

        return tell

    def ledger_with(self, catalogue: Catalogue) -> Ledger:
        """The ledger, opened; raises LedgerUnknownPrograms if it holds programs that the catalogue lacks."""
        from aidledger.operations.opening import require_programs

        ledger = self.ledger()
        require_programs(ledger, catalogue)
        return ledger

    def opened(self, catalogue: Catalogue) -> tuple[Ledger, Catalogue]:
        """The ledger, and the catalogue as its office uses it; raises LedgerUnknownPrograms, UnknownRegion."""
        from aidledger.operations.offices import for_ledger

        ledger = self.ledger_with(catalogue)
        return ledger, for_ledger(ledger, catalogue)

    @property
    def _(self) -> Translate:
        """The translator of this call's language."""
        return translator(self.language)


pass_office = click.make_pass_decorator(Office)

"""Keys from options and terminal: options name where a key is; a key itself is typed only at a hidden prompt."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import click

from aidledger.i18n import N_, Translate

if TYPE_CHECKING:
    from aidledger.domain.secret import Secret
    from aidledger.store.database.keys import Keys
    from aidledger.store.ledger import Ledger

_MADE = N_(
    "A new key was made: {place}. Keep a copy of it away from the ledger; without it the ledger cannot be opened."
)
_SEAL_MADE = N_(
    "A new seal key was made: {place}. Keep a copy of it away from the ledger; without it the ledger can be read, "
    "but never written to again."
)


@dataclass(slots=True)
class AskedKeys:
    """Where the keys of this call are; each is read or prompted for once, when first needed."""

    file: str | None
    seal: str | None
    _: Translate
    _of_file: Secret | None = field(default=None, repr=False)
    _of_seals: Secret | None = field(default=None, repr=False)

    def keys(self) -> Keys:
        """The keys as the store asks for them."""
        from aidledger.operations.keys import Keys

        return Keys(self._asked_of_file, self._asked_of_seals)

    def for_a_new_ledger(self, *, encrypted: bool) -> Keys:
        """The same; a missing seal key is made when first needed, provided that no key is refused."""
        from aidledger.operations.keys import Keys

        def of_seals() -> Secret | None:
            if self.seal and self._of_seals is None:
                self._require_usable(encrypted=encrypted)
            return self.new_of_seals()

        return Keys(self._asked_of_file, of_seals)

    def _require_usable(self, *, encrypted: bool) -> None:
        """Check both keys, or prompt for that of the file, before making either."""
        from aidledger.operations import keys

        keys.usable(self.seal or "", of_seals=True)
        if encrypted and self.file:
            keys.usable(self.file)
        elif encrypted:
            self.new_of_file()

    def unused_by(self, ledger: Ledger) -> bool:
        """Whether a key was given for a ledger file that is not encrypted."""
        return bool(self.file) and ledger.secret is None and ledger.engine.dialect.name == "sqlite"

    def new_of_file(self) -> Secret:
        """The key to encrypt with: that of --key-file, made if missing; without the option, one typed in."""
        if self._of_file is None:
            self._of_file = self.made_or_read(self.file) if self.file else self.typed_twice()
        return self._of_file

    def new_of_seals(self) -> Secret | None:
        """The key of --seal-key-file, made if missing."""
        if self._of_seals is None and self.seal:
            self._of_seals = self.made_or_read(self.seal, of_seals=True)
        return self._of_seals

    def made_or_read(self, place: str, *, of_seals: bool = False) -> Secret:
        """The key at a place; a message tells if it had to be made."""
        from aidledger.operations import keys
        from aidledger.presentation.printable import harmless

        secret, made = keys.read_or_make(place, of_seals=of_seals)
        if made:
            message = self._(_SEAL_MADE if of_seals else _MADE)
            click.echo(harmless(message.format(place=place)), err=True)
        return secret

    def typed_twice(self) -> Secret:
        """A new passphrase; raises KeyNobodyToAsk, KeyTooShort."""
        from aidledger.domain.secret import Secret
        from aidledger.errors import KeyNobodyToAsk
        from aidledger.operations import keys

        if not sys.stdin.isatty():
            raise KeyNobodyToAsk
        prompt = self._(N_("New passphrase of the ledger"))
        prompt_again = self._(N_("Repeat it"))
        return keys.long_enough(
            Secret(click.prompt(prompt, hide_input=True, confirmation_prompt=prompt_again, err=True))
        )

    def _asked_of_file(self) -> Secret | None:
        from aidledger.domain.secret import Secret
        from aidledger.operations import keys

        if self._of_file is None and self.file:
            self._of_file = keys.read(self.file)
        elif self._of_file is None and sys.stdin.isatty():
            prompt = self._(N_("Passphrase of the ledger"))
            self._of_file = Secret(click.prompt(prompt, hide_input=True, err=True))
        return self._of_file

    def _asked_of_seals(self) -> Secret | None:
        from aidledger.operations import keys

        if self._of_seals is None and self.seal:
            self._of_seals = keys.read(self.seal, of_seals=True)
        return self._of_seals

"""What all requests share: the open ledger, the catalogue, and how the page is worked."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from aidledger.domain.secret import Secret
from aidledger.i18n import Language
from aidledger.operations import keys, ledgers, offices
from aidledger.operations.examining import Guard
from aidledger.operations.opening import open_ledger, require_programs
from aidledger.operations.views import view
from aidledger.web.jobs import Jobs

if TYPE_CHECKING:
    from aidledger.catalogue.catalogue import Catalogue
    from aidledger.domain.role import Action
    from aidledger.operations.auditing import KeptAudit
    from aidledger.operations.offices import OfficeNames
    from aidledger.store.ledger import Ledger


Answered = TypeVar("Answered")
_ANSWERS_KEPT = 64


@dataclass(frozen=True, slots=True)
class Site:
    """The ledger, opened until the server ends, and the catalogue: the office's, once somebody is ``acting``.

    ``language``: that of the command, until a reader chooses another. ``quit``: ends the server.
    ``guard``: reads sheets to show them. ``audits``: the last audit, once it was asked for. ``answers``: what was
    answered last, by question and head.
    """

    ledger: Ledger
    catalogue: Catalogue
    language: Language
    quit: Callable[[], None]
    jobs: Jobs = field(default_factory=Jobs)
    guard: Guard = field(default_factory=Guard)
    audits: list[KeptAudit] = field(default_factory=list)
    answers: dict[tuple[Hashable, str | None], Any] = field(default_factory=dict)

    def acting(self, actor: str) -> Site:
        """The same site as one person uses it, with the office's settings; all share the ledger's connections."""
        catalogue = offices.for_ledger(self.ledger, self.catalogue)
        return replace(self, ledger=replace(self.ledger, actor=actor), catalogue=catalogue)

    def require(self, action: Action) -> None:
        """Check that the actor may take an action; raises NotNamed, OtherRole."""
        self.ledger.require(action)

    def ask(self, question: Callable[..., Answered], *asked: Hashable) -> Answered:
        """The answer of an operation on ledger and catalogue, kept as ``kept`` says."""
        return self.kept((question, asked), lambda: question(self.ledger, self.catalogue, *asked))

    def kept(self, question: Hashable, answer: Callable[[], Answered]) -> Answered:
        """An answer, kept while the head that it holds for is the ledger's.

        Figures of a large ledger take seconds, and are looked at again and again. Raises what ``answer`` raises;
        NotNamed, OtherRole for whom the office does not let read.
        """
        head = self._head()
        key = (question, head)
        if key in self.answers:
            return cast("Answered", self.answers[key])
        found = answer()
        if self._head() == head:
            self.answers[key] = found
            # What held for another head is never asked for again, and an order has tens of thousands of lines.
            for old in [old for old in list(self.answers) if old[1] != head] + list(self.answers)[:-_ANSWERS_KEPT]:
                self.answers.pop(old, None)
        return found

    def _head(self) -> str | None:
        return view(self.ledger, lambda _: None).head

    def close(self) -> None:
        """End the reading process, and close the ledger."""
        self.guard.close()
        self.ledger.close()

    @property
    def actor(self) -> str:
        """As whom the site is used."""
        return self.ledger.actor

    @property
    def today(self) -> date:
        """The date that decides which terms have ended, and whether a decision still holds."""
        return self.ledger.clock().date()

    @property
    def name(self) -> str:
        """The ledger's name in the head of a page: of a file its own name, of a server its address."""
        place = self.ledger.place
        return place if "://" in place else Path(place).name


@dataclass(frozen=True, slots=True)
class Unopened:
    """A ledger that the page opens with a key that it asks for, or makes if there is none.

    ``made``: whether it is there. ``encrypt``: the key of the command's key file, to make the ledger with; without one
    the page asks whether to encrypt. ``seal``: how to get the seal key. ``doubts``: warnings about the place, in words.
    """

    place: str
    actor: str
    clock: Callable[[], datetime]
    catalogue: Catalogue
    language: Language
    quit: Callable[[], None]
    made: bool
    encrypt: Callable[[], Secret] | None = None
    seal: Callable[[], Secret | None] = lambda: None
    doubts: Sequence[str] = ()

    @property
    def path(self) -> str:
        """The page that asks."""
        return "/key" if self.made else "/new"

    def open(self, key: Secret) -> Site:
        """Open it; raises what ``open_ledger`` and ``require_programs`` raise, KeyWrong above all."""
        key_source = keys.Keys(lambda: key, self.seal)
        ledger = open_ledger(self.place, self.actor, self.clock, keys=key_source)
        try:
            require_programs(ledger, self.catalogue)
        except BaseException:
            ledger.close()
            raise
        return self._opened(ledger)

    def make(self, names: OfficeNames, key: Secret | None) -> Site:
        """Make it, as ``init`` does; raises what ``ledgers.init`` raises, KeyTooShort."""
        encrypt = self.encrypt
        if encrypt is None and key is not None:
            long_enough = keys.long_enough(key)
            encrypt = lambda: long_enough  # noqa: E731 - as ``init`` asks for a key
        key_source = keys.Keys(seal=self.seal)
        return self._opened(
            ledgers.init(self.place, self.catalogue, self.actor, self.clock, key_source, encrypt, names)
        )

    def _opened(self, ledger: Ledger) -> Site:
        return Site(ledger, self.catalogue, self.language, self.quit)

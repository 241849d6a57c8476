"""What a reader asked for, from the query of a URL or the fields of a form, as values of the domain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

from aidledger.domain.term import Period
from aidledger.errors import ReasonMissing, UnknownDay
from aidledger.operations.views import Reveal

if TYPE_CHECKING:
    from starlette.datastructures import ImmutableMultiDict

Word = TypeVar("Word", bound=str)


@dataclass(frozen=True, slots=True)
class Asked:
    """Fields by name. A field that is absent or blank was not asked for."""

    fields: ImmutableMultiDict[str, Any]

    def text(self, name: str) -> str | None:
        """A field's text."""
        value = self.fields.get(name)
        return value.strip() or None if isinstance(value, str) else None

    def secret(self, name: str) -> str:
        """A field's text as it was typed, blanks and all."""
        value = self.fields.get(name)
        return value if isinstance(value, str) else ""

    def path(self, name: str) -> str:
        """A path of our own to lead back to; the first page if it leads anywhere else."""
        path = self.text(name) or "/"
        return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/"

    def texts(self, name: str, known: Sequence[Word]) -> list[Word]:
        """All values of a field that are among the known, each once, in the order given."""
        words = {str(one): one for one in known}
        return [words[one] for one in dict.fromkeys(self.fields.getlist(name)) if one in words]

    def word(self, name: str, known: Sequence[Word]) -> Word | None:
        """The value of a field if it is among the known."""
        return next((one for one in known if one == self.text(name)), None)

    def period(self, name: str) -> Period | None:
        """A semester or year, by its code or as people write it; raises UnknownPeriod."""
        text = self.text(name)
        return None if text is None else Period.typed(text)

    def number(self, name: str, otherwise: int) -> int:
        """A positive whole number."""
        text = self.text(name) or ""
        return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 10 else otherwise  # noqa: PLR2004

    def day(self, name: str) -> date | None:
        """A date; raises UnknownDay."""
        text = self.text(name)
        try:
            return None if text is None else date.fromisoformat(text)
        except ValueError:
            raise UnknownDay(text=text) from None

    def reason(self) -> str:
        """Why something is done, for the chain; raises ReasonMissing."""
        text = self.text("why")
        if text is None:
            raise ReasonMissing
        return text

    def reveal(self) -> Reveal | None:
        """A request for full numbers; raises ReasonMissing without a reason."""
        return Reveal(self.text("reason") or "") if self.text("reveal") else None

    def query(self, **changed: object) -> Mapping[str, Any]:
        """The fields as they stand, but for some; for a link to the same page."""
        kept = {name: self.fields.getlist(name) for name in self.fields if name not in changed}
        return kept | {name: [value] for name, value in changed.items() if value is not None}

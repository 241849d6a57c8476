"""What the seals on a chain of events prove, event by event, to who has a key and to who has none."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator

from aidledger.i18n import N_
from aidledger.store.chain.seals import ACTION, Seal, SealKey, seal_in

# An English sentence and its facts.
Said = tuple[str, dict[str, object]]
Fields = tuple[object, ...]


class SealWatch:
    """Goes along a chain; the caller holds every event to its plain digest."""

    def __init__(self, key: SealKey | None) -> None:
        self._key = key
        self._last: str | None = None  # whose seal the event before has
        self._right = 0
        self._wrong = 0
        self._since: list[str] = []  # whose seals there are since the last one that was right

    def faults(self, before: str, fields: Fields) -> Iterator[Said]:
        """What is wrong with the seal of the next event: its fields are those of its digest, the facts last."""
        number, action, facts = fields[0], fields[3], str(fields[-1])
        found = seal_in(facts)
        if found is None:
            if self._last is not None:
                yield N_("event {event} is not sealed, and those before it are"), {"event": number}
            return
        if found.fingerprint != self._last and not self._allowed(before, action, found):
            yield (
                N_("event {event} is sealed with the key {seal_key}, and nobody with the key before it handed over"),
                {"event": number, "seal_key": found.fingerprint},
            )
        self._last = found.fingerprint
        if self._key is None or found.fingerprint != self._key.fingerprint:
            self._since.append(found.fingerprint)
        elif hmac.compare_digest(found.code, self._key.seal(before, fields[:-1], found.facts)):
            self._right += 1
            self._since.clear()
        else:
            self._wrong += 1
            yield (
                N_("the seal of event {event} was not made with the key {seal_key}"),
                {"event": number, "seal_key": found.fingerprint},
            )

    def _allowed(self, before: str, action: object, found: Seal) -> bool:
        """Whether a key may begin here: it says so, and the key before it agreed as far as that can be judged."""
        if action != ACTION:
            return False
        try:
            said = json.loads(found.facts)
            named, earlier, handover = said["key"], said.get("before"), said.get("handover")
        except (ValueError, LookupError, AttributeError, TypeError):
            return False
        if (named, earlier) != (found.fingerprint, self._last):
            return False
        if self._key is None or self._last != self._key.fingerprint:
            return True
        return hmac.compare_digest(str(handover), self._key.handover(before, found.fingerprint))

    def faults_at_the_end(self) -> Iterator[Said]:
        """What a key that was given shows of a chain in which it sealed nothing."""
        if self._key is not None and not self._right + self._wrong:
            yield (
                N_("nothing here is sealed with the key {seal_key}: it is another ledger's, or all was made anew"),
                {"seal_key": self._key.fingerprint},
            )

    def unjudged(self) -> Iterator[Said]:
        """What would take another key to judge. One seal that is right proves all that is before it."""
        if self._since:
            yield (
                N_("{events} events are sealed with the key {seal_key}, which was not given: they are not judged"),
                {"events": len(self._since), "seal_key": self._since[-1]},
            )

    @property
    def proved_by(self) -> str | None:
        """The key whose seals were all found right."""
        return self._key.fingerprint if self._key is not None and self._right and not self._wrong else None

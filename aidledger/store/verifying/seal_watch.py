"""What the seals of a chain prove, event by event, with and without the key."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator

from aidledger.i18n import N_
from aidledger.store.chain.seals import ACTION, Seal, SealKey, seal_in

# An English sentence and its facts.
Message = tuple[str, dict[str, object]]
Fields = tuple[object, ...]


class SealWatch:
    """Checks the seals along a chain; the caller checks the unkeyed digests."""

    def __init__(self, key: SealKey | None) -> None:
        self._key = key
        self._last: str | None = None  # fingerprint of the previous event's seal
        self._valid = 0
        self._invalid = 0
        self._unproved: list[str] = []  # fingerprints of the seals since the last valid one

    def faults(self, before: str, fields: Fields) -> Iterator[Message]:
        """What is wrong with the next event's seal; ``fields`` are those of its digest, the facts last."""
        number, action, facts = fields[0], fields[3], str(fields[-1])
        found = seal_in(facts)
        if found is None:
            if self._last is not None:
                yield N_("event {event} is not sealed, but those before it are"), {"event": number}
            return
        if found.fingerprint != self._last and not self._allowed(before, action, found):
            yield (
                N_("event {event} is sealed with the key {seal_key}, which the previous key did not sign"),
                {"event": number, "seal_key": found.fingerprint},
            )
        self._last = found.fingerprint
        if self._key is None or found.fingerprint != self._key.fingerprint:
            self._unproved.append(found.fingerprint)
        elif hmac.compare_digest(found.code, self._key.seal(before, fields[:-1], found.facts)):
            self._valid += 1
            self._unproved.clear()
        else:
            self._invalid += 1
            yield (
                N_("the seal of event {event} was not made with the key {seal_key}"),
                {"event": number, "seal_key": found.fingerprint},
            )

    def _allowed(self, before: str, action: object, found: Seal) -> bool:
        """Whether a key may start here: its event says so, and the previous key consented, if that can be checked."""
        if action != ACTION:
            return False
        try:
            facts = json.loads(found.facts)
            named, earlier, handover = facts["key"], facts.get("before"), facts.get("handover")
        except (ValueError, LookupError, AttributeError, TypeError):
            return False
        if (named, earlier) != (found.fingerprint, self._last):
            return False
        if self._key is None or self._last != self._key.fingerprint:
            return True
        return hmac.compare_digest(str(handover), self._key.handover(before, found.fingerprint))

    def faults_at_the_end(self) -> Iterator[Message]:
        """A fault if the given key has sealed nothing in the chain."""
        if self._key is not None and not self._valid + self._invalid:
            yield (
                N_(
                    "nothing here is sealed with the key {seal_key}: it belongs to another ledger, or everything "
                    "was rewritten"
                ),
                {"seal_key": self._key.fingerprint},
            )

    def unjudged(self) -> Iterator[Message]:
        """The seals that only another key can check; a valid seal proves all events before it."""
        if self._unproved:
            yield (
                N_(
                    "{events} events are sealed with the key {seal_key}, which was not given: their seals were not "
                    "verified"
                ),
                {"events": len(self._unproved), "seal_key": self._unproved[-1]},
            )

    @property
    def proved_by(self) -> str | None:
        """The fingerprint of the given key, if all of its seals are valid."""
        return self._key.fingerprint if self._key is not None and self._valid and not self._invalid else None

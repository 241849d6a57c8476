"""Who may come in: one-time links, sessions, and the cookie that names one."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from threading import Lock

from aidledger.domain.role import same_name
from aidledger.i18n import Language
from aidledger.web.address import Address

SESSION_SECONDS = 8 * 3600
IDLE_SECONDS = 30 * 60
_FREE_TRIES, _WAIT_MAX_SECONDS, _NAMES_MAX = 3, 300, 10_000


@dataclass(slots=True)
class Session:
    """Somebody at a browser: as whom they act, and the language they read, if they chose one.

    ``inside``: whether the pages are open to them; else they came by a link and have to sign in. ``proved``: by a
    password. ``since`` and ``seen``: in seconds of the door's clock.
    """

    actor: str
    language: Language | None = None
    number: int = 0
    since: float = 0
    seen: float = 0
    inside: bool = True
    proved: bool = False


@dataclass(slots=True)
class Door:
    """The sessions of one server.

    Links are good for one use, and only a digest of a session's secret is kept. The cookie's name holds the port,
    because a browser sends cookies to every port of a host. ``guarded``: who has a password, by ``same_name``.
    A session lasts eight hours; one that a password opened ends after half an hour in which nobody asked for anything.
    """

    address: Address
    actor: str
    clock: Callable[[], float] = time.time
    guarded: set[str] = field(default_factory=set)
    tries: Tries = field(init=False)
    _links: set[str] = field(default_factory=set)
    _sessions: dict[str, Session] = field(default_factory=dict)
    _numbers: count[int] = field(default_factory=lambda: count(1))
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self.tries = Tries(self.clock)

    @property
    def cookie(self) -> str:
        """The name of the session's cookie; with ``__Host-``, a browser takes it over TLS only."""
        prefix = "__Host-" if self.address.certificate else ""
        return f"{prefix}aidledger-{self.address.port}"

    def link(self) -> str:
        """A path that opens a session, once."""
        token = secrets.token_urlsafe(32)
        self._links.add(_digest(token))
        return f"/enter/{token}"

    def enter(self, token: str) -> str | None:
        """The secret of a new session for a link's token; None if it was used, or never given."""
        link = _digest(token)
        with self._lock:
            if link not in self._links:
                return None
            self._links.remove(link)
        return self.begin(self.actor)

    def begin(self, actor: str, *, proved: bool = False, language: Language | None = None) -> str:
        """The secret of a new session."""
        secret, now = secrets.token_urlsafe(32), self.clock()
        session = Session(actor, language, next(self._numbers), now, now, proved=proved)
        with self._lock:
            self._sessions[_digest(secret)] = session
        return secret

    def session(self, secret: str | None) -> Session | None:
        """The session of a cookie, whose ``seen`` is updated; an expired session is no longer ``inside``."""
        session = None if secret is None else self._sessions.get(_digest(secret))
        if session is None:
            return None
        now = self.clock()
        idle = session.proved and now - session.seen > IDLE_SECONDS
        if session.inside and (idle or now - session.since > SESSION_SECONDS):
            session.inside = False
        session.seen = now
        return session

    def leave(self, session: Session) -> None:
        """End a session."""
        with self._lock:
            for digest in [digest for digest, one in self._sessions.items() if one is session]:
                del self._sessions[digest]

    def of(self, actor: str) -> list[Session]:
        """Somebody's sessions, the oldest first; those that have ended by the clock are left out."""
        now, name = self.clock(), same_name(actor)
        return [
            one
            for one in list(self._sessions.values())
            if one.inside
            and same_name(one.actor) == name
            and now - one.since <= SESSION_SECONDS
            and not (one.proved and now - one.seen > IDLE_SECONDS)
        ]

    def guard(self, actor: str) -> None:
        """Somebody has a new password: every session in their name ends."""
        self.guarded.add(same_name(actor))
        for session in self.of(actor):
            session.inside = False


@dataclass(slots=True)
class Tries:
    """Wrong passwords by name and computer: after three, each makes the next wait longer, up to five minutes.

    Never for good; and who guesses at one computer keeps nobody from signing in at another.
    """

    clock: Callable[[], float] = time.time
    _failed: dict[str, tuple[int, float]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def wait_seconds(self, name: str, computer: str = "") -> int:
        """How long the next try has to wait; a try that may go ahead counts as failed until it has ``passed``."""
        key, now = _key(name, computer), self.clock()
        with self._lock:
            failures, until = self._failed.get(key, (0, 0.0))
            if now < until:
                return int(until - now) + 1
            failures += 1
            wait = 0 if failures < _FREE_TRIES else min(2 ** (failures - _FREE_TRIES + 1), _WAIT_MAX_SECONDS)
            if len(self._failed) >= _NAMES_MAX:
                self._failed.pop(next(iter(self._failed)))
            self._failed[key] = failures, now + wait
            return 0

    def passed(self, name: str, computer: str = "") -> None:
        """The try was right."""
        with self._lock:
            self._failed.pop(_key(name, computer), None)


def _key(name: str, computer: str) -> str:
    return _digest(f"{computer}\n{same_name(name)}")


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()

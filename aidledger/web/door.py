"""Who may come in: one-time links, sessions, and the cookie that names one."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field

from aidledger.i18n import Language


@dataclass(slots=True)
class Session:
    """Somebody at a browser: as whom they act, and the language they read, if they chose one."""

    actor: str
    language: Language | None = None


@dataclass(slots=True)
class Door:
    """The sessions of one server.

    Links are good for one use, and only a digest of a session's secret is kept. The cookie's name holds the port,
    because a browser sends cookies to every port of a host.
    """

    port: int
    actor: str
    _links: set[str] = field(default_factory=set)
    _sessions: dict[str, Session] = field(default_factory=dict)

    @property
    def cookie(self) -> str:
        """The name of the session's cookie."""
        return f"aidledger-{self.port}"

    def link(self) -> str:
        """A path that opens a session, once."""
        token = secrets.token_urlsafe(32)
        self._links.add(_digest(token))
        return f"/enter/{token}"

    def enter(self, token: str) -> str | None:
        """The secret of a new session for a link's token; None if it was used, or never given."""
        link = _digest(token)
        if link not in self._links:
            return None
        self._links.remove(link)
        secret = secrets.token_urlsafe(32)
        self._sessions[_digest(secret)] = Session(self.actor)
        return secret

    def session(self, secret: str | None) -> Session | None:
        """The session of a cookie."""
        return None if secret is None else self._sessions.get(_digest(secret))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()

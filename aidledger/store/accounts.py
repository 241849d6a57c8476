"""Passwords of people who sign in to the page, and who tried: in a database beside the ledger, never in the chain.

Of passwords hashes only.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from aidledger.domain.role import same_name
from aidledger.store import side

if TYPE_CHECKING:
    import sqlite3

    from aidledger.domain.secret import Secret

_TABLES = """
CREATE TABLE IF NOT EXISTS account (
    name TEXT PRIMARY KEY, hash TEXT NOT NULL, at TEXT NOT NULL, invited_by TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS invitation (
    name TEXT PRIMARY KEY, digest TEXT NOT NULL UNIQUE, actor TEXT NOT NULL, until TEXT NOT NULL,
    invited_by TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS sign_in (
    id INTEGER PRIMARY KEY, at TEXT NOT NULL, name TEXT, computer TEXT NOT NULL, let_in INTEGER NOT NULL);
"""
# Guesses must not fill the disk.
SIGN_INS_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody's password: its hash, since when it is in force (UTC), and who made the link with which it was set."""

    hash: str
    at: str
    invited_by: str


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link for a password: for whom, until when (UTC), and who made it."""

    actor: str
    until: str
    invited_by: str


@dataclass(frozen=True, slots=True)
class SignIn:
    """A try to sign in: when (UTC), at which computer's address, and whether the password was right.

    ``name``: None if nobody of that name has a role: what is typed there may be a password.
    """

    at: str
    name: str | None
    computer: str
    let_in: bool


@dataclass(frozen=True, slots=True)
class Accounts:
    """The passwords for a ledger, in a database at ``path``; ``secret``: the ledger's key, if it has one.

    People are told apart by ``same_name``. Every method raises SideDataUnreadable.
    """

    path: Path
    secret: Secret | None = None

    def all(self) -> dict[str, Account]:
        """Everybody's, by ``same_name``."""
        if not self.path.exists():
            return {}
        with self._open() as box:
            rows = box.execute("SELECT name, hash, at, invited_by FROM account").fetchall()
        return {name: Account(*rest) for name, *rest in rows}

    def invite(self, digest: str, invitation: Invitation) -> None:
        """Keep the digest of a link; an earlier link for the same person no longer works."""
        row = (same_name(invitation.actor), digest, invitation.actor, invitation.until, invitation.invited_by)
        with self._open() as box, box:
            box.execute("INSERT OR REPLACE INTO invitation VALUES (?, ?, ?, ?, ?)", row)

    def invitation(self, digest: str) -> Invitation | None:
        """What a link is for."""
        if not self.path.exists():
            return None
        query = "SELECT actor, until, invited_by FROM invitation WHERE digest = ?"
        with self._open() as box:
            found = box.execute(query, (digest,)).fetchone()
        return Invitation(*found) if found else None

    def accept(self, digest: str, account: Account) -> bool:
        """Set the password that a link is for, and use the link up; False if it was used meanwhile."""
        with self._open() as box, box:
            box.execute("BEGIN IMMEDIATE")
            found = box.execute("SELECT name FROM invitation WHERE digest = ?", (digest,)).fetchone()
            if found is None:
                return False
            box.execute("DELETE FROM invitation WHERE digest = ?", (digest,))
            row = (found[0], account.hash, account.at, account.invited_by)
            box.execute("INSERT OR REPLACE INTO account VALUES (?, ?, ?, ?)", row)
        return True

    def change(self, actor: str, hashed: str, at: str) -> None:
        """Set another password for somebody who has one."""
        with self._open() as box, box:
            box.execute("UPDATE account SET hash = ?, at = ? WHERE name = ?", (hashed, at, same_name(actor)))

    def remove(self, actor: str) -> None:
        """Remove somebody's password and link."""
        if self.path.exists():
            with self._open() as box, box:
                box.execute("DELETE FROM account WHERE name = ?", (same_name(actor),))
                box.execute("DELETE FROM invitation WHERE name = ?", (same_name(actor),))

    def note(self, tried: SignIn) -> None:
        """Keep a try to sign in, and forget the oldest beyond ``SIGN_INS_KEPT``."""
        with self._open() as box, box:
            row = (tried.at, tried.name, tried.computer, tried.let_in)
            box.execute("INSERT INTO sign_in (at, name, computer, let_in) VALUES (?, ?, ?, ?)", row)
            box.execute("DELETE FROM sign_in WHERE id <= (SELECT max(id) FROM sign_in) - ?", (SIGN_INS_KEPT,))

    def sign_ins(self) -> list[SignIn]:
        """The tries that are kept, the latest first."""
        if not self.path.exists():
            return []
        with self._open() as box:
            rows = box.execute("SELECT at, name, computer, let_in FROM sign_in ORDER BY id DESC").fetchall()
        return [SignIn(at, name, computer, bool(let_in)) for at, name, computer, let_in in rows]

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with side.opened(self.path, self.secret, _TABLES) as box:
            yield box

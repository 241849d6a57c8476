"""Signing in: whose password it is, links for a first one, and what becomes of passwords when roles change."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, timedelta
from threading import Lock

from aidledger.domain.password import hashed, matches, required
from aidledger.domain.role import same_name
from aidledger.errors import LedgerForeign, NobodyOfThatName, PasswordLinkUsed, PasswordWrong
from aidledger.operations.opening import file_of
from aidledger.store.accounts import Account, Accounts, Invitation, SignIn
from aidledger.store.chain import actors as roll
from aidledger.store.ledger import Ledger
from aidledger.store.side import side_path

__all__ = [
    "Account", "SignIn", "accounts", "change", "has", "invite", "invited", "named", "set_first", "sign_ins",
    "signed_in",
]  # fmt: skip

LINK_HOURS = 24
# A hash takes 128 MiB: guesses wait for one another.
_one_at_a_time = Lock()


def accounts_of(ledger: Ledger) -> Accounts:
    """Where the passwords for a ledger are."""
    return Accounts(side_path(file_of(ledger.place), ledger.place, "access"), ledger.secret)


def accounts(ledger: Ledger) -> Mapping[str, Account]:
    """Who has a password, by ``same_name``; raises SideDataUnreadable."""
    return accounts_of(ledger).all()


def has(ledger: Ledger, actor: str) -> bool:
    """Whether somebody has a role and a password; raises SideDataUnreadable."""
    return same_name(actor) in accounts(ledger) and named(ledger, actor) is not None


def named(ledger: Ledger, actor: str) -> str | None:
    """An actor as the ledger names them; None without a role. Raises LedgerForeign if somebody tampered with roles."""
    with ledger.reading("open") as books:
        try:
            found = roll.named(books).get(same_name(actor))
        except (ValueError, LookupError, TypeError) as error:
            raise LedgerForeign(path=ledger.place) from error
    return found.actor if found else None


def invite(ledger: Ledger, actor: str) -> str:
    """The token of a link with which somebody sets a password, once, within a day; earlier links end.

    Raises NotNamed, OtherRole, NobodyOfThatName, SideDataUnreadable.
    """
    with ledger.reading("name") as books:
        found = roll.named(books).get(same_name(actor))
    if found is None:
        raise NobodyOfThatName(actor=actor)
    token = secrets.token_urlsafe(32)
    until = (ledger.clock().astimezone(UTC) + timedelta(hours=LINK_HOURS)).strftime("%Y-%m-%dT%H:%M:%SZ")
    accounts_of(ledger).invite(_digest(token), Invitation(found.actor, until, ledger.actor))
    return token


def invited(ledger: Ledger, token: str) -> str:
    """For whom a link is; raises PasswordLinkUsed if it was used, replaced, is too old or never was one.

    The same if the person has no role any more.
    """
    return _invitation(ledger, token).actor


def _invitation(ledger: Ledger, token: str) -> Invitation:
    found = accounts_of(ledger).invitation(_digest(token))
    if found is None or found.until < ledger.moment() or named(ledger, found.actor) is None:
        raise PasswordLinkUsed
    return found


def set_first(ledger: Ledger, token: str, password: str) -> str:
    """Set the password that a link is for; returns whose it is.

    Raises PasswordLinkUsed, PasswordTooShort, PasswordTooLong, PasswordCommon.
    """
    found = _invitation(ledger, token)
    kept = required(password, found.actor)
    with _one_at_a_time:
        account = Account(hashed(kept), ledger.moment(), found.invited_by)
    if not accounts_of(ledger).accept(_digest(token), account):
        raise PasswordLinkUsed
    return found.actor


def signed_in(ledger: Ledger, actor: str, password: str, computer: str) -> str | None:
    """The actor as the ledger names them, if the password is theirs and they have a role; each try is noted."""
    named_as, right = named(ledger, actor), _is_right(ledger, actor, password)
    accounts_of(ledger).note(SignIn(ledger.moment(), named_as, computer, right and named_as is not None))
    return named_as if right else None


def sign_ins(ledger: Ledger) -> Sequence[SignIn]:
    """Who tried to sign in, the latest first; raises NotNamed, OtherRole."""
    ledger.require("name")
    return accounts_of(ledger).sign_ins()


def _is_right(ledger: Ledger, actor: str, password: str) -> bool:
    known = accounts(ledger).get(same_name(actor))
    with _one_at_a_time:
        return matches(password, known.hash if known else None)


def change(ledger: Ledger, old: str, new: str) -> None:
    """Change one's own password.

    Raises PasswordWrong, PasswordTooShort, PasswordTooLong, PasswordCommon.
    """
    if not _is_right(ledger, ledger.actor, old):
        raise PasswordWrong
    kept = required(new, ledger.actor)
    with _one_at_a_time:
        accounts_of(ledger).change(ledger.actor, hashed(kept), ledger.moment())


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()

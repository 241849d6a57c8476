"""A ledger that is opened: reading and writing, and what its database's errors mean."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError

from aidledger.domain.role import Action, LoginName, require
from aidledger.domain.secret import Secret
from aidledger.errors import (
    EncryptionElsewhere,
    KeyWanted,
    LedgerExists,
    LedgerForeign,
    LedgerNewer,
    LedgerOlder,
)
from aidledger.store.chain import actors
from aidledger.store.chain.seals import SEAL_KEY, SealKey
from aidledger.store.database import engine as engines
from aidledger.store.database import files
from aidledger.store.database.keys import NO_KEYS, Keys
from aidledger.store.database.meanings import meaning
from aidledger.store.database.waiting import Waits, lock_postgresql

# The newest migration; a test holds it to the migrations folder, so that opening need not load alembic.
REVISION = "0001"
Books = Connection
# Not current_user: whoever takes on another role (SET ROLE) is who logged in all the same.
_LOGGED_IN = text("SELECT session_user")


def _in_silence() -> None:
    """Tell nobody of the wait for another writer."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """An opened ledger, who uses it, and the clock that dates what is written.

    ``waits`` is told of another writer; ``secret``: the key of its file, where that is encrypted.
    """

    engine: Engine
    place: str
    actor: str
    clock: Callable[[], datetime]
    waits: Waits = _in_silence
    keys: Keys = NO_KEYS
    secret: Secret | None = None

    @property
    def seal_key(self) -> SealKey | None:
        """The key of the seals, if one was given."""
        return _seal_key(self.keys)

    def moment(self) -> str:
        """Now, in UTC to the second, as it is stored."""
        return self.clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    @contextmanager
    def reading(self, action: Action = "read") -> Iterator[Books]:
        """One consistent view of the ledger, for whom the office lets look; raises NotNamed, OtherRole."""
        options: dict[str, Any] = {SEAL_KEY: self.keys.seal}
        if self.engine.dialect.name != "sqlite":
            options["isolation_level"] = "REPEATABLE READ"
        with (
            _translated(self.place),
            self.engine.connect().execution_options(**options) as books,
            books.begin() as transaction,
        ):
            self._require(books, action)
            yield books
            transaction.rollback()  # of nothing; on a damaged file that is encrypted a commit would be refused

    @contextmanager
    def writing(self, action: Action, *, keep: bool = True) -> Iterator[Books]:
        """The ledger to write to: committed when the block ends, taken back when it raises or nothing is to be kept.

        What is done to it is judged first, in the same transaction: who was taken off the list in the meantime is
        refused. What is not kept is not sealed either, so that nobody needs a key for it. Raises NotNamed, OtherRole.
        """
        options = {engines.WRITES: self.waits, SEAL_KEY: self.keys.seal if keep else None}
        with (
            _translated(self.place),
            self.engine.connect().execution_options(**options) as books,
            books.begin() as transaction,
        ):
            if self.engine.dialect.name == "postgresql":
                lock_postgresql(books, self.waits)
            self._require(books, action)
            yield books
            if not keep:
                transaction.rollback()

    def _require(self, books: Books, action: Action) -> None:
        """The one place where a action is judged by the actor's role (domain.role)."""
        if action == "open":
            return
        try:
            roles = {key: one.role for key, one in actors.named(books).items()}
        except (ValueError, LookupError, TypeError) as error:  # a naming that was tampered with; verify says which
            raise LedgerForeign(path=self.place) from error
        require(action, self.actor, roles)

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()


def open_ledger(
    place: str, actor: str, clock: Callable[[], datetime], waits: Waits = _in_silence, keys: Keys = NO_KEYS
) -> Ledger:
    """The ledger at a path or URL.

    Raises LedgerMissing, LedgerForeign, LedgerOlder, LedgerNewer, KeyWanted, KeyWrong.
    """
    ledger = unchecked(place, actor, clock, waits, keys)
    try:
        with ledger.reading("open") as books:
            _require_version(books, ledger.place)
    except BaseException:
        ledger.close()
        raise
    return ledger


def unchecked(
    place: str, actor: str, clock: Callable[[], datetime], waits: Waits = _in_silence, keys: Keys = NO_KEYS
) -> Ledger:
    """What is at a path or URL, of whatever version; raises LedgerMissing, LedgerForeign, KeyWanted."""
    url = engines.ledger_url(place)
    engines.require_file(url)
    shown = engines.shown(url)
    secret = secret_of(Path(str(url.database)), keys) if url.get_backend_name() == "sqlite" else None
    engine = engines.connect(url, secret)
    return Ledger(engine, shown, _who(engine, shown, actor), clock, waits, keys, secret)


def _who(engine: Engine, shown: str, actor: str) -> str:
    """The actor, if somebody said who that is; else the role that a server let in, or the login name here."""
    if engine.dialect.name == "sqlite" or not isinstance(actor, LoginName):
        return actor
    with _translated(shown), engine.connect() as books:
        return str(books.execute(_LOGGED_IN).scalar_one())


def secret_of(path: Path, keys: Keys) -> Secret | None:
    """The key of a file that is not plain SQLite, None for one that is; raises KeyWanted, LedgerForeign."""
    if files.looks_like_sqlite(path):
        return None
    if not files.may_be_encrypted(path):
        raise LedgerForeign(path=path)
    secret = keys.file()
    if secret is None:
        raise KeyWanted(path=path)
    return secret


def create_ledger(
    place: str,
    actor: str,
    clock: Callable[[], datetime],
    keys: Keys = NO_KEYS,
    encrypt: Callable[[], Secret] | None = None,
    fill: Callable[[Ledger, Books], object] = lambda _ledger, _books: None,
) -> Ledger:
    """A new ledger with what ``fill`` puts in, encrypted with what ``encrypt`` gives, sealed from its first event.

    Sealed where there is a key. Nothing is left of one that could not be made so. Raises LedgerExists where there is
    something already, EncryptionElsewhere, SealKeyUnusable, CannotWrite.
    """
    from aidledger.store.chain import events  # noqa: PLC0415 - the tables are slow to load
    from aidledger.store.model.migrate import upgrade  # noqa: PLC0415 - alembic is slow to load and only needed here

    url = engines.ledger_url(place)
    if encrypt is not None and url.get_backend_name() != "sqlite":
        raise EncryptionElsewhere(path=engines.shown(url))
    secret = None
    with engines.new_file(url) as there:
        if encrypt is not None:
            _seal_key(keys)  # which may be refused, before a key of the file is made
            secret = encrypt()
        engine, shown = engines.connect(there, secret), engines.shown(url)
        making = Ledger(engine, shown, _who(engine, shown, actor), clock, keys=keys, secret=secret)
        try:
            with making.writing("open") as books:
                _require_nothing(books, making.place)
                upgrade(books)
                if (seal_key := making.seal_key) is not None:
                    events.seal(books, making.moment(), making.actor, seal_key)
                fill(making, books)
        finally:
            making.close()
    return replace(making, engine=engines.connect(url, secret))


def _seal_key(keys: Keys) -> SealKey | None:
    """The key of the seals, if one was given; raises SealKeyUnusable."""
    secret = keys.seal()
    return None if secret is None else SealKey(secret)


def _require_nothing(books: Books, shown: str) -> None:
    if inspect(books).has_table("alembic_version"):
        raise LedgerExists(path=shown)


def revision_of(books: Books, shown: str) -> str:
    """The version of a ledger's tables; raises LedgerForeign."""
    if not inspect(books).has_table("alembic_version"):
        raise LedgerForeign(path=shown)
    return str(books.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none())


def _require_version(books: Books, shown: str) -> None:
    found = revision_of(books, shown)
    if found != REVISION:
        older = found.isdigit() and int(found) < int(REVISION)
        raise (LedgerOlder if older else LedgerNewer)(path=shown, found=found, wanted=REVISION)


def _first(error: DBAPIError) -> DBAPIError:
    """The error that came first: a transaction that the database gave up leaves errors of tidying up behind it."""
    first, context = error, error.__context__
    while context is not None:
        if isinstance(context, DBAPIError):
            first = context
        context = context.__context__
    return first


@contextmanager
def _translated(place: str) -> Iterator[None]:
    try:
        yield
    except DBAPIError as last:
        error = _first(last)
        raise meaning(error.orig, place) from error
    except UnicodeDecodeError as error:
        raise LedgerForeign(path=place) from error

"""An open ledger: its read and write transactions, with database errors translated."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
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
from aidledger.store.database.waiting import Waits, holding_pages, lock_postgresql
from aidledger.store.master.survivors import settle

# The newest migration; a test holds it to the migrations folder, so that opening need not load alembic.
REVISION = "0001"
Books = Connection
# Not current_user: SET ROLE does not change who logged in.
_LOGGED_IN = text("SELECT session_user")


# Actions that take rows as they were posted, or a ledger of another version.
_AS_POSTED: frozenset[Action] = frozenset({"open", "copy", "restore", "upgrade", "rekey", "seal"})


def _settle(books: Books, action: Action) -> None:
    """Have questions answered by the schools' successions, unless the action takes rows as they were posted."""
    if action not in _AS_POSTED:
        settle(books)


def _in_silence() -> None:
    """Report no wait for another writer."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """An open ledger, the actor who uses it, and the clock that dates what is written.

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
        """The seal key, if one was given; raises SealKeyUnusable."""
        return _seal_key(self.keys)

    def moment(self) -> str:
        """The current time as it is stored: UTC, to the second."""
        return self.clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    @contextmanager
    def reading(self, action: Action = "read") -> Iterator[Books]:
        """One consistent view of the ledger; raises NotNamed, OtherRole if the actor may not take the action."""
        options: dict[str, Any] = {SEAL_KEY: self.keys.seal}
        if self.engine.dialect.name != "sqlite":
            options["isolation_level"] = "REPEATABLE READ"
        with (
            _translated(self.place),
            self.engine.connect().execution_options(**options) as books,
            books.begin() as transaction,
        ):
            self._check_role(books, action)
            _settle(books, action)
            yield books
            transaction.rollback()  # nothing was written, and a damaged encrypted file would refuse a commit

    @contextmanager
    def writing(self, action: Action, *, keep: bool = True) -> Iterator[Books]:
        """A write transaction: committed when the block ends, rolled back if it raises or ``keep`` is false.

        The actor's role is checked in the same transaction, so that a dismissal in the meantime counts. What is
        rolled back is not sealed and needs no key. Raises NotNamed, OtherRole.
        """
        options = {engines.WRITES: self.waits, SEAL_KEY: self.keys.seal if keep else None}
        with (
            _translated(self.place),
            self.engine.connect().execution_options(**options) as books,
            books.begin() as transaction,
        ):
            if self.engine.dialect.name == "postgresql":
                lock_postgresql(books, self.waits)
            self._check_role(books, action)
            _settle(books, action)
            with nullcontext() if keep else holding_pages(books):
                yield books
            if not keep:
                transaction.rollback()

    def require(self, action: Action) -> None:
        """Check that the office lets the actor take an action; raises NotNamed, OtherRole."""
        with self.reading(action):
            pass

    def _check_role(self, books: Books, action: Action) -> None:
        """Check the action against the actor's role (domain.role); nothing else does."""
        if action == "open":
            return
        try:
            roles = {key: named.role for key, named in actors.named(books).items()}
        except (ValueError, LookupError, TypeError) as error:  # somebody tampered with an event; verify says which
            raise LedgerForeign(path=self.place) from error
        require(action, self.actor, roles)

    def close(self) -> None:
        """Close all connections to the database."""
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
    """The ledger at a path or URL, whatever its version; raises LedgerMissing, LedgerForeign, KeyWanted."""
    url = engines.ledger_url(place)
    engines.require_file(url)
    name = engines.display_name(url)
    secret = secret_of(Path(str(url.database)), keys) if url.get_backend_name() == "sqlite" else None
    engine = engines.connect(url, secret)
    return Ledger(engine, name, _actor(engine, name, actor), clock, waits, keys, secret)


def _actor(engine: Engine, place: str, actor: str) -> str:
    """The actor as given; a login name of this computer gives way to the server's own."""
    if engine.dialect.name == "sqlite" or not isinstance(actor, LoginName):
        return actor
    with _translated(place), engine.connect() as books:
        return str(books.execute(_LOGGED_IN).scalar_one())


def secret_of(path: Path, keys: Keys) -> Secret | None:
    """The key of an encrypted file, None for plain SQLite; raises KeyWanted, LedgerForeign."""
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
    """Create a ledger: encrypted with the key that ``encrypt`` makes, sealed if there is a seal key, then filled.

    A failure leaves nothing behind. Raises LedgerExists, EncryptionElsewhere, SealKeyUnusable, CannotWrite.
    """
    from aidledger.store.chain import events  # noqa: PLC0415 - the tables are slow to load
    from aidledger.store.model.migrate import upgrade  # noqa: PLC0415 - alembic is slow to load and only needed here

    url = engines.ledger_url(place)
    name = engines.display_name(url)
    if encrypt is not None and url.get_backend_name() != "sqlite":
        raise EncryptionElsewhere(path=name)
    secret = None
    with engines.new_file(url) as unfinished:
        if encrypt is not None:
            _seal_key(keys)  # refuse a bad seal key before a file key is made
            secret = encrypt()
        engine = engines.connect(unfinished, secret)
        making = Ledger(engine, name, _actor(engine, name, actor), clock, keys=keys, secret=secret)
        try:
            with making.writing("open") as books:
                _require_no_ledger(books, making.place)
                upgrade(books)
                if (seal_key := making.seal_key) is not None:
                    events.seal(books, making.moment(), making.actor, seal_key)
                fill(making, books)
        finally:
            making.close()
    return replace(making, engine=engines.connect(url, secret))


def _seal_key(keys: Keys) -> SealKey | None:
    secret = keys.seal()
    return None if secret is None else SealKey(secret)


def _require_no_ledger(books: Books, place: str) -> None:
    if inspect(books).has_table("alembic_version"):
        raise LedgerExists(path=place)


def revision_of(books: Books, place: str) -> str:
    """The version of a ledger's tables; raises LedgerForeign."""
    if not inspect(books).has_table("alembic_version"):
        raise LedgerForeign(path=place)
    return str(books.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none())


def _require_version(books: Books, place: str) -> None:
    found = revision_of(books, place)
    if found != REVISION:
        older = found.isdigit() and int(found) < int(REVISION)
        raise (LedgerOlder if older else LedgerNewer)(path=place, found=found, wanted=REVISION)


def _first(error: DBAPIError) -> DBAPIError:
    """The root error: rolling back a failed transaction may raise further ones."""
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

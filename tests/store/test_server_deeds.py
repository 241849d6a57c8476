"""What a login can do to a ledger on a server with psql: refused, or named by `verify`, as docs/postgresql.md says.

The table on the page is what is expected; here is what is done for each of its lines.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from sqlalchemy import Connection, Engine, create_engine, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from aidledger.domain.secret import Secret
from aidledger.operations import ledgers
from aidledger.store.chain import events
from aidledger.store.chain.digests import event_digest
from aidledger.store.chain.seals import SealKey
from aidledger.store.database.waiting import lock_postgresql
from aidledger.store.model.tables import Event
from aidledger.store.verifying.verify import faults_behind, verify
from tests import postgresql
from tests.store import everything
from tests.store.deeds import TABLES, Deed
from tests.store.deeds import deeds as deeds_by_metadata
from tests.store.ledgers import ACTOR, catalogue, clock, opened
from tools.compiled.schema import roles

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

# It is on PostgreSQL whatever the engine of the run is.
pytestmark = [pytest.mark.sqlite_only, pytest.mark.plain_only]

PAGE = Path(__file__).parents[2] / "docs" / "postgresql.md"
ROLES = ("clerk", "reviewer", "auditor")
SEAL = SealKey(Secret("5ea1" * 16))
Do = Callable[[Connection], object]
REFUSED = "nobody"


def _table() -> dict[str, tuple[str, str]]:
    """Of each deed on the page, who could, and what finds it."""
    _, _, rest = PAGE.read_text(encoding="utf-8").partition("<!-- tested: tests/store/test_server_deeds.py -->")
    lines = [line for line in rest.partition("\n## ")[0].splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]
    return {deed: (who, found) for deed, who, _, found in cells}


LINES = _table()


def _line(beginning: str) -> str:
    """The one line of the page that begins so."""
    (found,) = (line for line in LINES if line.startswith(beginning))
    return found


CHANGES, BELOW_1 = _line("change or delete a row"), _line("add a row numbered")
ONLY_OWN_LINKS, LINK, FORGED = _line("decide, release"), _line("add a link"), _line("write what the program")
# Of each table, the line on what is added to it.
ADDED_TO: Mapping[str, str] = {
    table: _line(f"add {beginning}")
    for beginning, tables in {
        "an entry": ("entry",),
        "a batch": ("batch", "roster", "listing"),
        "to the running totals": ("batch_total", "kept_entry", "number_correction"),
        "a certification": (
            *("certification", "enrolment", "allotment", "recovery", "bank_return", "population", "school_amount"),
            *("quota", "fee_receipt", "staff", "death", "national_payment"),
        ),
        "a payment order": ("payment_order", "payment_order_line"),
        "a notice": ("notice", "notice_line"),
        "a person": ("beneficiary", "school", "school_alias", "program", "standard", "catalogue"),
        "a file": ("source_file",),
        "a link": ("event",),
    }.items()
    for table in tables
}
BY_HAND: Mapping[str, tuple[str, ...]] = {
    CHANGES: (
        "TRUNCATE entry CASCADE",
        "INSERT INTO school SELECT * FROM school ON CONFLICT (id) DO UPDATE SET name = 'x'",
        "UPDATE beneficiary SET sex = 'male', name = 'x'",
        "SELECT * FROM entry FOR UPDATE",
    ),
    _line("take off triggers"): (
        "ALTER TABLE entry DISABLE TRIGGER ALL",
        "DROP TRIGGER entry_refused ON entry",
        "ALTER TABLE entry DROP CONSTRAINT entry_numbered_from_1",
        "DROP INDEX entry_once",
        "ALTER TABLE event DISABLE ROW LEVEL SECURITY",
        "DROP POLICY clerks_decide_nothing ON event",
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
        "CREATE TRIGGER mine BEFORE INSERT ON entry EXECUTE FUNCTION refuse_change()",
        "CREATE RULE never AS ON INSERT TO event DO INSTEAD NOTHING",
        "DROP TABLE notice_line",
    ),
    _line("pass over"): ("SET session_replication_role = replica",),
    _line("put tables"): (
        "CREATE TABLE mine (id BIGINT)",
        "CREATE TABLE mine () INHERITS (entry)",
        "CREATE VIEW mine AS SELECT * FROM entry",
        "CREATE FUNCTION sum(bigint) RETURNS bigint LANGUAGE sql AS 'SELECT 0'",
        "CREATE SCHEMA mine",
        "CREATE TEMPORARY TABLE entry (id BIGINT)",
        "CREATE TEMPORARY VIEW entry AS SELECT 1",
    ),
    _line("take on"): (
        "SET ROLE {owner}",
        "SET SESSION AUTHORIZATION {owner}",
        "ALTER ROLE {login} CREATEROLE",
        "GRANT {owner} TO {login}",
        "CREATE ROLE another LOGIN",
        "ALTER TABLE entry OWNER TO {login}",
    ),
    _line("read or write the server's"): (
        "COPY entry TO '/nowhere'",
        "COPY entry FROM '/nowhere'",
        "COPY entry TO PROGRAM 'true'",
        "SELECT pg_read_file('PG_VERSION')",
    ),
    _line("say that the ledger"): (
        "INSERT INTO alembic_version VALUES ('9999')",
        "UPDATE alembic_version SET version_num = '9999'",
        "DELETE FROM alembic_version",
    ),
    LINK: (
        "INSERT INTO event SELECT max(id) + 1, '2022-03-01T08:00:00Z', 'x', 'reveal', NULL, 'none', 'x' FROM event",
        "INSERT INTO event SELECT max(id) + 9, '2022-03-01T08:00:00Z', 'x', 'reveal', NULL, 'none', 'x' FROM event",
    ),
    _line("change the sex"): (
        "UPDATE beneficiary SET student_number = 'G1' WHERE id = 1",
        "UPDATE beneficiary SET sex = NULL WHERE sex IS NOT NULL",
    ),
    _line("read full numbers"): ("SELECT number, name FROM beneficiary",),
}


class Server:
    """A ledger with rows in every table, and a login for each role."""

    def __init__(self, url: URL) -> None:
        self.url = url
        self.logins = {role: f"psql_{role}_{uuid.uuid4().hex[:8]}" for role in ROLES}
        self._engines: dict[str, Engine] = {}

    def administer(self, *statements: str) -> None:
        with psycopg.connect(postgresql.dsn(self.url), autocommit=True) as books:
            for statement in statements:
                books.execute(statement.encode())

    @contextmanager
    def logged_in(self, role: str) -> Iterator[Connection]:
        """What is done in the block is taken back."""
        with self._engine(role).connect() as books, books.begin() as transaction:
            yield books
            transaction.rollback()

    def _engine(self, role: str) -> Engine:
        """One for all connections of a role: a new one would put every question of `verify` into SQL again."""
        if role not in self._engines:
            url = self.url.set(username=self.logins[role], password="made-up")
            self._engines[role] = create_engine(url, poolclass=NullPool)
        return self._engines[role]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("deeds")
    (folder / "work").mkdir()
    server = Server(postgresql.new_database(folder))
    ledgers.init(str(server.url), catalogue(), ACTOR, clock).close()
    everything.enter(str(server.url), folder / "work")
    server.administer("GRANT CREATE ON SCHEMA public TO PUBLIC", roles(), roles())  # as before 15; and run twice
    for role, login in server.logins.items():
        server.administer(f"CREATE ROLE {login} LOGIN PASSWORD 'made-up' IN ROLE aidledger_{role}")
    yield server
    server.administer(
        *(f"DROP OWNED BY {one}; DROP ROLE {one}" for one in server.logins.values()),
        *(f"DROP OWNED BY aidledger_{role}; DROP ROLE aidledger_{role}" for role in ROLES),
    )


def _executed(statement: str) -> Do:
    """``{login}`` is who does it, ``{owner}`` the ledger's."""

    def do(books: Connection) -> None:
        books.exec_driver_sql(statement.format(login=books.engine.url.username, owner=postgresql.server().username))

    return do


def _with_an_action(action: str, batch: str) -> str:
    values = f"max(id) + 1, '2022-03-01T08:00:00Z', 'x', '{action}', {batch}, 'none', 'x'"
    return f"INSERT INTO event SELECT {values} FROM event"  # noqa: S608


def _of_others() -> Iterator[tuple[str, str]]:
    """Links of which a role may add none."""
    for action in ("decide-finding", "release-payment", "withdraw-payment", "name-actor", "dismiss-actor"):
        yield "clerk", _with_an_action(action, "NULL")
    for action in (
        "name-office",
        "set-region",
        "switch-programs",
        "serve-plain-http",
        "forget-person",
        "seal",
        "rekey",
        "upgrade",
        "of no kind",
    ):
        yield "clerk", _with_an_action(action, "NULL")
    yield "clerk", _with_an_action("reveal", "1")
    yield "clerk", _with_an_action("post", "NULL")
    for action in ("post", "supersede", "reverse"):
        yield "reviewer", _with_an_action(action, "1")
    for action in ("export-payment", "notice", "load-catalogue", "remember-columns", "upgrade", "of no kind"):
        yield "reviewer", _with_an_action(action, "NULL")
    yield "reviewer", _with_an_action("decide-finding", "1")


def tried() -> Iterator[tuple[str, str, str, Do]]:
    """A line of the page, a role, what is done, and what does it."""
    for line, statements in BY_HAND.items():
        for role in ROLES:
            for statement in statements:
                yield line, role, statement, _executed(statement)
    for role, statement in _of_others():
        yield ONLY_OWN_LINKS, role, statement, _executed(statement)
    for deed in deeds_by_metadata():
        _, adds, where = deed.what.partition("add a row with its ")
        if not adds:
            yield CHANGES, "clerk", deed.name, deed.do
        elif where.endswith((" below all", " at zero")) and where.startswith("id "):
            yield BELOW_1, "clerk", deed.name, deed.do
        else:
            yield ADDED_TO[deed.table], "clerk", deed.name, deed.do
    for role in ROLES:
        yield _line("hold the lock"), role, "lock", lambda books: lock_postgresql(books, lambda: None)


def _is_refused(books: Connection, do: Do) -> bool:
    try:
        do(books)
    except DBAPIError:
        return True
    return False


@pytest.mark.parametrize(
    ("line", "role", "do"), [pytest.param(line, role, do, id=f"{role}: {what}") for line, role, what, do in tried()]
)
def test_what_a_login_does_is_refused_or_named_as_the_page_says(server: Server, line: str, role: str, do: Do) -> None:
    who, found = LINES[line]
    with server.logged_in(role) as books:
        refused = _is_refused(books, do)
        if role not in who.split(", "):
            assert refused
        elif not refused:  # a key or a reference may refuse what the role could do
            faults = verify(books).faults
            assert bool(faults) == found.startswith("`verify`")


# What an order rests on, and so what keeps it from being written: of each such table, all that a clerk can add to it.
PAID_BY = {"entry", "batch", "kept_entry", "number_correction", "recovery", "bank_return", "beneficiary", "program"} | {
    "payment_order",
    "payment_order_line",
    "event",
}


@pytest.mark.parametrize(
    "deed",
    [pytest.param(one, id=one.name) for one in deeds_by_metadata() if one.table in PAID_BY and "add" in one.what],
)
def test_nothing_is_paid_while_there_is_what_a_clerk_added(server: Server, deed: Deed) -> None:
    with server.logged_in("clerk") as books:
        assert faults_behind(books, [1]) == []
        if not _is_refused(books, deed.do):
            assert faults_behind(books, [1])


@pytest.mark.parametrize("line", [line for line, (_, found) in LINES.items() if found == "`verify`"])
def test_what_verify_is_to_find_was_done(server: Server, line: str) -> None:
    """Not every deed of a line was refused by a key: else the page promised what nobody tried."""
    who, _ = LINES[line]
    done = 0
    for other, role, _, do in tried():
        if other == line and role in who.split(", ") and not done:
            with server.logged_in(role) as books:
                done += not _is_refused(books, do)
    assert done


def test_every_line_of_the_page_is_tried() -> None:
    assert {line for line, *_ in tried()} | {FORGED} == LINES.keys()
    assert ADDED_TO.keys() == TABLES.keys()
    assert {who for who, _ in LINES.values()} == {REFUSED, "clerk", "reviewer", "clerk, reviewer", ", ".join(ROLES)}


def _forge(books: Connection, action: str) -> None:
    events.record(books, "2022-03-01T08:00:00Z", "somebody else", action, {"reason": "forged"})


@pytest.mark.parametrize("role", ROLES)
def test_a_link_with_every_digest_right_is_found_by_a_seal_alone(server: Server, tmp_path: Path, role: str) -> None:
    who, _ = LINES[FORGED]
    with server.logged_in(role) as books:
        refused = _is_refused(books, lambda books: _forge(books, "reveal"))
        assert refused == (role not in who)
        assert refused or verify(books).faults == []
    if refused:
        return
    sealed = Server(postgresql.new_database(tmp_path, str(server.url.database)))
    sealed.logins = server.logins
    with closing(opened(str(sealed.url))) as ledger, ledger.writing("open") as books:
        events.seal(books, ledger.moment(), ACTOR, SEAL)
    with sealed.logged_in(role) as books:
        books.execute(Event.insert(), _link_after(books))
        assert verify(books, key=SEAL).faults


def _link_after(books: Connection) -> dict[str, Any]:
    """A link that follows, by somebody who has no key."""
    last = books.execute(select(Event.c.id).order_by(Event.c.id.desc()).limit(1)).scalar_one()
    fields = (last + 1, "2022-03-01T08:00:00Z", "somebody else", "reveal", None, '{"reason":"forged"}')
    names = ("id", "at", "actor", "action", "batch_id", "facts")
    return dict(zip(names, fields, strict=True)) | {"digest": event_digest(events.head(books), fields)}


def test_every_action_of_the_program_is_somebody_s(server: Server) -> None:
    """What the commands record is what the block lets clerks and reviewers record; but for what the owner does."""
    with server.logged_in("auditor") as books:
        recorded = set(books.execute(select(Event.c.action)).scalars())
    assert {action for action in recorded if f"'{action}'" not in roles()} == set()


def test_a_table_that_an_upgrade_brought_is_theirs_after_the_block_was_run_again(server: Server) -> None:
    server.administer("CREATE TABLE later (id BIGINT PRIMARY KEY)")
    try:
        with server.logged_in("clerk") as books:
            assert _is_refused(books, _executed("SELECT * FROM later"))
        server.administer(roles())
        with server.logged_in("clerk") as books:
            books.exec_driver_sql("INSERT INTO later VALUES (1)")
        for role, number in {"clerk": 0, "reviewer": 1}.items():
            with server.logged_in(role) as books:
                assert _is_refused(books, _executed(f"INSERT INTO later VALUES ({number})"))  # noqa: S608
    finally:
        server.administer("DROP TABLE later")

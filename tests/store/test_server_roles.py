"""The roles of docs/postgresql.md: run as they stand there, and tried."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url

from aidledger.operations import ledgers
from tests import postgresql
from tests.builders import Grid, people, roster_xlsx, xlsx_bytes
from tests.cli.harness import Ran, aidledger
from tests.store.ledgers import ACTOR, bring_in, catalogue, clock, opened

# It is on PostgreSQL whatever the engine of the run is.
pytestmark = [pytest.mark.sqlite_only, pytest.mark.plain_only]

PAGE = Path(__file__).parents[2] / "docs" / "postgresql.md"
ROLES = ("clerk", "reviewer", "auditor")


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A ledger with payments to export, and its URL for a member of each role."""
    url = postgresql.new_database(tmp_path_factory.mktemp("roles"))
    ledger = ledgers.init(str(url), catalogue(), ACTOR, clock)
    one = people(1, first=9)[0]
    title = "江北职业中学2021年秋季学期中职国家助学金花名册"
    grid: Grid = [[title], ["姓名", "身份证号", "学籍号", "银行卡号", "金额"]]
    grid.append([one.name, one.number, "2021990188", "6217001234567890123", 1000])
    bring_in(ledger, xlsx_bytes(grid))
    ledger.close()
    (block,) = re.findall(r"<!-- tested -->\n```sql\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    with psycopg.connect(postgresql.dsn(url), autocommit=True) as books:
        books.execute(block.encode())
        members = {role: f"member_{role}_{uuid.uuid4().hex[:8]}" for role in ROLES}
        for role, member in members.items():
            books.execute(f"CREATE ROLE {member} LOGIN PASSWORD 'made-up' IN ROLE aidledger_{role}".encode())
    yield {role: str(url.set(username=member)) for role, member in members.items()}
    with psycopg.connect(postgresql.dsn(url), autocommit=True) as books:
        for name in (*members.values(), *(f"aidledger_{role}" for role in ROLES)):
            books.execute(f"DROP OWNED BY {name}; DROP ROLE {name}".encode())


def _refused(ran: Ran) -> bool:
    return ran.exit_code == 3 and "Nothing was changed" in ran.stderr


def _entries(place: str) -> int:
    return int(aidledger("verify", "--format", "json", ledger=place).json["entries"])


@pytest.mark.parametrize("role", ROLES)
def test_every_role_reads_and_verifies(places: dict[str, str], role: str) -> None:
    for command in (["verify"], ["report", "summary"], ["audit"], ["reconcile"], ["batches"]):
        assert aidledger(*command, ledger=places[role]).exit_code in {0, 1}


def test_who_does_something_is_the_role_that_logged_in_unless_somebody_is_named(
    own: dict[str, str], tmp_path: Path
) -> None:
    for number, said in enumerate(([], ["--actor", "li"])):
        (tmp_path / f"{number}.xlsx").write_bytes(roster_xlsx(3, first=70 + 3 * number))
        ran = aidledger(*said, "import", tmp_path / f"{number}.xlsx", "--workers", "1", ledger=own["clerk"])
        assert ran.exit_code == 0
    ran = aidledger("reverse", "3", "--reason", "sent in error", ledger=own["clerk"], env={"AIDLEDGER_ACTOR": "wang"})
    assert ran.exit_code == 0
    listed = aidledger("batches", "--format", "json", ledger=own["auditor"]).json["batches"]
    login = str(make_url(own["clerk"]).username)
    assert [one["posted_by"] for one in listed[1:]] == [login, "li", "wang"]


def test_a_ledger_is_made_by_the_role_that_logged_in(tmp_path: Path) -> None:
    url = postgresql.new_database(tmp_path)
    assert aidledger("init", ledger=str(url)).exit_code == 0
    with psycopg.connect(postgresql.dsn(url)) as books:
        assert books.execute("SELECT DISTINCT actor FROM event").fetchall() == [(url.username,)]


@pytest.mark.parametrize("role", ROLES)
def test_clerks_import_and_nobody_else(places: dict[str, str], tmp_path: Path, role: str) -> None:
    (tmp_path / "roster.xlsx").write_bytes(roster_xlsx(3, first=20 + 3 * ROLES.index(role)))
    before = _entries(places[role])
    ran = aidledger("import", tmp_path / "roster.xlsx", "--workers", "1", ledger=places[role])
    if role == "clerk":
        assert (ran.exit_code, _entries(places[role])) == (0, before + 3)
    else:
        assert _refused(ran)
        assert _entries(places[role]) == before


def test_clerks_export_a_payment_and_a_reviewer_releases_it(places: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "bank.xlsx"
    export = [
        "pay",
        "export",
        "--program",
        "vocational-grant",
        "--period",
        "2021-autumn",
        "--output",
        str(file),
        "--reason",
        "due",
    ]
    for role in ("auditor", "reviewer"):
        assert _refused(aidledger(*export, ledger=places[role]))
    assert aidledger("--actor", "one", *export, ledger=places["clerk"]).exit_code == 0
    release = ["--actor", "two", "pay", "release", "1", "--file", str(file)]
    for role in ("auditor", "clerk"):
        assert _refused(aidledger(*release, ledger=places[role]))
    assert aidledger(*release, ledger=places["reviewer"]).exit_code == 0


@pytest.fixture
def own(places: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """The same in a database of the test's own: who is named there is named for nobody else."""
    database = postgresql.new_database(tmp_path, str(make_url(places["clerk"]).database)).database
    return {role: make_url(place).set(database=database).render_as_string(False) for role, place in places.items()}


def test_reviewers_name_people_and_nobody_else(own: dict[str, str]) -> None:
    for role in ("clerk", "auditor"):
        assert _refused(aidledger("--actor", "li", "actors", "name", "li", "--role", "reviewer", ledger=own[role]))
    assert aidledger("actors", "--format", "json", ledger=own["auditor"]).json == {"actors": []}
    for who, role in {"li": "reviewer", "wang": "clerk", "chen": "clerk"}.items():
        assert aidledger("--actor", "li", "actors", "name", who, "--role", role, ledger=own["reviewer"]).exit_code == 0
    dismiss = ("--actor", "li", "actors", "dismiss", "chen")
    assert _refused(aidledger(*dismiss, ledger=own["clerk"]))
    assert aidledger(*dismiss, ledger=own["reviewer"]).exit_code == 0
    listed = aidledger("actors", "--format", "json", ledger=own["auditor"]).json["actors"]
    assert [(one["actor"], one["role"]) for one in listed] == [("li", "reviewer"), ("wang", "clerk")]
    assert aidledger("verify", ledger=own["auditor"]).exit_code == 0


def test_reviewers_rename_a_school_and_tell_it_apart_and_nobody_else(own: dict[str, str]) -> None:
    schools = ("office", "schools")
    said = ("--date", "2022-02-01", "--reason", "renamed")
    for role in ("clerk", "auditor"):
        assert _refused(aidledger(*schools, "rename", "江北职业中学", "江北职教中心", *said, ledger=own[role]))
    for words in (("rename", "江北职业中学", "江北职教中心", *said), ("undo", "江北职业中学", *said[2:])):
        done = aidledger(*schools, *words, ledger=own["reviewer"])
        assert done.exit_code == 0, done.stderr
        assert aidledger("verify", ledger=own["auditor"]).exit_code == 0


def test_who_logs_in_as_one_thing_and_is_named_as_another_does_neither(own: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "roster.xlsx").write_bytes(roster_xlsx(3, first=60))
    bring = ("import", str(tmp_path / "roster.xlsx"), "--workers", "1")
    for who, role in {"li": "reviewer", "wang": "clerk"}.items():
        assert aidledger("--actor", "li", "actors", "name", who, "--role", role, ledger=own["reviewer"]).exit_code == 0
    assert _refused(aidledger("--actor", "li", *bring, ledger=own["clerk"]))
    assert _refused(aidledger("--actor", "wang", *bring, ledger=own["reviewer"]))
    assert aidledger("--actor", "wang", *bring, ledger=own["clerk"]).exit_code == 0


def test_reviewers_empty_what_is_removed_on_request_and_nobody_else(own: dict[str, str]) -> None:
    forget = ("forget", "1", "--reason", "asked")
    for role in ("clerk", "auditor"):
        assert _refused(aidledger(*forget, ledger=own[role]))
    ran = aidledger(*forget, "--format", "json", ledger=own["reviewer"])
    assert (ran.exit_code, ran.json["removed"]) == (0, ["student_number"])
    assert aidledger("verify", ledger=own["auditor"]).exit_code == 0


def test_a_copy_of_what_is_held_is_a_look_at_full_numbers(own: dict[str, str], tmp_path: Path) -> None:
    export = ("export", "1", "--reason", "asked", "-o")
    assert _refused(aidledger(*export, tmp_path / "auditor.json", ledger=own["auditor"]))
    assert not (tmp_path / "auditor.json").exists()
    for role in ("clerk", "reviewer"):
        assert aidledger(*export, tmp_path / f"{role}.json", ledger=own[role]).exit_code == 0


@pytest.mark.parametrize("action", ["name-actor", "dismiss-actor", "decide-finding", "forget-person", "seal", "rekey"])
def test_no_clerk_adds_such_a_link_with_a_tool_either(places: dict[str, str], action: str) -> None:
    sql = f"INSERT INTO event VALUES (999, '2022-03-01T08:00:00Z', 'x', '{action}', NULL, '{{}}', '')"  # noqa: S608
    for role in ("clerk", "auditor"):
        with psycopg.connect(postgresql.dsn(make_url(places[role]))) as books, pytest.raises(psycopg.Error) as refused:
            books.execute(sql.encode())
        assert refused.value.sqlstate == "42501"


@pytest.mark.parametrize("action", ["post", "reverse", "supersede", "export-payment", "notice", "load-catalogue"])
def test_no_reviewer_adds_a_link_of_clerks(places: dict[str, str], action: str) -> None:
    sql = f"INSERT INTO event VALUES (999, '2022-03-01T08:00:00Z', 'x', '{action}', NULL, '{{}}', '')"  # noqa: S608
    url = make_url(places["reviewer"])
    with psycopg.connect(postgresql.dsn(url)) as books, pytest.raises(psycopg.Error) as refused:
        books.execute(sql.encode())
    assert refused.value.sqlstate == "42501"


def test_an_auditor_sees_no_full_number(places: dict[str, str]) -> None:
    ran = aidledger("batch", "1", "--reveal", "--reason", "curious", ledger=places["auditor"])
    assert _refused(ran)
    assert people(1, first=9)[0].number not in ran.stdout
    assert aidledger("batch", "1", ledger=places["auditor"]).exit_code == 0


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE entry SET amount_fen = 1",
        "DELETE FROM entry",
        "TRUNCATE entry CASCADE",
        "ALTER TABLE entry DISABLE TRIGGER ALL",
        "DROP TRIGGER entry_refused ON entry",
        "SET session_replication_role = replica",
        "UPDATE event SET actor = 'x'",
        "DELETE FROM payment_order",
        "UPDATE alembic_version SET version_num = '9999'",
        "UPDATE beneficiary SET name = 'x'",
        "UPDATE beneficiary SET number = 'x', sex = 'male'",
    ],
)
def test_no_role_changes_what_is_there(places: dict[str, str], role: str, sql: str) -> None:
    with psycopg.connect(postgresql.dsn(make_url(places[role]))) as books, pytest.raises(psycopg.Error):
        books.execute(sql.encode())
    with opened(places[role]).reading():
        pass

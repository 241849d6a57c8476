"""0 done; 1 something to look at; 2 misused; 3 refused or failed. Bad input is never a traceback."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.builders import roster_xlsx
from tests.cli.harness import aidledger
from tests.imports.make_samples import SAMPLES
from tests.store.ledgers import raw, sample_path, tamper

pytestmark = pytest.mark.sqlite_only

HUGE = str(10**30)
READING = [
    ("batches",),
    ("batch", "1"),
    ("reverse", "1", "--reason", "x"),
    ("report", "summary"),
    ("report", "summary", "--format", "text"),
    ("report", "compare", "gaoping-2021-2022h1"),
    ("reconcile",),
    ("person", "王雨桐"),
    ("trace", "1"),
    ("verify",),
    ("import", "good.xlsx"),
    ("check", "good.xlsx"),
]

MISUSED = [
    (),
    ("nonsense",),
    ("--nonsense", "batches"),
    ("batches", "--nonsense"),
    ("batches", "--format", "yaml"),
    ("batches", "--format", "xlsx"),
    ("--lang", "fr", "batches"),
    ("import",),
    ("import", "missing.xlsx"),
    ("check", "missing.xlsx"),
    ("import", "good.xlsx", "--program", "nonsense"),
    ("import", "good.xlsx", "--period", "2021-summer"),
    ("import", "good.xlsx", "--period", "soon"),
    ("import", "good.xlsx", "--kind", "nonsense"),
    ("import", "good.xlsx", "--map", "nonsense"),
    ("import", "good.xlsx", "--map", "姓名=nonsense"),
    ("import", "good.xlsx", "--workers", "0"),
    ("batch",),
    ("batch", "one"),
    ("batch", "99"),
    ("batch", "0"),
    ("batch", HUGE),
    ("batch", "1", "--reveal"),
    ("batch", "1", "--reveal", "--reason", "  "),
    ("reverse", "1"),
    ("reverse", "99", "--reason", "x"),
    ("reverse", HUGE, "--reason", "x"),
    ("reverse", "1", "--reason", ""),
    ("report",),
    ("report", "summary", "--by", "nonsense"),
    ("report", "summary", "--from", "2021-summer"),
    ("report", "summary", "--to", "next year"),
    ("report", "summary", "--format", "xlsx"),
    ("report", "compare"),
    ("report", "compare", "nonsense"),
    ("report", "compare", "missing.yaml"),
    ("reconcile", "--check", "nonsense"),
    ("reconcile", "--program", "nonsense"),
    ("reconcile", "--period", "nonsense"),
    ("reconcile", "--report", "nonsense"),
    ("reconcile", "--school", "nonsense"),
    ("reconcile", "--cut", "nonsense"),
    ("reconcile", "--by", "nonsense"),
    ("reconcile", "--details", "--reveal"),
    ("report", "bridge", "--from-cut", "nonsense", "--to-cut", "school-year:2021"),
    ("person",),
    ("person", "nobody"),
    ("person", "王雨桐", "--reveal"),
    ("trace",),
    ("trace", "99999"),
    ("trace", HUGE),
    ("trace", "1", "--reveal"),
    ("program",),
    ("program", "nonsense"),
    ("programs", "--on", "nonsense"),
    ("--schemas", "missing", "programs"),
    ("batches", "-o", "folder"),
]

REFUSED = [
    ("init",),
    ("reverse", "12", "--reason", "again"),
    ("reverse", "13", "--reason", "a reversal"),
    ("batches", "-o", "missing/batches.txt"),
    ("batches", "-o", "good.xlsx/batches.txt"),
    ("batches", "-o", "a" * 300),
    ("report", "compare", "broken.yaml"),
    ("demo", "full"),
    ("demo", "--with-faults", "full"),
    ("demo", "good.xlsx"),
    ("demo", "new"),
]

LOOKED_AT = [
    ("import", "bad.xlsx"),
    ("check", "bad.xlsx"),
    ("import", "good.xlsx", "bad.xlsx"),
    ("report", "compare", "gaoping-2021-2022h1"),
    ("reconcile", "--report", "gaoping-2021-2022h1"),
    ("verify", "--expect", "f" * 64),
]

DONE = [
    ("--help",),
    ("--version",),
    ("import", "good.xlsx"),
    ("check", "good.xlsx"),
    ("import", "folder"),
    ("import", "good.xlsx", "--dry-run"),
    ("batches",),
    ("batch", "1"),
    ("batch", "1", "--reveal", "--reason", "an inspection"),
    ("reverse", "1", "--reason", "sent in error"),
    ("report", "summary"),
    ("report", "summary", "--format", "text"),
    ("report", "summary", "--from", "2029", "--to", "2030"),
    ("reconcile",),
    ("person", "王雨桐"),
    ("trace", "1"),
    ("verify",),
    ("programs",),
    ("programs", "--on", "2024-spring"),
    ("program", "origin-based-loan"),
]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sample_path(tmp_path_factory.mktemp("kept"))


@pytest.fixture
def office(kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a ledger, a good and a bad roster, an empty and a full folder; it is the working directory."""
    shutil.copy(kept, tmp_path / "aidledger.db")
    (tmp_path / "good.xlsx").write_bytes(roster_xlsx(3, first=700))
    (tmp_path / "bad.xlsx").write_bytes(SAMPLES["22-bad-ids-and-names.xlsx"]())
    (tmp_path / "broken.yaml").write_text("code: [", encoding="utf-8")
    (tmp_path / "folder").mkdir()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "something").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _one_worker(arguments: tuple[str, ...]) -> tuple[str, ...]:
    quick = arguments[:1] in {("import",), ("check",)} and "--workers" not in arguments
    return (*arguments, "--workers", "1") if quick else arguments


@pytest.mark.parametrize("arguments", DONE, ids=" ".join)
def test_what_is_done_exits_with_0(office: Path, arguments: tuple[str, ...]) -> None:
    run = aidledger(*_one_worker(arguments))
    assert (run.exit_code, run.stderr) == (0, "")


@pytest.mark.parametrize("arguments", LOOKED_AT, ids=" ".join)
def test_what_is_to_be_looked_at_exits_with_1(office: Path, arguments: tuple[str, ...]) -> None:
    run = aidledger(*_one_worker(arguments))
    assert (run.exit_code, run.stderr) == (1, "")


@pytest.mark.parametrize("arguments", MISUSED, ids=" ".join)
def test_what_is_misused_exits_with_2(office: Path, arguments: tuple[str, ...]) -> None:
    before = (office / "aidledger.db").read_bytes()
    run = aidledger(*arguments)
    assert (run.exit_code, run.stdout) == (2, "")
    assert run.stderr.strip()
    assert (office / "aidledger.db").read_bytes() == before


@pytest.mark.parametrize("arguments", REFUSED, ids=" ".join)
def test_what_is_refused_exits_with_3(office: Path, arguments: tuple[str, ...]) -> None:
    before = (office / "aidledger.db").read_bytes()
    run = aidledger(*arguments)
    assert (run.exit_code, run.stdout) == (3, "")
    assert run.stderr.strip()
    assert (office / "aidledger.db").read_bytes() == before
    assert list(office.rglob("*.part")) == []


@pytest.mark.parametrize("arguments", READING, ids=" ".join)
def test_where_there_is_no_ledger_nothing_is_made(office: Path, arguments: tuple[str, ...]) -> None:
    run = aidledger(*arguments, ledger="other.db")
    assert (run.exit_code, run.stdout) == (3, "")
    assert "other.db" in run.stderr
    assert not (office / "other.db").exists()


def _text(path: Path) -> None:
    path.write_text("no ledger", encoding="utf-8")


def _damaged(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:100] + b"\xff" * (len(content) - 100))


def _foreign(path: Path) -> None:
    path.unlink()
    raw(path).close()
    path.write_bytes(b"")


def _newer(path: Path) -> None:
    tamper(path, "UPDATE alembic_version SET version_num = '9999'")


@pytest.mark.parametrize("spoil", [_text, _damaged, _foreign, _newer])
@pytest.mark.parametrize("arguments", READING, ids=" ".join)
def test_what_is_no_ledger_of_ours_exits_with_3(office: Path, spoil: object, arguments: tuple[str, ...]) -> None:
    assert callable(spoil)
    spoil(office / "aidledger.db")
    run = aidledger(*arguments)
    assert (run.exit_code, run.stdout) == (3, "")


@pytest.mark.parametrize("arguments", [*LOOKED_AT, *MISUSED[:12], *REFUSED[:4]], ids=" ".join)
def test_an_exit_code_is_the_same_in_both_languages(office: Path, arguments: tuple[str, ...]) -> None:
    before = (office / "aidledger.db").read_bytes()
    codes = []
    for language in ("en", "zh"):
        (office / "aidledger.db").write_bytes(before)
        codes.append(aidledger(*_one_worker(arguments), env={"AIDLEDGER_LANG": language}).exit_code)
    assert codes[0] == codes[1]


def test_programs_of_an_office_of_its_own_are_asked_for_where_its_schemas_are_not_named(office: Path) -> None:
    """A ledger that holds a program which only the office's own schemas know."""
    own = office / "own" / "programs"
    own.mkdir(parents=True)
    shipped = Path(__file__).parents[2] / "schemas" / "programs" / "vocational-poverty-living-subsidy.yaml"
    text = shipped.read_text(encoding="utf-8")
    text = text.replace("code: vocational-poverty-living-subsidy", "code: county-subsidy").replace(
        "order: 7", "order: 10"
    )
    text = text.replace("脱贫户中职学生生活补助", "县级中职特别生活补贴").replace(
        "[生活补助, 生活费补助]", "[特别生活补贴]"
    )
    (own / "county-subsidy.yaml").write_text(text, encoding="utf-8")
    (office / "own.xlsx").write_bytes(
        roster_xlsx(2, title="南江职业技术学校2021年秋季学期中职特别生活补贴", amount=500)
    )
    schemas = ("--schemas", str(office / "own"))
    assert aidledger(*schemas, "init", ledger="own.db").exit_code == 0
    posted = aidledger(*schemas, "import", "own.xlsx", "--workers", "1", "--format", "json", ledger="own.db")
    assert posted.json["files"][0]["rosters"][0]["program"] == "county-subsidy"
    assert posted.exit_code == 0
    for arguments in READING:
        run = aidledger(*arguments, ledger="own.db")
        names_no_program = arguments[0] in {"batches", "batch", "person", "trace", "verify"}
        assert run.exit_code == 3 or (names_no_program and run.exit_code == 0), arguments

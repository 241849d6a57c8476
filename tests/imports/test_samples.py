"""The sample rosters, through the command line from end to end."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.harness import aidledger
from tests.imports.make_samples import FOLDER, SAMPLES, make_samples
from tests.store.ledgers import new_path

EXPECTED: Mapping[str, Any] = yaml.safe_load((FOLDER / "expected.yaml").read_text(encoding="utf-8"))
NAMES = sorted(SAMPLES)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return new_path(tmp_path_factory.mktemp("samples"))


@pytest.fixture(scope="module")
def checked(ledger: Path) -> dict[str, Any]:
    run = aidledger("check", FOLDER, "--workers", "1", "--format", "json", ledger=ledger)
    assert run.exit_code == 1
    return {Path(file["path"]).name: file for file in run.json["files"]}


@pytest.fixture(scope="module")
def imported(ledger: Path, checked: object) -> dict[str, Any]:
    run = aidledger("import", FOLDER, "--workers", "1", "--format", "json", ledger=ledger)
    assert run.exit_code == 1
    return {Path(file["path"]).name: file for file in run.json["files"]}


def _place(problem: Mapping[str, Any]) -> str:
    if problem["row"] is None:
        return "file"
    return f"{problem['column']}{problem['row']}" if problem["column"] else f"row {problem['row']}"


def _told(file: Mapping[str, Any]) -> dict[str, Any]:
    """What became of a file, in the words of expected.yaml."""
    pays: dict[tuple[Any, Any], tuple[int, int]] = {}
    for roster in file["rosters"]:
        key = (roster["program"], roster["period"])
        count, fen = pays.get(key, (0, 0))
        pays[key] = (count + roster["person_times"], fen + int(roster["amount"].replace(".", "")))
    problems: dict[str, list[str]] = {}
    for problem in file["problems"]:
        problems.setdefault(problem["code"], []).append(_place(problem))
    lists = [
        {key: value for key, value in one.items() if key not in {"sheet", "header_row"}}
        for one in file.get("lists", ())
    ]
    return {
        "outcome": file["outcome"],
        **({"lists": lists} if lists else {}),
        "rows": file["rows"],
        "pays": [
            {"program": program, "period": period, "person_times": count, "amount": f"{fen // 100}.{fen % 100:02d}"}
            for (program, period), (count, fen) in pays.items()
        ],
        "problems": problems,
    }


def test_the_samples_are_those_that_the_script_writes(tmp_path: Path) -> None:
    make_samples(tmp_path)
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    kept = {path.name: path.read_bytes() for path in FOLDER.iterdir() if path.suffix not in {".md", ".yaml"}}
    assert written.keys() == kept.keys()
    assert [name for name in written if written[name] != kept[name]] == []


def test_every_sample_is_expected_and_described() -> None:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert list(EXPECTED) == NAMES
    assert [name for name in NAMES if f"`{name}`" not in readme] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_comes_out_as_expected(imported: dict[str, Any], name: str) -> None:
    expected = {key: value for key, value in EXPECTED[name].items() if key != "shows"}
    assert _told(imported[name]) == expected


@pytest.mark.parametrize("name", NAMES)
def test_a_check_says_beforehand_what_an_import_does(
    checked: dict[str, Any], imported: dict[str, Any], name: str
) -> None:
    before, after = checked[name], imported[name]
    assert before["outcome"] == {"posted": "would-post"}.get(after["outcome"], after["outcome"])
    assert (before["rosters"], before["rows"]) == (after["rosters"], after["rows"])
    assert before["problems"] == after["problems"]


@pytest.mark.parametrize("name", NAMES)
def test_every_row_has_a_fate(imported: dict[str, Any], name: str) -> None:
    rows = dict(imported[name]["rows"])
    assert rows.pop("read") == sum(rows.values())


def test_what_was_posted_adds_up_in_the_summary(ledger: Path, imported: dict[str, Any]) -> None:
    posted = [roster for file in imported.values() if file["outcome"] == "posted" for roster in file["rosters"]]
    summary = aidledger("report", "summary", "--format", "json", ledger=ledger).json
    for program in summary["programs"]:
        rosters = [roster for roster in posted if roster["program"] == program["code"]]
        assert program["person_times"] == sum(roster["person_times"] for roster in rosters)
        fen = sum(int(roster["amount"].replace(".", "")) for roster in rosters)
        assert program["amount"] == f"{fen // 100}.{fen % 100:02d}"


def test_the_ledger_of_the_samples_verifies(ledger: Path, imported: object) -> None:
    run = aidledger("verify", "--format", "json", ledger=ledger)
    assert (run.exit_code, run.json["faults"]) == (0, [])

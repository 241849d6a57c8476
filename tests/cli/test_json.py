"""The keys that scripts hold on to: those of the contract, and what stands beside them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.builders import roster_xlsx
from tests.cli.harness import aidledger
from tests.imports.make_samples import SAMPLES
from tests.store.ledgers import new_place, sample_place

COUNTED = {"person_times": None, "amount": None}
FIGURES = {"person_times": None, "persons": None, "amount": None, "amount_wan": None}
ROWS = dict.fromkeys(("read", "student", "heading", "total", "blank", "other"))
ROSTER = {
    **dict.fromkeys(("sheet", "program", "period", "school", "header_row")),
    **COUNTED,
    "declared": COUNTED,
}
PROBLEM = dict.fromkeys(("code", "severity", "sheet", "row", "column", "message"))
IMPORT = {
    "files": [
        {
            **dict.fromkeys(("path", "sha256", "kind", "outcome", "batch")),
            "rosters": [ROSTER],
            "rows": ROWS,
            "problems": [PROBLEM],
            "notes": [
                dict.fromkeys(("code", "sheet", "count", "columns"))
            ],  # beside the contract's: what is no problem and yet worth a word
        }
    ],
    "totals": {"files": None, "posted": None, "rejected": None, **COUNTED},
    "passed_over": [dict.fromkeys(("path", "why"))],  # beside the contract's: what was not read
    "head": None,  # beside the contract's: the receipt
}
BATCH = {
    **dict.fromkeys(("batch", "kind", "file", "sha256", "posted_at", "posted_by", "state", "entries")),
    **COUNTED,
    **dict.fromkeys(("reverses", "reversed_by", "supersedes", "superseded_by", "reason", "catalogue", "digest")),
}
ENTRY = dict.fromkeys(
    (
        "entry",
        "batch",
        "file",
        "sheet",
        "row",
        "program",
        "period",
        "school",
        "name",
        "document_type",
        "number",
        "amount",
        "account",
        "level",
        "boarding",
        "grade",
        "class",
        "tier",
        "category",
        "entry_year",
        "reversal_of",
        "in_force",
        "part",  # beside the contract's: which part of the term's money it is
    )
)
SUMMARY = {
    "from": None,
    "to": None,
    "count": None,
    "programs": [{"code": None, "name": None, "unit": None, **FIGURES}],
    "aid": FIGURES,  # beside the contract's: totals, and the head that they hold for
    "loans": FIGURES,
    "head": None,
}
BALANCE = dict.fromkeys(("program", "period", "claimed", "paid", "under_way", "due", "to_claim_back"))
LINE = {
    **dict.fromkeys(("check", "program", "period", "school", "ok")),
    **dict.fromkeys(("expected", "actual", "difference"), COUNTED),
}
PROGRAM = {
    **dict.fromkeys(("code", "name", "stage", "nature", "unit", "cadence", "entry_years", "ages", "excludes")),
    "names": {"zh": None, "en": None},
    "reference": None,
    "note": None,
    # beside the contract's: what is believed only, whether the office runs it, and for whom and until when
    **dict.fromkeys(("believed", "in_force", "by_school", "for_recipients_of")),
    "ends": [dict.fromkeys(("last", "years", "grade"))],
    "standards": [
        {
            **dict.fromkeys(("from", "average", "reference", "note")),
            "believed": [],
            "rates": [dict.fromkeys(("low", "high", "basis", "level", "boarding", "label"))],
        }
    ],
    "fees": [],
}

SHAPES: dict[tuple[str, ...], Any] = {
    ("batches",): {"batches": [BATCH]},
    ("batch", "1"): {**BATCH, "rosters": [ROSTER], "rows": [ENTRY]},
    ("report", "summary"): SUMMARY,
    ("report", "summary", "--by", "school"): {
        **SUMMARY,
        "by": [],
        "groups": [{"school": None, "loan": None, **FIGURES}],
    },
    ("report", "compare", "gaoping-2021-2022h1"): {
        "lines": [{**LINE, "report": None, "printed_wan": None}],
        "head": None,  # beside the contract's, of every report
    },
    ("reconcile", "--check", "declared"): {"lines": [LINE], "head": None},
    ("reconcile", "--check", "standard"): {"lines": [LINE], "head": None},
    ("verify",): {"ok": None, "batches": None, "entries": None, "head": None, "passed": None, "faults": []},
    ("verify", "--expect", "f" * 64): {
        "ok": None,
        "batches": None,
        "entries": None,
        "head": None,
        "passed": None,
        "faults": [{"batch": None, "entry": None, "what": None}],
    },
    ("trace", "1"): {
        "entry": ENTRY,
        "batch": BATCH,
        "file": None,
        "sheet": None,
        "row": None,
        "cells": [{"column": None, "header": None, "value": None}],
    },
    ("person", "王雨桐"): {
        "persons": [
            {
                **dict.fromkeys(("document_type", "number", "name", "sex", "student_number")),
                **COUNTED,
                "entries": [ENTRY],
                # Beside the contract's: what was lent, other numbers of the same person, and how each claim stands.
                "loans": COUNTED,
                "also": None,
                "claims": [BALANCE],
            }
        ],
        "head": None,
    },
    ("programs",): {"programs": [PROGRAM], "region": None, "not_in_force": []},
    ("program", "high-school-grant"): PROGRAM,
}


def keys(value: object, shape: object, where: str = "") -> Iterator[str]:
    """Where a value has other keys than a shape; None stands for what has none, or may be missing as a whole."""
    if isinstance(shape, dict):
        if value is None:
            return
        assert isinstance(value, dict), where
        if value.keys() != shape.keys():
            yield f"{where}: {sorted(value.keys() ^ shape.keys())}"
        for key in value.keys() & shape.keys():
            yield from keys(value[key], shape[key], f"{where}.{key}")
    elif isinstance(shape, list):
        assert isinstance(value, list), where
        for one in value if shape else ():
            yield from keys(one, shape[0], f"{where}[]")
    else:
        assert not isinstance(value, dict), where


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> str:
    return sample_place(tmp_path_factory.mktemp("json"))


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("command", SHAPES, ids=" ".join)
def test_a_result_has_the_keys_that_were_promised(ledger: str, command: tuple[str, ...], language: str) -> None:
    run = aidledger("--lang", language, *command, "--format", "json", ledger=ledger)
    assert list(keys(run.json, SHAPES[command])) == []
    assert run.json, "a shape is only tried where there is something"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_import_has_the_keys_that_were_promised(tmp_path: Path, language: str) -> None:
    ledger = new_place(tmp_path)
    (tmp_path / "good.xlsx").write_bytes(roster_xlsx(3))
    (tmp_path / "odd.xlsx").write_bytes(SAMPLES["22-bad-ids-and-names.xlsx"]())
    (tmp_path / "page.xls").write_bytes(SAMPLES["31-bad-login-page.xls"]())
    run = aidledger("--lang", language, "import", tmp_path, "--workers", "1", "--format", "json", ledger=ledger)
    assert run.exit_code == 1
    assert list(keys(run.json, IMPORT)) == []
    outcomes = [(file["outcome"], file["batch"]) for file in run.json["files"]]
    assert outcomes == [("posted", 1), ("rejected", None), ("rejected", None)]
    assert run.json["totals"] == {
        "files": 3,
        "posted": 1,
        "rejected": 2,
        "person_times": 3,
        "amount": "3000.00",
    }


@pytest.mark.parametrize("language", ["en", "zh"])
def test_making_and_reversing_tell_what_they_did(tmp_path: Path, language: str) -> None:
    made = aidledger("--lang", language, "init", "--format", "json", ledger=tmp_path / "new.db")
    assert (made.exit_code, made.json.keys()) == (0, {"ledger", "programs", "region"})
    run = aidledger(
        "--lang", language, "reverse", "1", "--reason", "twice", "--format", "json", ledger=sample_place(tmp_path)
    )
    assert (run.exit_code, list(keys(run.json, {**BATCH, "head": None}))) == (0, [])
    assert (run.json["reverses"], run.json["reason"]) == (1, "twice")


@pytest.mark.parametrize("command", [command for command in SHAPES if command[0] != "trace"], ids=" ".join)
def test_money_is_a_text_in_yuan_with_two_decimals(ledger: str, command: tuple[str, ...]) -> None:
    def amounts(value: Any) -> Iterator[object]:  # noqa: ANN401
        if isinstance(value, dict):
            yield from (money for key, money in value.items() if key in {"amount", "low", "high", "average"})
            yield from (money for inner in value.values() for money in amounts(inner))
        elif isinstance(value, list):
            yield from (money for inner in value for money in amounts(inner))

    run = aidledger(*command, "--format", "json", ledger=ledger)
    for money in amounts(run.json):
        assert money is None or (
            isinstance(money, str) and money[-3] == "." and money.replace(".", "").lstrip("-").isdigit()
        )


@pytest.mark.parametrize("command", SHAPES, ids=" ".join)
def test_both_languages_say_the_same_in_json(ledger: str, command: tuple[str, ...]) -> None:
    def facts(value: Any) -> Any:  # noqa: ANN401
        if isinstance(value, dict):
            return {key: facts(inner) for key, inner in value.items() if key not in {"name", "what", "message"}}
        return [facts(inner) for inner in value] if isinstance(value, list) else value

    runs = [aidledger("--lang", language, *command, "--format", "json", ledger=ledger) for language in ("en", "zh")]
    assert runs[0].exit_code == runs[1].exit_code
    assert facts(runs[0].json) == facts(runs[1].json)


@pytest.mark.parametrize("command", [command for command in SHAPES if command[0] != "trace"], ids=" ".join)
def test_json_in_a_file_is_the_same_and_for_its_owner_only(
    ledger: str, tmp_path: Path, command: tuple[str, ...]
) -> None:
    target = tmp_path / "result.json"
    shown = aidledger(*command, "--format", "json", ledger=ledger)
    written = aidledger(*command, "--format", "json", "-o", target, ledger=ledger)
    assert (written.stdout, written.exit_code) == ("", shown.exit_code)
    assert target.read_text(encoding="utf-8") == shown.stdout
    assert target.stat().st_mode & 0o777 == 0o600


def test_programs_come_in_the_order_of_the_catalogue(ledger: str) -> None:
    programs = aidledger("programs", "--format", "json", ledger=ledger).json["programs"]
    summary = aidledger("report", "summary", "--format", "json", ledger=ledger).json["programs"]
    expected = [
        "preschool-fee-waiver",
        "compulsory-living-subsidy",
        "high-school-grant",
        "high-school-tuition-waiver",
        "vocational-grant",
        "vocational-tuition-waiver",
        "vocational-poverty-living-subsidy",
        "college-poverty-aid",
        "origin-based-loan",
    ]
    assert [program["code"] for program in programs] == expected
    assert [program["code"] for program in summary] == expected
    assert [program["unit"] for program in summary] == ["person-times"] * 7 + ["persons"] * 2

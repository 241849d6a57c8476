"""``template``: blank rosters as a clerk makes them, and what comes of them when they are filled in and imported."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from aidledger.domain.program import Program
from aidledger.domain.term import Period
from aidledger.i18n import Language
from tests.builders import shipped
from tests.builders.templates import Template, fill
from tests.cli.harness import aidledger, program
from tests.store.ledgers import new_place

SCHOOL = "金溪中学"
# What is kept by school has no list of pupils.
PROGRAMS = {code: one for code, one in shipped().programs.items() if not one.by_school}
Case = tuple[str, str]


def periods_of(one: Program) -> list[str]:
    """Of every standard the first and the last period, one before all standards, and a far one last."""
    codes = [f"{year}-{half}" for year in range(2008, 2028) for half in ("spring", "autumn")]
    every = [Period.parse(code) for code in codes if one.cadence == "semester"] or [*map(Period, range(2008, 2028))]
    every = [period for period in every if one.ended(period) is None]
    in_force = [one.standard_for(period) for period in every]
    changes = [at for at in range(1, len(every)) if in_force[at] is not in_force[at - 1]]
    return [every[at].code for at in sorted({0, len(every) - 1, *changes, *(at - 1 for at in changes)})]


ALL: list[Case] = [(code, period) for code, one in PROGRAMS.items() for period in periods_of(one)]
LAST: list[Case] = [(code, periods_of(one)[-1]) for code, one in PROGRAMS.items()]


def ledger_of_all(folder: Path) -> str:
    """A new ledger whose office runs every program."""
    ledger = new_place(folder)
    idle = [code for code, one in PROGRAMS.items() if not one.in_force]
    assert (
        aidledger("office", "programs", *(part for code in idle for part in ("--on", code)), ledger=ledger).exit_code
        == 0
    )
    return ledger


def _filled(path: Path, case: Case, language: Language, ledger: str, *, named: bool, first: int) -> dict[str, Any]:
    code, period = case
    school = ["--school", SCHOOL] if named else []
    made = aidledger(
        *("--lang", language, "template", code, "--period", period, *school, "--rows", "8", "-o", path), ledger=ledger
    )
    assert (made.exit_code, made.stdout, made.stderr) == (0, "", "")
    template = Template(path)
    if not named:
        template.write_school(SCHOOL)
    amount = fill(template, PROGRAMS[code], Period.parse(period), first=first)
    template.save()
    return {"program": code, "period": period, "school": SCHOOL, "person_times": 6, "amount": f"{amount / 100:.2f}"}


@pytest.mark.parametrize(
    ("cases", "language", "named"),
    [(ALL, "zh", True), (ALL, "en", False), (LAST, "zh", False), (LAST, "en", True)],
    ids=["zh, school named", "en, school written in", "zh, school written in", "en, school named"],
)
def test_filled_in_and_imported_it_gives_no_problem(
    tmp_path: Path, cases: list[Case], language: Language, named: bool
) -> None:
    expected, ledger = {}, ledger_of_all(tmp_path)
    for at, case in enumerate(cases):
        path = tmp_path / f"{at:03}.xlsx"
        expected[path.name] = _filled(path, case, language, ledger, named=named, first=10 * at)
    run = aidledger("import", tmp_path, "--workers", "1", "--format", "json", ledger=ledger)
    assert run.exit_code == 0, run.stdout
    assert len(run.json["files"]) == len(cases)
    for file in run.json["files"]:
        assert (file["outcome"], file["problems"], file["notes"]) == ("posted", [], [])
        [roster] = file["rosters"]
        assert roster | expected[Path(file["path"]).name] == roster
        assert roster["declared"] is None


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_blank_one_names_its_program_and_no_school(tmp_path: Path, language: Language) -> None:
    ledger = ledger_of_all(tmp_path)
    for at, code in enumerate(PROGRAMS):
        path = tmp_path / f"{at:02}.xlsx"
        assert aidledger("--lang", language, "template", code, "--rows", "8", "-o", path, ledger=ledger).exit_code == 0
    run = aidledger("check", tmp_path, "--format", "json", "--workers", "1", ledger=ledger)
    assert len(run.json["files"]) == len(PROGRAMS)
    for code, file in zip(PROGRAMS, run.json["files"], strict=True):
        [roster] = file["rosters"]
        assert (roster["program"], roster["school"], roster["person_times"]) == (code, None, 0)
        assert [problem["code"] for problem in file["problems"]] == ["empty-roster"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["high-school-grant"], "-o FILE"),
        (["high-school-prize", "-o", "t.xlsx"], "high-school-prize"),
        (["yulu", "-o", "t.xlsx"], "office programs --on yulu"),
        (["high-school-grant", "--period", "2021", "-o", "t.xlsx"], "2021-autumn or 2022-spring, not 2021"),
        (["origin-based-loan", "--period", "2021-autumn", "-o", "t.xlsx"], "2021, not 2021-autumn"),
        (["high-school-grant", "--rows", "5001", "-o", "t.xlsx"], "5000"),
        (["high-school-grant", "--rows", "0", "-o", "t.xlsx"], "5000"),
        (["high-school-grant", "--school", " ", "-o", "t.xlsx"], "--school"),
        (["high-school-grant", "--school", "甲乙丙", "-o", "t.xlsx"], "甲乙丙"),
    ],
)
def test_what_no_template_can_be_made_of_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    run = aidledger("template", *arguments)
    assert (run.exit_code, run.stdout) == (2, "")
    assert said in run.stderr
    assert not list(tmp_path.iterdir())


def test_where_it_cannot_be_written_nothing_is_left(tmp_path: Path) -> None:
    run = aidledger("template", "high-school-grant", "-o", tmp_path / "none" / "t.xlsx")
    assert run.exit_code == 3
    assert "t.xlsx" in run.stderr
    (tmp_path / "t.xlsx").write_text("what was there", encoding="utf-8")
    assert (
        aidledger("template", "high-school-grant", "--rows", "8", "--force", "-o", tmp_path / "t.xlsx").exit_code == 0
    )
    assert Template(tmp_path / "t.xlsx").headers
    assert [path.name for path in tmp_path.iterdir()] == ["t.xlsx"]


def test_no_ledger_is_needed(tmp_path: Path) -> None:
    run = program("--lang", "zh", "template", "vocational-grant", "--rows", "8", "-o", "空白表.xlsx", cwd=tmp_path)
    assert (run.exit_code, run.stdout, run.stderr) == (0, "", "")
    assert [path.name for path in tmp_path.iterdir()] == ["空白表.xlsx"]


def test_an_offices_own_fee_is_what_may_be_entered(tmp_path: Path) -> None:
    folder = tmp_path / "office" / "programs"
    folder.mkdir(parents=True)
    (folder / "fees.yaml").write_text(
        "extends: high-school-tuition-waiver\nfees:\n"
        f"  - {{school: {SCHOOL}, from: 2016-autumn, amount: 460, reference: none found}}\n",
        encoding="utf-8",
    )
    path = tmp_path / "t.xlsx"
    options = ("--period", "2021-autumn", "--rows", "8", "--force", "-o", path)
    own = ("--schemas", tmp_path / "office", "template", "high-school-tuition-waiver")
    assert aidledger(*own, "--school", SCHOOL, *options).exit_code == 0
    assert Template(path).choices("amount") == ["460"]
    assert aidledger(*own, "--school", "东山中学", *options).exit_code == 0
    assert Template(path).choices("amount") == []

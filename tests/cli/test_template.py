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
from tests.cli.harness import aidledger
from tests.store.ledgers import new_path

SCHOOL = "金溪中学"
PROGRAMS = shipped().programs


def _period(program: Program, year: int, half: str | None) -> Period:
    return Period.parse(f"{year}-{half}" if program.cadence == "semester" else str(year))


def periods_of(program: Program) -> list[Period]:
    """The first and the last period of every standard, the present and one before all standards."""
    halves = [_period(program, year, half) for year in range(2008, 2028) for half in ("spring", "autumn")]
    every = list(dict.fromkeys(halves))
    changes = [
        at for at in range(1, len(every)) if program.standard_for(every[at]) is not program.standard_for(every[at - 1])
    ]
    return [every[at] for at in sorted({0, len(every) - 1, *changes, *(at - 1 for at in changes)})]


CASES = [(code, period.code) for code, program in PROGRAMS.items() for period in periods_of(program)]


def _filled(path: Path, code: str, period: str, language: Language, *, named: bool, first: int) -> dict[str, Any]:
    school = ["--school", SCHOOL] if named else []
    made = aidledger("--lang", language, "template", code, "--period", period, *school, "--rows", "20", "-o", path)
    assert (made.exit_code, made.stdout, made.stderr) == (0, "", "")
    template = Template(path)
    if not named:
        template.write_school(SCHOOL)
    amount = fill(template, PROGRAMS[code], Period.parse(period), first=first)
    template.save()
    return {"program": code, "period": period, "school": SCHOOL, "person_times": 6, "amount": f"{amount / 100:.2f}"}


@pytest.mark.parametrize("named", [True, False], ids=["school named", "school written in"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_filled_in_and_imported_it_gives_no_problem(tmp_path: Path, language: Language, named: bool) -> None:
    expected = {}
    for at, (code, period) in enumerate(CASES):
        path = tmp_path / f"{at:03}.xlsx"
        expected[path.name] = _filled(path, code, period, language, named=named, first=10 * at)
    run = aidledger("check", tmp_path, "--workers", "1", "--format", "json", ledger=new_path(tmp_path))
    assert run.exit_code == 0, run.stdout
    for file in run.json["files"]:
        assert (file["outcome"], file["problems"], file["notes"]) == ("would-post", [], [])
        [roster] = file["rosters"]
        assert roster | expected[Path(file["path"]).name] == roster
        assert roster["declared"] is None
    assert len(run.json["files"]) == len(CASES)

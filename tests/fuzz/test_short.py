"""The short form of `make fuzz`, with a harness that is shown to be able to fail."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, strategies

from aidledger.domain.roster import Fate, RosterFile
from tests.builders import examined, roster_grid, roster_xlsx, with_cells
from tools.fuzz.__main__ import SEED, SHORT_EXAMPLES, foreign_files, spoiled_files
from tools.fuzz.importing import imported
from tools.fuzz.originals import originals
from tools.fuzz.reading import breaches_of, tally
from tools.fuzz.values import PROPERTIES, tried

TRIES = 25


@pytest.mark.parametrize("ending", originals())
def test_spoiled_files_of_every_format_come_out_as_files_do(ending: str) -> None:
    result = tally(ending, spoiled_files(ending, originals()[ending], TRIES, SEED))
    assert (result.tried, result.breaches) == (TRIES, [])
    assert result.codes


@pytest.mark.parametrize("ending", originals())
def test_the_good_ones_among_them_are_read(ending: str) -> None:
    result = tally(ending, ((f"{at}.{ending}", content) for at, content in enumerate(originals()[ending])))
    assert (result.breaches, result.posted > 5) == ([], True)


@pytest.mark.parametrize("name", PROPERTIES)
def test_made_up_values_come_out_as_values_do(name: str) -> None:
    assert tried(PROPERTIES[name], SHORT_EXAMPLES, SEED) is None


def test_the_program_itself_takes_a_folder_of_spoiled_files(tmp_path: Path) -> None:
    for ending, files in originals().items():
        for name, content in spoiled_files(ending, files, 3, SEED + 1):
            (tmp_path / f"{name}.xls").write_bytes(content)
    assert list(imported(tmp_path)) == []


def test_the_same_seed_spoils_the_same_way() -> None:
    good = originals()["xlsx"]  # made once: a workbook holds the second in which it was written
    one, two = (list(spoiled_files("xlsx", good, 10, SEED)) for _ in range(2))
    assert one == two
    assert len({content for _, content in one}) == 10


def _spoil(change: Callable[[RosterFile], object]) -> list[str]:
    file = examined(roster_grid())
    assert list(breaches_of(file)) == []
    change(file)
    return list(breaches_of(file))


@given(strategies.integers())
def _never_true(number: int) -> None:
    assert number is None


def test_the_harness_can_fail() -> None:
    assert _spoil(lambda file: file.fates.update({Fate.BLANK: 99}))
    assert _spoil(lambda file: file.fates.update({Fate.STUDENT: 1, Fate.OTHER: 2}))
    assert _spoil(lambda file: file.tables[0].lines.numbers.__setitem__(0, "511300201001010000"))
    assert _spoil(lambda file: file.tables[0].lines.names.__setitem__(0, "合计"))
    assert _spoil(lambda file: file.tables[0].rosters[0].amounts_fen.__setitem__(0, 0))
    assert _spoil(lambda file: file.tables.clear())
    assert tried(_never_true, 5, SEED) is not None


def test_a_folder_is_searched_for_whatever_may_be_a_spreadsheet(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    for name in ("a/b.XLSX", "c.xltm", "d.fods", "e.py", "f.html"):
        (tmp_path / name).write_bytes(roster_xlsx())
    assert {ending: len(paths) for ending, paths in foreign_files(tmp_path).items()} == {
        "xlsx": 1,
        "xltm": 1,
        "fods": 1,
        "html": 1,
    }


def test_what_is_posted_of_a_file_with_signs_that_no_name_has_has_none_of_them() -> None:
    file = examined(with_cells(roster_grid(), {"B3": "王\u202e雨\u200b桐"}))
    assert list(breaches_of(file)) == []

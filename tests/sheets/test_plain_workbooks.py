"""What tests write without openpyxl is what it would have written."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import roster_grid, xlsx_bytes
from tests.builders.files import Grid, Sheets, written_by_openpyxl
from tests.builders.plain import plain_xlsx

# openpyxl refuses control characters and half characters.
_TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=6)
_CELLS = (
    st.none() | _TEXTS | st.integers() | st.floats(allow_nan=False) | st.booleans() | st.sampled_from("=&<>\"'_# 甲")
)
_GRIDS = st.lists(st.lists(_CELLS, max_size=4), max_size=4)


def parts(book: bytes) -> Mapping[str, tuple[int, int, bytes]]:
    """In their order; but for the moment at which it was written."""
    with ZipFile(BytesIO(book)) as archive:
        return {
            info.filename: (info.compress_type, info.external_attr, archive.read(info))
            for info in archive.infolist()
            if info.filename != "docProps/core.xml"
        }


def assert_as_openpyxl_writes(sheets: Sheets) -> None:
    ours, theirs = parts(xlsx_bytes(sheets)), parts(written_by_openpyxl(sheets))
    assert [*ours.items()] == [*theirs.items()]


@pytest.mark.parametrize(
    "sheets",
    [
        {"Sheet1": roster_grid()},
        {"高一": roster_grid(30), "高二 & <b>": roster_grid(2, first=9)},
        {"a": [[None, None], [], [None, "b & <c>"], [-3, None, "甲 \"'乙"]], "b": [[7]]},
    ],
)
def test_a_plain_workbook_is_what_openpyxl_writes(sheets: dict[str, Grid]) -> None:
    assert plain_xlsx(sheets, written_by_openpyxl) is not None
    assert_as_openpyxl_writes(sheets)


@given(_GRIDS, _GRIDS)
def test_so_is_any_other(one: Grid, other: Grid) -> None:
    assert_as_openpyxl_writes({"a": one, "b": other})

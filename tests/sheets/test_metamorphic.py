"""One roster, written in every shape and format, is one and the same roster."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aidledger.domain.roster import Fate, RosterFile
from tests.builders import codes, examined, found, roster_grid
from tests.builders.books import BOOK_FORMATS, WORKBOOKS
from tests.builders.drafts import Draft, subsidy_draft, two_program_draft
from tests.builders.reading import Found
from tests.builders.shapes import ALL_SHAPES, BOOK_SHAPES, SHAPES, shaped

Entries = list[tuple[object, ...]]
DRAFTS: Mapping[str, Callable[[], Draft]] = {"one program": subsidy_draft, "two programs": two_program_draft}
EACH_ALONE = [(group, name) for group, shapes in ALL_SHAPES.items() for name in shapes]


def read(draft: Draft, file_format: str) -> RosterFile:
    extension, to_bytes = BOOK_FORMATS[file_format]
    return examined(to_bytes(draft.book()), draft.path(extension, named_sheets=file_format in WORKBOOKS))


def entries(file: RosterFile) -> Entries:
    """All that would be posted, whatever the order: who, of which school and class, is paid what under what."""
    posted: Entries = []
    for table in file.tables:
        lines = table.lines
        columns = (
            *(lines.numbers, lines.document_types, lines.names, lines.sexes, lines.student_numbers, lines.accounts),
            *(lines.schools, lines.levels, lines.grades, lines.classes, lines.boardings, lines.categories),
        )
        for roster in table.rosters:
            period = roster.period.code if roster.period else None
            paid = zip(roster.amounts_fen, *columns, strict=True)
            posted += [(roster.program, period, *entry) for entry in paid if entry[0] is not None]
    return sorted(posted, key=repr)


def outcome(file: RosterFile) -> tuple[Entries, list[Found], int]:
    return entries(file), found(file), file.fates[Fate.STUDENT]


PLAIN = {name: outcome(read(draft(), "xlsx")) for name, draft in DRAFTS.items()}


def test_the_plain_rosters_are_what_was_written() -> None:
    for name, draft in DRAFTS.items():
        posted, problems, students = PLAIN[name]
        written = draft()
        paid = [column.fen or [] for column in written.columns if column.key.startswith("amount")]
        by_number = dict(zip(written.column("number").cells, zip(*paid, strict=True), strict=True))
        assert (problems, students) == ([], 12)
        assert {entry[3] for entry in posted} == set(by_number)
        assert sum(entry[2] for entry in posted if isinstance(entry[2], int)) == sum(
            fen or 0 for row in by_number.values() for fen in row
        )
        assert len(posted) == sum(fen is not None for row in by_number.values() for fen in row)
        assert {entry[5] for entry in posted} == set(written.column("name").cells)
        assert {entry[1] for entry in posted} == {"2021-autumn"}
    assert {entry[0] for entry in PLAIN["one program"][0]} == {"compulsory-living-subsidy"}
    assert {(entry[10], entry[13]) for entry in PLAIN["one program"][0]} == {("junior", "boarder"), ("junior", "day")}
    assert {entry[0] for entry in PLAIN["two programs"][0]} == {"high-school-grant", "high-school-tuition-waiver"}
    assert any(str(entry[3]).endswith("X") for entry in PLAIN["one program"][0])


@pytest.mark.parametrize("file_format", BOOK_FORMATS)
@pytest.mark.parametrize("name", DRAFTS)
def test_every_format_is_the_same_roster(name: str, file_format: str) -> None:
    assert outcome(read(DRAFTS[name](), file_format)) == PLAIN[name]


@pytest.mark.parametrize("name", DRAFTS)
@pytest.mark.parametrize(("group", "shape"), EACH_ALONE)
def test_every_shape_alone_is_the_same_roster(group: str, shape: str, name: str) -> None:
    assert outcome(read(shaped(DRAFTS[name](), {group: shape}), "xlsx")) == PLAIN[name]


# What went wrong together and not alone.
TOGETHER: list[dict[str, str]] = [
    {"unit": "(单位：万元)", "below": "reported"},
    {"unit": "单位:万元", "below": "reported", "pages": "title and header again"},
    {"unit": "单位:元", "below": "reported", "said": "school in a line"},
    {"header": "two rows", "pages": "header again"},
    {"columns beside": "guardian in a group", "pages": "blank, title and header again"},
    {"columns beside": "a year's standard", "totals": "capitals", "amounts": "元"},
    {"columns beside": "due and paid", "unit": "万元 in the header", "amounts": "元"},
]


@pytest.mark.parametrize("name", DRAFTS)
@pytest.mark.parametrize("looks", TOGETHER, ids=lambda looks: ", ".join(looks.values()))
def test_shapes_that_were_taken_for_something_else_are_the_same_roster(looks: dict[str, str], name: str) -> None:
    assert outcome(read(shaped(DRAFTS[name](), looks), "xlsx")) == PLAIN[name]


@st.composite
def recipes(draw: st.DrawFn) -> tuple[str, str, dict[str, str], int]:
    """A roster, a format, a few shapes that go together in any number, and a seed for what is shuffled."""
    file_format = draw(st.sampled_from([*BOOK_FORMATS]))
    groups = {**SHAPES, **(BOOK_SHAPES if file_format in WORKBOOKS else {})}
    chosen = draw(st.lists(st.sampled_from([*groups]), max_size=7, unique=True))
    looks = {group: draw(st.sampled_from([*groups[group]])) for group in chosen}
    return draw(st.sampled_from([*DRAFTS])), file_format, looks, draw(st.integers(0, 99))


@settings(max_examples=300)
@given(recipes())
def test_shapes_together_are_the_same_roster(recipe: tuple[str, str, dict[str, str], int]) -> None:
    name, file_format, looks, seed = recipe
    assert outcome(read(shaped(DRAFTS[name](), looks, seed), file_format)) == PLAIN[name]


@pytest.mark.parametrize("name", DRAFTS)
@pytest.mark.parametrize("more", [{}, {"sheets": "one a class"}, {"amounts": "￥", "columns": "shuffled"}])
@pytest.mark.parametrize(
    ("group", "shape"), [*(("totals", name) for name in SHAPES["totals"]), ("pages", "sums of pages and header again")]
)
def test_totals_in_every_shape_miss_a_student_who_is_left_out(
    group: str, shape: str, more: dict[str, str], name: str
) -> None:
    draft = shaped(DRAFTS[name](), {group: shape, **more})
    draft.left_out = 6
    file = read(draft, "xlsx")
    assert codes(file) == ["declared-total-mismatch"]
    assert file.fates[Fate.STUDENT] == 11


@pytest.mark.parametrize(
    ("unit", "amount"),
    [
        ("发放金额(万元)", "1000元"),
        ("发放金额(万元)", "￥1,000元"),
        ("发放金额(万元)", "壹仟元整"),
        ("发放金额(元)", "0.1万元"),
        ("发放金额", "0.1万"),
    ],
)
def test_an_amount_that_says_another_unit_than_its_column_is_never_multiplied(unit: str, amount: str) -> None:
    file = examined(roster_grid(headers=("序号", "姓名", "身份证号", unit), amount=amount, total=False))
    paid = {fen for table in file.tables for roster in table.rosters for fen in roster.amounts_fen}
    assert file.blocked(record_conflicts=True) or paid == {100_000}


@pytest.mark.parametrize(("header", "note"), [("发放金额(元)", "单位:万元"), ("发放金额（元）", "金额单位：万元")])
def test_a_column_and_a_line_that_say_different_units_are_never_multiplied(header: str, note: str) -> None:
    grid = roster_grid(headers=("序号", "姓名", "身份证号", header), fill={header: 1000}, total=False)
    file = examined([grid[0], [note], *grid[1:]])
    paid = {fen for table in file.tables for roster in table.rosters for fen in roster.amounts_fen}
    assert file.blocked(record_conflicts=True) or paid == {100_000}

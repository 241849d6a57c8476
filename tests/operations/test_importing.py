"""What an import does with a file, beside reading it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

import pytest

from aidledger.domain.roster import RosterFile
from aidledger.operations import importing, ledgers
from aidledger.operations.files import Found, InputFile
from aidledger.operations.importing import ImportRequest, import_files
from aidledger.operations.results import FileResult, ImportResult
from aidledger.sheets.recognition.hints import Hints
from aidledger.store.ledger import Books, Ledger
from tests.builders import Grid, roster_grid, roster_xlsx, with_cells, xlsx_bytes
from tests.imports.make_samples import SAMPLES
from tests.store.ledgers import bring_in, bring_in_all, catalogue, contents, new_ledger

EAST = "东山中学2021年秋季学期普通高中国家助学金发放花名册"


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return new_ledger(tmp_path)


def _run(ledger: Ledger, *paths: Path, dry_run: bool = False, workers: int = 1) -> ImportResult:
    return import_files(ledger, catalogue(), ImportRequest(paths, dry_run=dry_run, workers=workers))


def _entries(ledger: Ledger) -> int:
    return ledgers.verify(ledger).entries


def _codes(result: FileResult) -> list[str]:
    return [problem.code for problem in result.problems]


def test_a_file_is_one_batch(ledger: Ledger) -> None:
    result = bring_in(ledger, roster_xlsx(3), "one.xlsx")
    assert (result.outcome, result.batch, result.person_times, result.amount_fen) == ("posted", 1, 3, 300_000)
    record = ledgers.batch(ledger, 1).found.record
    assert (record.file, record.entries, record.amount_fen, record.posted_by) == ("one.xlsx", 3, 300_000, "tester")
    assert record.posted_at == "2022-03-01T08:00:00Z"


def test_the_same_bytes_again_are_unchanged_whatever_they_are_called(ledger: Ledger) -> None:
    content = roster_xlsx(3)
    results = bring_in_all(ledger, {"one.xlsx": content, "two.xlsx": content})
    assert [(result.outcome, result.batch) for result in results] == [("posted", 1), ("unchanged", 1)]
    again = bring_in(ledger, content, "three.xlsx")
    assert (again.outcome, again.batch, again.problems) == ("unchanged", 1, [])
    assert _entries(ledger) == 3


def test_after_a_reversal_the_same_bytes_post_again(ledger: Ledger) -> None:
    content = roster_xlsx(3)
    bring_in(ledger, content)
    ledgers.reverse(ledger, catalogue(), 1, "sent in error")
    result = bring_in(ledger, content)
    assert (result.outcome, result.batch) == ("posted", 3)
    assert ledgers.verify(ledger).faults == []
    assert bring_in(ledger, content).batch == 3


def test_a_corrected_name_posts_after_the_wrong_one_was_reversed(ledger: Ledger) -> None:
    """A correction is a reversal and a new entry: nothing in force contradicts it."""
    wrong = roster_grid(3)
    bring_in(ledger, xlsx_bytes(with_cells(wrong, {"B3": "王语桐"})))
    ledgers.reverse(ledger, catalogue(), 1, "a name was mistyped")
    assert _codes(bring_in(ledger, xlsx_bytes(wrong))) == []


def test_a_rejected_file_keeps_nothing_and_does_not_hold_up_the_others(ledger: Ledger) -> None:
    bad = SAMPLES["22-bad-ids-and-names.xlsx"]()
    results = bring_in_all(ledger, {"a.xlsx": roster_xlsx(3), "b.xlsx": bad, "c.xlsx": roster_xlsx(3, first=10)})
    assert [result.outcome for result in results] == ["posted", "rejected", "posted"]
    assert results[1].batch is None
    assert (_entries(ledger), ledgers.verify(ledger).faults) == (6, [])


def test_a_rejected_file_leaves_the_ledger_as_it_was(ledger: Ledger) -> None:
    bring_in(ledger, roster_xlsx(3))
    before = contents(ledger.place)
    clash = roster_xlsx(4, title=EAST)  # three of the four were paid: found when all of it has been posted
    assert bring_in(ledger, clash).outcome == "rejected"
    assert bring_in(ledger, SAMPLES["29-bad-errors-and-formulas.xlsx"]()).outcome == "rejected"
    with ledger.reading() as books:
        people = books.exec_driver_sql("SELECT count(*) FROM beneficiary").scalar_one()
        schools = books.exec_driver_sql("SELECT count(*) FROM school").scalar_one()
    assert (people, schools) == (3, 1)
    assert contents(ledger.place) == before


@pytest.mark.parametrize(
    ("cells", "codes"),
    [
        pytest.param({"F6": 9999}, ["declared-total-mismatch"], id="a wrong total"),
        pytest.param({"B5": "王雨桐", "C5": "same"}, ["duplicate-in-file"], id="the same person twice"),
        pytest.param(
            {"B5": "另一人", "C5": "same"}, ["name-id-mismatch", "duplicate-in-file"], id="under another name"
        ),
    ],
)
def test_conflicts_are_recorded_only_where_that_is_asked_for(
    ledger: Ledger, cells: dict[str, str | int], codes: Sequence[str]
) -> None:
    grid = roster_grid(3)
    changed = {cell: grid[2][2] if value == "same" else value for cell, value in cells.items()}
    content = xlsx_bytes(with_cells(grid, changed))
    rejected = bring_in(ledger, content)
    assert (rejected.outcome, sorted(_codes(rejected))) == ("rejected", sorted(codes))
    assert _entries(ledger) == 0
    posted = bring_in(ledger, content, record_conflicts=True)
    assert (posted.outcome, sorted(_codes(posted))) == ("posted", sorted(codes))
    assert (_entries(ledger), ledgers.verify(ledger).faults) == (3, [])


def test_errors_are_never_recorded(ledger: Ledger) -> None:
    for name in ("21-bad-ids-typed-as-numbers.xlsx", "23-bad-amounts.xls", "26-bad-no-program.xlsx"):
        assert bring_in(ledger, SAMPLES[name](), name, record_conflicts=True).outcome == "rejected"
    assert _entries(ledger) == 0


def test_who_was_paid_already_is_named_with_batch_and_row(ledger: Ledger) -> None:
    bring_in_all(ledger, {"other.xlsx": roster_xlsx(2, first=50), "one.xlsx": roster_xlsx(3)})
    result = bring_in(ledger, roster_xlsx(2, title=EAST, first=2))
    assert result.outcome == "rejected"
    [problem] = result.problems
    assert (problem.code, problem.place.row, problem.place.column) == ("duplicate-in-ledger", 3, "C")
    assert problem.facts == {
        "program": "high-school-grant",
        "period": "2021-autumn",
        "batch": 2,
        "first_row": 5,
        "school": "金溪中学",
    }


@pytest.mark.parametrize(
    "title",
    [
        pytest.param("金溪中学2022年春季学期普通高中国家助学金发放花名册", id="another term"),
        pytest.param("金溪中学2021年秋季学期普通高中免学费花名册", id="another program"),
    ],
)
def test_the_same_people_may_be_paid_something_else(ledger: Ledger, title: str) -> None:
    bring_in(ledger, roster_xlsx(3))
    result = bring_in(ledger, roster_xlsx(3, title=title))
    assert (result.outcome, _codes(result)) == ("posted", [])


def test_an_id_number_under_another_name_than_the_ledgers_is_a_conflict(ledger: Ledger) -> None:
    bring_in(ledger, roster_xlsx(3))
    grid = roster_grid(3, title="金溪中学2022年春季学期普通高中国家助学金发放花名册")
    content = xlsx_bytes(with_cells(grid, {"B4": "李四"}))
    result = bring_in(ledger, content)
    assert (result.outcome, _codes(result)) == ("rejected", ["name-id-mismatch"])
    assert (result.problems[0].place.row, result.problems[0].place.column) == (4, "B")
    posted = bring_in(ledger, content, record_conflicts=True)
    entry = ledgers.batch(ledger, posted.batch or 0).found.entries[1]
    assert (entry.name, entry.name_stated) == ("李雨桐", "李四")


def test_warnings_are_posted(ledger: Ledger) -> None:
    result = bring_in(ledger, SAMPLES["12-posted-with-warnings.xlsx"]())
    assert result.outcome == "posted"
    assert {problem.severity for problem in result.problems} == {"warning"}


@pytest.mark.parametrize(
    ("hints", "expected"),
    [
        pytest.param(
            Hints(program="high-school-tuition-waiver"), ("high-school-tuition-waiver", "2021-autumn", "金溪中学")
        ),
        pytest.param(Hints(school="别的中学"), ("high-school-grant", "2021-autumn", "别的中学")),
    ],
)
def test_what_is_said_by_hand_overrules_the_file(ledger: Ledger, hints: Hints, expected: tuple[str, str, str]) -> None:
    [roster] = bring_in(ledger, roster_xlsx(3), hints=hints).rosters
    assert (roster.program, roster.period, roster.school) == expected


def test_an_amount_that_is_a_card_number_is_no_amount(ledger: Ledger) -> None:
    """Columns that slipped by one: no school pays this much, and no database holds it."""
    grid = with_cells(roster_grid(2), {"F3": "6217000000000000001", "F5": None})
    result = bring_in(ledger, xlsx_bytes(grid))
    assert (result.outcome, _codes(result)) == ("rejected", ["amount-format"])


def test_amounts_that_only_add_up_to_too_much_are_refused_in_words(ledger: Ledger) -> None:
    grid: Grid = with_cells(roster_grid(2, total=False), {"F3": "90000000000000000", "F4": "90000000000000000"})
    assert bring_in(ledger, xlsx_bytes(grid)).outcome == "rejected"


# --- folders, workers, dry runs: the real thing, with processes ------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six files: two classes, one of them twice, a bad one, one that contradicts the first, one in a folder below."""
    folder = tmp_path_factory.mktemp("files")
    (folder / "z").mkdir()
    (folder / "10-高一.xlsx").write_bytes(roster_xlsx(5))
    (folder / "2-again.xlsx").write_bytes(roster_xlsx(2, title=EAST, first=4))
    (folder / "3-same.xlsx").write_bytes((folder / "10-高一.xlsx").read_bytes())
    (folder / "4-bad.xls").write_bytes(SAMPLES["23-bad-amounts.xls"]())
    (folder / "5-page.xls").write_bytes(SAMPLES["31-bad-login-page.xls"]())
    (folder / "z" / "6.csv").write_bytes(SAMPLES["09-high-school-waiver-gb18030.csv"]())
    return folder


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_the_number_of_workers_changes_nothing(folder: Path, tmp_path: Path, workers: int) -> None:
    one, many = new_ledger(tmp_path, "one.db"), new_ledger(tmp_path, "many.db")
    results = _run(many, folder, workers=workers)
    for path in sorted(folder.rglob("*.*"), key=lambda path: path.relative_to(folder).parts):
        bring_in(one, path.read_bytes(), path.name)
    assert results.head == ledgers.verify(one).head
    assert ledgers.verify(many).head == results.head
    assert [(Path(result.path).name, result.outcome, result.batch) for result in results.files] == [
        ("10-高一.xlsx", "posted", 1),
        ("2-again.xlsx", "rejected", None),
        ("3-same.xlsx", "unchanged", 1),
        ("4-bad.xls", "rejected", None),
        ("5-page.xls", "rejected", None),
        ("6.csv", "posted", 2),
    ]


def test_a_dry_run_says_the_same_and_keeps_nothing(folder: Path, ledger: Ledger) -> None:
    before = contents(ledger.place)
    said = _run(ledger, folder, dry_run=True)
    assert contents(ledger.place) == before
    done = _run(ledger, folder)
    outcomes = [("posted" if result.outcome == "would-post" else result.outcome) for result in said.files]
    assert outcomes == [result.outcome for result in done.files]
    assert [result.problems for result in said.files] == [result.problems for result in done.files]
    assert [result.rosters for result in said.files] == [result.rosters for result in done.files]
    assert [result.batch for result in said.files if result.outcome == "would-post"] == [None, None]


def test_a_dry_run_that_breaks_off_has_told_of_each_file_before_as_it_is(ledger: Ledger, tmp_path: Path) -> None:
    """Files of a real run are posted again after a failure; those of a dry run are still there and would be known."""
    paths = [tmp_path / f"{name}.xlsx" for name in "abc"]
    for i, path in enumerate(paths):
        path.write_bytes(roster_xlsx(3, first=10 * i))

    class Broken(importing._Run):
        def _settle(self, books: Books, source: InputFile, file: RosterFile | None) -> FileResult:
            if source.path == paths[-1]:
                raise ZeroDivisionError
            return super()._settle(books, source, file)

    told: list[str] = []

    def run_dry() -> None:
        with ledger.writing("check", keep=False) as books:
            request, transaction = ImportRequest(paths, dry_run=True), lambda: nullcontext(books)
            run = Broken(ledger, catalogue(), request, transaction, lambda result: told.append(result.outcome))
            run.files([Found(path) for path in paths])

    with pytest.raises(ZeroDivisionError):
        run_dry()
    assert (told, _entries(ledger)) == (["would-post", "would-post"], 0)


def test_a_second_import_of_a_folder_posts_nothing(folder: Path, ledger: Ledger) -> None:
    first = _run(ledger, folder)
    second = _run(ledger, folder)
    assert second.head == first.head
    assert {result.outcome for result in second.files} == {"unchanged", "rejected"}


def test_what_is_no_spreadsheet_is_passed_over(ledger: Ledger, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    (folder / ".hidden").mkdir(parents=True)
    for name in ("~$open.xlsx", ".hidden.xlsx", "notes.txt", "scan.pdf", ".hidden/a.xlsx", "README", "photo.JPG"):
        (folder / name).write_bytes(b"to do" if name == "notes.txt" else roster_xlsx(3))
    (folder / "CAPITALS.XLSX").write_bytes(roster_xlsx(3))
    assert [(Path(result.path).name, result.outcome) for result in _run(ledger, folder).files] == [
        ("CAPITALS.XLSX", "posted")
    ]


def test_a_file_that_is_named_is_read_whatever_it_is_called(ledger: Ledger, tmp_path: Path) -> None:
    path = tmp_path / "花名册.dat"
    path.write_bytes(roster_xlsx(3))
    assert [result.outcome for result in _run(ledger, path, path, tmp_path).files] == ["posted"]


def test_an_empty_folder_is_nothing_to_do(ledger: Ledger, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert _run(ledger, tmp_path / "empty").files == []


def test_file_names_that_are_not_utf8_are_read_and_shown(ledger: Ledger, tmp_path: Path) -> None:
    """Old archives carry names in GBK; the folder around them has its own encoding."""
    folder = tmp_path / "区里"
    folder.mkdir()
    raw = os.fsencode(folder) + b"/" + "金溪中学高一.xlsx".encode("gbk")
    Path(os.fsdecode(raw)).write_bytes(roster_xlsx(3, title="2021年秋季学期普通高中国家助学金"))
    [result] = _run(ledger, folder).files
    assert (result.outcome, result.path) == ("posted", f"{folder}/金溪中学高一.xlsx")
    assert result.rosters[0].school == "金溪中学"
    assert ledgers.batch(ledger, 1).found.record.file == "金溪中学高一.xlsx"
    assert ledgers.verify(ledger).faults == []


def test_a_link_to_nothing_is_a_problem_of_that_file(ledger: Ledger, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "a.xlsx").symlink_to(tmp_path / "gone.xlsx")
    (folder / "b.xlsx").write_bytes(roster_xlsx(3))
    results = _run(ledger, folder).files
    assert [(result.outcome, _codes(result)) for result in results] == [
        ("rejected", ["unreadable-file"]),
        ("posted", []),
    ]


def test_a_folder_that_holds_itself_is_walked_once(ledger: Ledger, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "a.xlsx").write_bytes(roster_xlsx(3))
    (folder / "again").symlink_to(folder)
    assert [result.outcome for result in _run(ledger, folder).files] == ["posted"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_a_pipe_that_may_never_end_is_not_waited_for(ledger: Ledger, tmp_path: Path) -> None:
    pipe = tmp_path / "endless.csv"
    os.mkfifo(pipe)
    (result,) = _run(ledger, pipe).files
    assert [problem.code for problem in result.problems] == ["unreadable-file"]
    assert _run(ledger, tmp_path).files == []


# --- files that contradict each other in one round --------------------------------------------------------------------


def _bad_roster(rows: int, **said: str) -> bytes:
    """A roster whose last line has no amount: an error of its own, whatever the others are."""
    grid = roster_grid(rows, total=False, **said)  # type: ignore[arg-type]
    return xlsx_bytes(with_cells(grid, {f"F{rows + 2}": None}))


def test_who_stands_in_a_rejected_file_of_the_same_run_is_named_at_once(ledger: Ledger) -> None:
    results = bring_in_all(ledger, {"a.xlsx": _bad_roster(3), "b.xlsx": roster_xlsx(3, title=EAST, first=1)})
    assert [result.outcome for result in results] == ["rejected", "rejected"]
    assert [(one.code, one.place.row, one.place.column) for one in results[1].problems] == [
        ("duplicate-in-run", 3, "C"),
    ]
    facts = results[1].problems[0].facts
    assert (facts["file"], facts["first_row"]) == ("a.xlsx", 4)
    assert _codes(bring_in(ledger, roster_xlsx(3, title=EAST, first=1))) == []  # another run knows nothing of it


def test_a_file_with_errors_of_its_own_is_told_so_too(ledger: Ledger) -> None:
    results = bring_in_all(ledger, {"a.xlsx": _bad_roster(3), "b.xlsx": _bad_roster(2, title=EAST)})
    assert _codes(results[1]) == ["duplicate-in-run", "amount-missing"]


def test_two_rosters_of_one_school_are_told_apart_by_nobody(ledger: Ledger) -> None:
    """A school that sends two versions says the same twice, and only it knows which one is right."""
    results = bring_in_all(ledger, {"a.xlsx": _bad_roster(3), "b.xlsx": roster_xlsx(3)})
    assert (results[1].outcome, _codes(results[1])) == ("rejected", ["duplicate-in-run", "duplicate-in-run"])


@pytest.mark.parametrize(
    "title",
    [
        pytest.param("金溪中学2022年春季学期普通高中国家助学金发放花名册", id="another term"),
        pytest.param("金溪中学2021年秋季学期普通高中免学费花名册", id="another program"),
        pytest.param("金溪中学2021年秋季学期普通高中国家助学金第二批发放花名册", id="another part"),
    ],
)
def test_what_is_paid_beside_a_rejected_file_contradicts_nothing(ledger: Ledger, title: str) -> None:
    results = bring_in_all(ledger, {"a.xlsx": _bad_roster(3), "b.xlsx": roster_xlsx(3, title=title)})
    assert (results[1].outcome, _codes(results[1])) == ("posted", [])


def test_a_copy_of_a_rejected_file_does_not_contradict_it(ledger: Ledger) -> None:
    content = _bad_roster(3)  # written anew, it would tell another second of writing
    results = bring_in_all(ledger, {"a.xlsx": content, "b.xlsx": content})
    assert [_codes(result) for result in results] == [["amount-missing"], ["amount-missing"]]


def test_it_is_recorded_where_conflicts_are(ledger: Ledger) -> None:
    files = {"a.xlsx": _bad_roster(3), "b.xlsx": roster_xlsx(3, title=EAST)}
    assert [result.outcome for result in bring_in_all(ledger, files, record_conflicts=True)] == ["rejected", "posted"]
    assert ledgers.verify(ledger).faults == []


def test_a_rejected_file_is_named_as_it_stands_in_its_folder(ledger: Ledger, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    for name in ("1", "2"):
        (folder / name).mkdir(parents=True)
    (folder / "1" / "名册.xlsx").write_bytes(_bad_roster(3))
    (folder / "2" / "名册.xlsx").write_bytes(roster_xlsx(1, title=EAST))
    result = _run(ledger, folder).files[1]
    assert [problem.facts["file"] for problem in result.problems] == ["1/名册.xlsx"]


def test_a_file_that_changes_while_it_is_read_is_neither_the_one_nor_the_other(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A network drive gives the first half of yesterday's roster; what was read is known to nobody."""
    path = tmp_path / "a.csv"
    path.write_bytes(b"x" * 10_000)
    real = os.fstat

    def written_to_meanwhile(handle: int) -> os.stat_result:
        found = real(handle)
        if found.st_ino == path.stat().st_ino:
            with path.open("ab") as file:
                file.write(b"y")
        return found

    monkeypatch.setattr(os, "fstat", written_to_meanwhile)
    (result,) = _run(ledger, path).files
    assert (result.outcome, _codes(result)) == ("rejected", ["unreadable-file"])

"""Archives as schools send them: each file in them as if it stood in a folder of the archive's name."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from aidledger.operations import files, ledgers
from aidledger.operations.feedback import Feedback
from aidledger.operations.importing import ImportRequest, import_files
from aidledger.operations.results import ImportResult
from aidledger.sheets.formats.limits import DEFAULT_LIMITS
from aidledger.store.ledger import Ledger
from tests.builders import csv_bytes, roster_csv, roster_grid, roster_xls, roster_xlsx, xlsx_bytes
from tests.builders.archives import ENCRYPTED, UTF_8_NAMES, zipped
from tests.builders.feedback import LABELS, bad_grid
from tests.store.ledgers import catalogue, new_ledger

UNTITLED = "2021年秋季学期普通高中国家助学金"


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return new_ledger(tmp_path)


def _run(ledger: Ledger, *paths: Path, **said: Any) -> ImportResult:  # noqa: ANN401 - what a request has
    return import_files(ledger, catalogue(), replace(ImportRequest(paths, workers=1), **said))


def _put(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def _outcomes(result: ImportResult, folder: Path) -> list[tuple[str, str, list[str]]]:
    return [
        (os.path.relpath(file.path, folder), file.outcome, [problem.code for problem in file.problems])
        for file in result.files
    ]


def _passed(result: ImportResult, folder: Path) -> dict[str, str]:
    return {os.path.relpath(one.path, folder): one.why for one in result.passed_over}


@pytest.mark.parametrize("deflated", [True, False])
def test_each_file_of_an_archive_is_imported(ledger: Ledger, tmp_path: Path, deflated: bool) -> None:
    content = zipped(
        {"高二/b.xls": roster_xls(2, first=10), "高一/": b"", "高一/a.xlsx": roster_xlsx(3)}, deflated=deflated
    )
    path = _put(tmp_path, "金溪中学.zip", content)
    result = _run(ledger, path)
    assert _outcomes(result, tmp_path) == [
        ("金溪中学.zip/高一/a.xlsx", "posted", []),
        ("金溪中学.zip/高二/b.xls", "posted", []),
    ]
    assert ledgers.verify(ledger).entries == 5
    assert [file.outcome for file in _run(ledger, path).files] == ["unchanged", "unchanged"]
    assert list(tmp_path.glob("*.zip/*")) == []


def test_the_name_of_an_archive_is_heard_like_a_folders(ledger: Ledger, tmp_path: Path) -> None:
    folder = tmp_path / "收到"
    _put(folder, "金溪中学.zip", zipped({"花名册.xlsx": roster_xlsx(3, title=UNTITLED)}))
    [file] = _run(ledger, folder).files
    assert (file.outcome, file.rosters[0].school) == ("posted", "金溪中学")


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_names_without_a_flag_are_in_utf_8_or_as_old_systems_wrote(
    ledger: Ledger, tmp_path: Path, encoding: str
) -> None:
    name = "东山中学/高一(1)班赵钱孙昞.xlsx"  # a backslash is the second byte of one of these in GBK
    path = _put(tmp_path, "a.zip", zipped({name: roster_xlsx(3, title=UNTITLED)}, encoding=encoding, flags=0))
    result = _run(ledger, path)
    assert _outcomes(result, tmp_path) == [(f"a.zip/{name}", "posted", [])]
    assert result.files[0].rosters[0].school == "东山中学"


def test_names_are_names_and_no_ways(ledger: Ledger, tmp_path: Path) -> None:
    """What would lead out of the archive's folder is called what it is called without it."""
    folder = tmp_path / "in"
    names = ["../../up.xlsx", "/etc/root.xlsx", "C:\\drive.xlsx", "a/./../b\\c.xlsx"]
    files: dict[str | bytes, bytes] = {
        name: roster_xlsx(1, first=10 * i, title=UNTITLED) for i, name in enumerate(names)
    }
    path = _put(folder, "金溪中学.zip", zipped(files))
    before = sorted(tmp_path.rglob("*"))
    assert {name for name, _, _ in _outcomes(_run(ledger, path, dry_run=True), folder)} == {
        "金溪中学.zip/C_/drive.xlsx",
        "金溪中学.zip/a/b/c.xlsx",
        "金溪中学.zip/etc/root.xlsx",
        "金溪中学.zip/up.xlsx",
    }
    assert sorted(tmp_path.rglob("*")) == before


def test_what_systems_add_to_an_archive_is_not_mentioned(ledger: Ledger, tmp_path: Path) -> None:
    files: dict[str | bytes, bytes] = {
        name: roster_xlsx(3)
        for name in ("__MACOSX/._a.xlsx", "__MACOSX/b.xlsx", "._a.xlsx", "~$a.xlsx", ".DS_Store", "x/Thumbs.db")
    }
    result = _run(ledger, _put(tmp_path, "a.zip", zipped(files)))
    assert (result.files, result.passed_over) == ([], [])


def test_what_is_passed_over_is_named(ledger: Ledger, tmp_path: Path) -> None:
    names = ("说明.docx", "公示.pdf", "b.JPG", "c.lnk", "d.rar", "e.zip", "f.dat", "README")
    folder = tmp_path / "in"
    inner: dict[str | bytes, bytes] = {name: zipped({"a.xlsx": roster_xlsx(3)}) for name in names}
    _put(folder, "a.zip", zipped({**inner, "g.xlsx": roster_xlsx(3)}))
    for name in names[:5]:
        _put(folder, name, b"x")
    result = _run(ledger, folder)
    assert _outcomes(result, folder) == [("a.zip/g.xlsx", "posted", [])]
    whys = dict(
        zip(
            names,
            ("document", "document", "picture", "shortcut", "packed", "archive-within", "other", "other"),
            strict=True,
        )
    )
    expected = {f"a.zip/{name}": why for name, why in whys.items()} | {name: whys[name] for name in names[:5]}
    assert _passed(result, folder) == expected


@pytest.mark.parametrize(
    ("content", "name", "why"),
    [
        pytest.param(zipped({"a.xlsx": roster_xlsx(3)})[:-30], "a.zip", "the archive is damaged", id="cut short"),
        pytest.param(b"PK\x03\x04" + b"\0" * 100, "a.zip", "the archive is damaged", id="no list of files"),
        pytest.param(b"Rar!\x1a\x07\x00", "a.zip", "it is an archive; unpack it first", id="another kind"),
        pytest.param(b"", "a.zip", "it is empty", id="empty"),
    ],
)
def test_a_damaged_archive_is_one_unreadable_file(
    ledger: Ledger, tmp_path: Path, content: bytes, name: str, why: str
) -> None:
    _put(tmp_path / "in", name, content)
    [file] = _run(ledger, tmp_path / "in").files
    assert (Path(file.path).name, file.outcome) == (name, "rejected")
    assert [(one.code, one.facts["why"]) for one in file.problems] == [("unreadable-file", why)]


def test_a_damaged_file_does_not_hold_up_the_others_of_its_archive(ledger: Ledger, tmp_path: Path) -> None:
    content = zipped({"a.xlsx": roster_xlsx(3), "b.xlsx": roster_xlsx(3, first=9)}, deflated=False)
    path = _put(tmp_path, "a.zip", content.replace(b"[Content_Types].xml", b"[Content_Typos].xml", 1))
    assert _outcomes(_run(ledger, path), tmp_path) == [
        ("a.zip/a.xlsx", "rejected", ["unreadable-file"]),
        ("a.zip/b.xlsx", "posted", []),
    ]


def test_files_under_a_password_are_named(ledger: Ledger, tmp_path: Path) -> None:
    content = zipped({"a.xlsx": roster_xlsx(3), "b.pdf": b"x"}, flags=UTF_8_NAMES | ENCRYPTED)
    result = _run(ledger, _put(tmp_path, "a.zip", content))
    assert _outcomes(result, tmp_path) == [("a.zip/a.xlsx", "rejected", ["encrypted-file"])]
    assert _passed(result, tmp_path) == {"a.zip/b.pdf": "document"}


@pytest.mark.parametrize(
    ("limits", "codes"),
    [
        pytest.param({"archive_files_max": 1}, [("a.zip", "file-too-large")], id="files"),
        pytest.param({"archive_size_max_bytes": 10_000}, [("a.zip", "file-too-large")], id="size"),
        pytest.param({"file_size_max_bytes": 4_000_000}, [("a.zip/a.csv", "file-too-large")], id="one file"),
        pytest.param({}, [("a.zip/a.csv", "file-too-large")], id="ratio"),
    ],
)
def test_bombs_are_refused(
    ledger: Ledger, tmp_path: Path, limits: dict[str, int], codes: list[tuple[str, str]]
) -> None:
    content = zipped({"a.csv": b" " * 9_000_000, "b.xlsx": roster_xlsx(3)})
    result = _run(ledger, _put(tmp_path, "a.zip", content), limits=replace(DEFAULT_LIMITS, **limits))
    named = [(name, problems[0]) for name, outcome, problems in _outcomes(result, tmp_path) if outcome == "rejected"]
    assert named == codes


def test_a_list_of_files_beyond_reason_is_not_taken_in(ledger: Ledger, tmp_path: Path) -> None:
    content = zipped({f"{i:05}-{'x' * 60_000}.xlsx": b"" for i in range(80)}, deflated=False)
    result = _run(ledger, _put(tmp_path, "a.zip", content))
    assert _outcomes(result, tmp_path) == [("a.zip", "rejected", ["file-too-large"])]


def test_a_workbook_under_the_name_of_an_archive_is_a_workbook(ledger: Ledger, tmp_path: Path) -> None:
    """Browsers save workbooks so, for that is what they begin like."""
    path = _put(tmp_path, "花名册.zip", roster_xlsx(3))
    assert _outcomes(_run(ledger, path), tmp_path) == [("花名册.zip", "posted", [])]


def test_two_files_of_one_name_are_both_read(ledger: Ledger, tmp_path: Path) -> None:
    files: dict[str | bytes, bytes] = {"a.xlsx": roster_xlsx(3), "./a.xlsx": roster_xlsx(3, first=9)}
    result = _run(ledger, _put(tmp_path, "a.zip", zipped(files)))
    assert [outcome for _, outcome, _ in _outcomes(result, tmp_path)] == ["posted", "posted"]


def test_the_copy_for_the_school_stands_in_a_folder_called_like_the_archive(ledger: Ledger, tmp_path: Path) -> None:
    path = _put(tmp_path / "in", "金溪中学.zip", zipped({"../高一/名册.xlsx": xlsx_bytes(bad_grid())}))
    feedback = Feedback(
        tmp_path / "back", [path], LABELS, lambda one: (one.kind.message, one.kind.hint), DEFAULT_LIMITS
    )
    [file] = _run(ledger, path, feedback=feedback).files
    assert file.feedback == str(tmp_path / "back" / "金溪中学" / "高一" / "名册.xlsx")
    assert load_workbook(file.feedback).sheetnames[1:] == ["Sheet1"]


# --- texts in folders -------------------------------------------------------------------------------------------------


def test_a_text_in_a_folder_is_a_list_if_it_holds_one(ledger: Ledger, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    _put(folder, "a.txt", roster_csv(3, encoding="gb18030"))
    _put(folder, "说明.txt", "各校请于9月30日前报送，账号 6217000000000000001。".encode("gbk"))
    _put(folder, "nobody.txt", csv_bytes([[*row] for row in roster_grid(3)[2:]]))
    result = _run(ledger, folder)
    assert _outcomes(result, folder) == [("a.txt", "posted", []), ("nobody.txt", "rejected", ["no-header"])]
    assert _passed(result, folder) == {"说明.txt": "no-list"}


def test_a_text_that_was_named_is_read_as_a_list(ledger: Ledger, tmp_path: Path) -> None:
    path = _put(tmp_path, "说明.txt", "各校请于9月30日前报送。".encode("gbk"))
    assert _outcomes(_run(ledger, path), tmp_path) == [("说明.txt", "rejected", ["no-header"])]


def test_an_archive_that_is_another_when_it_is_read_gives_no_file_another_name(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its list of files was read before: the second file of now must not go for the second one of then."""
    posted = roster_xlsx(3)
    assert _run(ledger, _put(tmp_path, "posted.xlsx", posted)).files[0].outcome == "posted"
    path = _put(tmp_path, "a.zip", zipped({"a.xlsx": roster_xlsx(2, first=20), "b.xlsx": roster_xlsx(2, first=30)}))
    real = files.walk

    def walked_then_changed(*arguments: Any) -> Any:  # noqa: ANN401 - as it is
        found = real(*arguments)
        path.write_bytes(zipped({"c.xlsx": posted}))
        return found

    monkeypatch.setattr(files, "walk", walked_then_changed)
    result = _run(ledger, path)
    assert _outcomes(result, tmp_path) == [
        ("a.zip/a.xlsx", "rejected", ["unreadable-file"]),
        ("a.zip/b.xlsx", "rejected", ["unreadable-file"]),
    ]
    assert {one.facts["why"] for file in result.files for one in file.problems} == {
        "it changed while it was being read; import it again"
    }

"""What is posted is what LibreOffice shows: an independent reader renders each sheet, and the money is compared.

It takes LibreOffice (``make test`` installs Debian's where it may); without it these tests are skipped.
"""

from __future__ import annotations

import shutil
import subprocess
from collections import Counter
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from aidledger.domain.problem import Severity
from aidledger.domain.roster import RosterFile
from tests.builders import Cell, examined, roster_grid, xlsx_bytes
from tests.imports.make_samples import SAMPLES

OFFICE = shutil.which("soffice")
pytestmark = pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed, and make may not install it")
# Comma, quotes, UTF-8, cells as they are shown, every sheet into a file of its own.
AS_SHOWN = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,true,false,false,-1"
Paid = Counter[tuple[str | None, str, int]]
FORMATS = (
    *("General", "0", "0.00", "#,##0", "#,##0.00", "¥#,##0.00", '"¥"#,##0', '0"元"', '#,##0.00"元"', "@"),
    *('_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ', "0.00_);[Red](0.00)", "[>=1000]#,##0;0", "0.00,", '0"00"'),
    *("0\\.0000", "0\\0\\0", '0"万元"', '0.00"百元"', '0"角"', "0%", '"HK$"0', "$0.00", "[$€-407] 0", ";;;", '"已发"'),
    *("#,##0_);(#,##0)", "#,##0_);[Red](#,##0)"),  # which openpyxl names by number
    *("0.0", "# ?/?", '0"人"', "yyyy-mm-dd", "000000", '"共"0', "0;0;", '[=1000]"一千";0'),
)
AMOUNTS: tuple[Cell, ...] = (1000, 312.5, 1000.4, 0.1)


def paid_in(files: list[RosterFile]) -> Paid:
    """Who is paid how much under what, in the rosters of some files."""
    found: Paid = Counter()
    for table in (table for file in files for table in file.tables):
        for roster in table.rosters:
            for number, fen in zip(table.lines.numbers, roster.amounts_fen, strict=True):
                if fen is not None:
                    found[roster.program, number, fen] += 1
    return found


def fens(files: list[RosterFile]) -> set[int]:
    return {fen for _, _, fen in paid_in(files)}


def refused(file: RosterFile) -> bool:
    return any(problem.severity is not Severity.WARNING for problem in file.problems)


def rendered(files: dict[str, bytes], folder: Path) -> dict[str, list[RosterFile]]:
    """Each file's sheets as LibreOffice shows them, read as texts."""
    sources = folder / "sources"
    sources.mkdir()
    for name, content in files.items():
        (sources / name).write_bytes(content)
    shown = folder / "shown"
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"
    command = [str(OFFICE), profile, "--headless", "--convert-to", AS_SHOWN, "--outdir", str(shown)]
    subprocess.run([*command, *map(str, sorted(sources.iterdir()))], check=True, capture_output=True, timeout=600)
    found: dict[str, list[RosterFile]] = {name: [] for name in files}
    for path in sorted(shown.iterdir()):
        name = next(name for name in files if path.name.startswith(f"{Path(name).stem}-"))
        sheet = path.stem.removeprefix(f"{Path(name).stem}-")
        found[name].append(examined(path.read_bytes(), f"{Path(name).stem}/{sheet}.csv"))
    return found


def test_samples_pay_what_they_show(tmp_path: Path) -> None:
    books = {
        name: make() for name, make in SAMPLES.items() if name.endswith((".xlsx", ".ods", "03-preschool-waiver.xls"))
    }
    told = {name: examined(content, name) for name, content in books.items()}
    rosters = {name: books[name] for name, file in told.items() if file.tables and not refused(file)}
    assert len(rosters) > 5
    for name, sheets in rendered(rosters, tmp_path).items():
        assert paid_in(sheets) == paid_in([told[name]]), name


def test_amounts_are_what_their_formats_show_or_are_refused(tmp_path: Path) -> None:
    books = {}
    for number, code in enumerate(FORMATS):
        for at, amount in enumerate(AMOUNTS):
            book = load_workbook(BytesIO(xlsx_bytes(roster_grid(2, total=False, amount=amount))))
            for row in (3, 4):
                book.worksheets[0].cell(row, 6).number_format = code
            content = BytesIO()
            book.save(content)
            books[f"r{number:02d}{at}.xlsx"] = content.getvalue()
    told = {name: examined(content, name) for name, content in books.items()}
    # What is said to show nothing counts.
    unseen = {name for name, file in told.items() if any(note.code == "hidden-cells" for note in file.notes)}
    read = {name: content for name, content in books.items() if not refused(told[name]) and name not in unseen}
    assert len(read) > len(FORMATS)
    wrong = {}
    for name, sheets in rendered(read, tmp_path).items():
        if paid_in(sheets) != paid_in([told[name]]):
            wrong[FORMATS[int(name[1:3])], AMOUNTS[int(name[3])]] = fens([told[name]]), fens(sheets)
    assert not wrong, wrong

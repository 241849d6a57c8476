"""A delivery as it was checked: its files with what they pay and what is wrong with them, and the kinds of problems."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from aidledger.domain.problem import Severity
from aidledger.domain.table import Answer, Cell, Column, named_code, period_text
from aidledger.i18n import N_, Language, translator
from aidledger.presentation.columns import AMOUNT, FILE, PROGRAM
from aidledger.presentation.receipts import unchanged_text
from aidledger.presentation.result import Result, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aidledger.catalogue.catalogue import Catalogue
    from aidledger.operations.results import FileResult
    from aidledger.presentation.columns import Shape

_FILES = (
    FILE,
    Column("sent_by", N_("School")),  # the ledger may not know it yet
    PROGRAM,
    Column("term", N_("Period")),
    Column("person_times", N_("Person-times"), "count"),
    AMOUNT,
    Column("problems", N_("Problems"), "message"),
)
_KINDS = (
    Column("severity", N_("Severity"), "word"),
    Column("code", N_("Problem"), "code"),
    Column("problems", N_("Problems"), "count"),
    Column("files", N_("Files"), "count"),
)
_ORDER = [severity.value for severity in Severity]


def files_result(title: str, files: Sequence[FileResult], catalogue: Catalogue, language: Language) -> Result:
    """Files as a check found them, a row for each; the total of what they pay."""
    rows = [_file(file, catalogue, language) for file in files]
    totals = (N_("Total"), None, None, None, _sum(rows, 4), _sum(rows, 5), None)
    return Result(lambda: _shape(_FILES, rows), table(Answer(title, _FILES, rows, [totals])))


def kinds_result(files: Sequence[FileResult]) -> Result:
    """How often each kind of problem stands in how many files, the gravest first."""
    places = Counter(problem.code for file in files for problem in file.problems)
    within = Counter(code for file in files for code in {problem.code for problem in file.problems})
    severities = {problem.code: problem.severity.value for file in files for problem in file.problems}
    codes = sorted(places, key=lambda code: (_ORDER.index(severities[code]), -places[code], code))
    rows = [(severities[code], code, places[code], within[code]) for code in codes]
    return Result(lambda: _shape(_KINDS, rows), table(Answer(N_("Problems by kind"), _KINDS, rows)))


def _shape(columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> Shape:
    return {"rows": [{column.key: cell for column, cell in zip(columns, row, strict=True)} for row in rows]}


def _sum(rows: Sequence[Sequence[Cell]], at: int) -> int:
    return sum(int(row[at] or 0) for row in rows)


def _file(file: FileResult, catalogue: Catalogue, language: Language) -> Sequence[Cell]:
    translate = translator(language)
    comma = "、" if language == "zh" else ", "
    programs = [catalogue.programs[one.program].name(language) if one.program else "?" for one in file.rosters]
    codes = [*(one.period for one in file.rosters), *(one.period for one in file.lists)]
    periods = [period_text(code, translate) if code else "?" for code in codes]
    kinds = Counter(problem.code for problem in file.problems)
    remarks = [f"{named_code(code, translate)} × {count}" for code, count in kinds.most_common()]
    if file.outcome == "unchanged":
        remarks = [unchanged_text(file, translate)]
    return (
        file.path,
        file.school,
        comma.join(dict.fromkeys([*programs, *(translate(one.kind) for one in file.lists)])),
        comma.join(dict.fromkeys(periods)),
        file.person_times,
        file.amount_fen,
        comma.join(remarks),
    )

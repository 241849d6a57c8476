"""Many files through the reader: as an import reads them, with what each cost, and what must hold of every one."""

from __future__ import annotations

import resource
import sys
import time
import traceback
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.identity import RESIDENT_RULES, resident_fault
from aidledger.domain.problem import KINDS
from aidledger.domain.roster import Fate, RosterFile
from aidledger.operations.examining import _end, _prepare, examine
from aidledger.operations.workers import Ended, run_in_order, without_waits
from aidledger.presentation.wording import message_and_hint
from aidledger.sheets.formats.limits import DEFAULT_LIMITS, Limits
from aidledger.sheets.recognition.cells import AMOUNT_MAX_FEN
from aidledger.sheets.recognition.hints import Hints
from tests.builders.reading import shipped

_KIB = 1024 if sys.platform != "darwin" else 1
_NO_NAME = {"合计", "小计", "总计", "姓名", "学生姓名", "户名", "单位", "填表人", "审核人"}


@dataclass(slots=True)
class Tally:
    """What came of the files of one kind; ``breaches`` is what must never happen, with the file it happened to."""

    kind: str
    tried: int = 0
    posted: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)
    slowest_seconds: float = 0.0
    memory_bytes: int = 0
    breaches: list[str] = field(default_factory=list)

    @property
    def rejected(self) -> int:
        """Files of which nothing would be posted."""
        return self.tried - self.posted


@dataclass(frozen=True, slots=True)
class Measured:
    """What a worker says of one file: what it read, or the traceback that must not be."""

    file: RosterFile | str
    seconds: float
    memory_bytes: int


def measured(content: bytes, path: str, catalogue: Catalogue, hints: Hints, limits: Limits) -> Measured:
    """Read one file and say what it cost; runs in a worker."""
    began = time.monotonic()
    try:
        file: RosterFile | str = examine(content, path, hints, catalogue, limits)
    except Exception:  # noqa: BLE001 - that is what is looked for
        file = traceback.format_exc()
    peak_bytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _KIB
    return Measured(file, time.monotonic() - began, peak_bytes)


def tally(kind: str, files: Iterable[tuple[str, bytes]], *, limits: Limits = DEFAULT_LIMITS, workers: int = 1) -> Tally:
    """Read named files in worker processes, and judge what comes of each."""
    result, names = Tally(kind), []

    def jobs() -> Iterator[tuple[bytes, str]]:
        for name, content in files:
            names.append(name)
            yield content[: limits.file_size_max_bytes + 1], name

    outcomes = run_in_order(
        measured,
        jobs(),
        common=(shipped(), Hints(), limits),
        workers=workers,
        seconds_max=limits.seconds_max,
        prepare=_prepare,
        prepare_with=(limits,),
    )
    for at, outcome in enumerate(without_waits(outcomes)):
        result.tried += 1
        if isinstance(outcome, Ended):
            result.ended[outcome.why] += 1
            result.codes[_end(outcome, limits).code] += 1
            continue
        result.slowest_seconds = max(result.slowest_seconds, outcome.seconds)
        result.memory_bytes = max(result.memory_bytes, outcome.memory_bytes)
        if isinstance(outcome.file, str):
            result.breaches.append(f"{names[at]}: {outcome.file.strip().splitlines()[-1]}")
            continue
        result.posted += not outcome.file.blocked(record_conflicts=False)
        result.codes.update({problem.code for problem in outcome.file.problems})
        result.breaches += [f"{names[at]}: {breach}" for breach in breaches_of(outcome.file)]
    return result


def breaches_of(file: RosterFile) -> Iterator[str]:
    """What must hold of a file, however it was spoiled."""
    if sum(file.fates.values()) != file.rows_read:
        yield "the fates do not add up"
    if not {problem.code for problem in file.problems} <= KINDS.keys():
        yield "a problem of no kind"
    for problem in file.problems:
        try:
            message_and_hint(problem, shipped().programs, "en")
        except (KeyError, IndexError):
            yield f"{problem.code} cannot be put into words"
    if not (file.problems or file.tables or file.listings):
        yield "nothing came of it, and nobody is told"
    if not file.blocked(record_conflicts=False):
        yield from _no_students(file)


def _no_students(file: RosterFile) -> Iterator[str]:
    """Rows that would be posted and are no students."""
    if file.fates[Fate.STUDENT] < sum(len(table.lines) for table in file.tables):
        yield "more lines than rows of students"
    for table in file.tables:
        for number, kind, name in zip(table.lines.numbers, table.lines.document_types, table.lines.names, strict=True):
            if kind in RESIDENT_RULES and resident_fault(number) is not None:
                yield "an ID that is none"
            if not name or name in _NO_NAME or not any(map(str.isalpha, name)):
                yield f"{name!a} is nobody"
            if any(unicodedata.category(sign) in {"Cc", "Cs", "Zl", "Zp"} for sign in name):
                yield f"{name!a} has signs that no name has"
        for roster in table.rosters:
            if roster.payments and (roster.program is None or roster.period is None):
                yield "a payment under no program or period"
            if not all(amount is None or 0 < amount <= AMOUNT_MAX_FEN for amount in roster.amounts_fen):
                yield "an amount that is none"

"""An office at work with one ledger: rosters in, files for the bank out, what the bank says back.

Files are imported in this process, which takes a tenth of the time; everything else goes through the command line.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from aidledger.operations import paying
from aidledger.operations.results import FileResult
from aidledger.sheets.recognition.hints import Hints
from tests.builders import Grid, people, xlsx_bytes
from tests.cli.harness import Ran, aidledger
from tests.store.ledgers import Place, bring_in, new_place, opened

TITLE = "金溪中学2021年秋季学期普通高中国家助学金花名册"
ELSEWHERE = TITLE.replace("金溪", "河西")
HEADER: list[Any] = ["姓名", "身份证号", "班级", "困难类型", "银行卡号", "资助金额"]
# What the bank says of a line: the word, and the day.
Said = tuple[str, str | None]
PAID: Said = ("成功", "2021-12-03")
FAILED: Said = ("失败", "2021-12-03")
SENT_BACK: Said = ("退票", "2021-12-08")


def _here(function: Callable[..., Any], *arguments: object, limits: object) -> Any:  # noqa: ANN401 - of any function
    _ = limits
    return function(*arguments)


def card(at: int) -> str:
    """The card of the pupil at a place."""
    return f"6217001234567{at:05d}1"


def row(at: int, amount: Any = 1000, **changes: Any) -> list[Any]:  # noqa: ANN401 - cells
    """A pupil's row; ``changes`` by header."""
    one = people(1, first=at)[0]
    cells = dict(zip(HEADER, [one.name, one.number, "高一1班", "脱贫户", card(at), amount], strict=True))
    return list((cells | changes).values())


@dataclass(slots=True)
class Office:
    """A new ledger in a folder."""

    folder: Path
    ledger: Place = ""

    def __post_init__(self) -> None:
        self.ledger = new_place(self.folder)

    def run(self, *arguments: str | Path) -> Ran:
        """Run a command."""
        return aidledger(*arguments, ledger=self.ledger)

    def json(self, *arguments: str | Path) -> Any:  # noqa: ANN401 - what JSON holds
        """What a command says as JSON."""
        return self.run(*arguments, "--format", "json").json

    def bring_in(
        self, grid: Grid, *, supersedes: int | None = None, record_conflicts: bool = False, hints: Hints | None = None
    ) -> FileResult:
        """Import a file; what became of it."""
        ledger = opened(self.ledger)
        try:
            return bring_in(
                ledger, xlsx_bytes(grid), supersedes=supersedes, record_conflicts=record_conflicts, hints=hints
            )
        finally:
            ledger.close()

    def roster(
        self,
        rows: Iterable[list[Any]],
        title: str = TITLE,
        *,
        supersedes: int | None = None,
        record_conflicts: bool = False,
    ) -> int:
        """Import a roster, which is posted; its batch."""
        grid = [[title], HEADER, *rows]
        result = self.bring_in(grid, supersedes=supersedes, record_conflicts=record_conflicts)
        assert result.outcome == "posted", result.problems
        return int(result.batch or 0)

    def export(self, name: str, *options: str, period: str = "2021-autumn") -> Ran:
        """Export what is due."""
        wanted = ("--period", period, "--reason", "term payment", "-o", self.folder / name, "--format", "json")
        return self.run("pay", "export", *wanted, *options)

    def release(self, order: int, name: str) -> Ran:
        """Release an order in its file, as somebody else. The file is read here: test_paying reads it in a worker."""
        with patch.object(paying, "run_guarded", _here):
            return self.run("--actor", "reviewer", "pay", "release", str(order), "--file", self.folder / f"{name}.csv")

    def paid_out(self, name: str, said: Said = PAID) -> None:
        """Export all that is due, release it, and take in that the bank says the same of every line."""
        order = self.export(name).json["order"]
        assert self.release(order, name).exit_code == 0
        assert self.answer(name, {serial: [said] for serial in self.serials(name)}).outcome == "posted"

    def lines(self, name: str) -> list[list[str]]:
        """The lines of a bank file."""
        text = (self.folder / f"{name}.csv").read_text(encoding="utf-8-sig")
        return list(csv.reader(io.StringIO(text)))[1:]

    def serials(self, name: str) -> list[str]:
        """The serial numbers of a bank file's lines."""
        return [line[0] for line in self.lines(name)]

    def answer(self, name: str, said: Mapping[str, Sequence[Said]], *, record_conflicts: bool = False) -> FileResult:
        """Import the bank's return of a file: by serial number, what it says of a line, once or several times."""
        header: list[Any] = ["流水号", "户名", "证件号码", "收款账号", "金额", "用途", "处理结果", "入账日期"]
        grid: Grid = [["代发业务回盘清单"], header]
        for line in self.lines(name):
            for word, day in said.get(line[0], ()):
                grid.append([*line[:4], float(line[4]), line[5], word, day])
        return self.bring_in(grid, record_conflicts=record_conflicts)

    def dues(self, *options: str) -> dict[str, tuple[str, str, str, str, str]]:
        """Of everybody, by name: claimed, paid, under way, due, to be claimed back."""
        rows = self.json("pay", "due", "--by", "person", "--all", *options)["rows"]
        return {one["name"]: money(one) for one in rows}

    def total(self) -> tuple[str, str, str, str, str]:
        """The same of all aid together."""
        return money(self.json("pay", "due")["totals"]["aid"])

    def findings(self, *rules: str) -> list[dict[str, Any]]:
        """What some rules find."""
        asked = [part for rule in rules for part in ("--rule", rule)]
        return list(self.json("audit", "--at-least", "info", *asked)["findings"])


def codes(result: FileResult) -> list[tuple[str, int | None]]:
    """The problems of a file, with their rows."""
    return [(one.code, one.place.row) for one in result.problems]


def money(of: Mapping[str, str]) -> tuple[str, str, str, str, str]:
    """A balance: claimed, paid, under way, due, to be claimed back."""
    return of["claimed"], of["paid"], of["under_way"], of["due"], of["to_claim_back"]

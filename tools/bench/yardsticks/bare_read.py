"""The floor's first half: every sheet read with calamine, and nothing done with it."""

from __future__ import annotations

from collections.abc import Callable

from tools.bench.yardsticks.sources import files


def prepare(rosters: str) -> Callable[[], int]:
    from python_calamine import CalamineWorkbook

    paths = files(rosters)

    def work() -> int:
        rows = 0
        for path in paths:
            book = CalamineWorkbook.from_path(path)
            for name in book.sheet_names:
                for _ in book.get_sheet_by_name(name).iter_rows():
                    rows += 1
        return rows

    return work

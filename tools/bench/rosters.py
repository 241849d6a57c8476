"""Rosters as files: about so many payments in so many workbooks, in the words and forms of the demo's schools.

A school's lists of all terms are one workbook with a sheet for each, and where that makes more files than are wanted,
neighbours send theirs together.
"""

from __future__ import annotations

import multiprocessing
import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path

from aidledger.catalogue.catalogue import Catalogue
from aidledger.catalogue.loading import load
from aidledger.demo.sheets import roster_of
from aidledger.domain.term import Period
from tools.bench import workbooks
from tools.bench.districts import copies, districts_over
from tools.bench.workbooks import Cell

_SHEET_NAME_MAX = 31
# A process takes seconds to start here.
_FILES_PER_WORKER_MIN = 16
# Of the one large table.
_OTHER_DIGIT = {"0": "1"}
_SCHOOL, _TERM = "示例小学", Period(2021, "autumn")


@dataclass(frozen=True, slots=True)
class Shape:
    """How much there is to write; ``files`` None: a workbook for every school."""

    name: str
    payments: int
    files: int | None = None


DISTRICT = Shape("district", 126_000, 130)
CITY = Shape("city", 1_300_000, 1_000)


def write(shape: Shape, folder: Path) -> None:
    """All rosters of a shape, below a folder."""
    plan = [(folder, *one) for one in _plan(shape)]
    workers = min(os.cpu_count() or 1, len(plan) // _FILES_PER_WORKER_MIN)
    if workers < 2:
        for one in plan:
            _write(*one)
        return
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        list(pool.map(_write, *zip(*plan, strict=True), chunksize=4))


def write_table(rows: int, folder: Path, wrong_every: int | None = None) -> None:
    """A workbook with one sheet of so many pupils of primary schools, and no more columns than it takes.

    ``wrong_every``: one ID number in so many ends on a wrong digit.
    """
    workbooks.write(folder / "table.xlsx", [("名册", _one_table(rows, wrong_every or rows + 1))])


def _one_table(rows: int, wrong_every: int) -> Iterator[Sequence[Cell]]:
    yield (f"{_SCHOOL}{_TERM.year}年秋季学期义务教育阶段家庭经济困难学生生活补助发放名册",)
    yield "序号", "姓名", "身份证号", "年级", "补助金额(元)"
    districts = districts_over(last=None)
    lists = [roll for roll in districts.rolls if roll.listing.period == _TERM]
    who = [
        at for roll in lists for at, line in zip(roll.who, roll.listing.lines, strict=True) if line.level == "primary"
    ]
    people = chain.from_iterable(
        zip(districts.names(district, who), districts.numbers(district, who), strict=True)
        for district in range(rows // len(who) + 1)
    )
    for i, (name, number) in zip(range(1, rows + 1), people, strict=False):
        stated = number[:-1] + _OTHER_DIGIT.get(number[-1], "0") if i % wrong_every == 0 else number
        yield i, name, stated, "三年级", 500


def _plan(shape: Shape) -> list[tuple[str, list[tuple[int, int]]]]:
    """For each workbook its path, and the lists in it: district, and which of a district's lists."""
    districts = districts_over(last=None)
    at = {id(roll): i for i, roll in enumerate(districts.rolls)}
    by_sender: dict[tuple[int, str, str], list[tuple[int, int]]] = defaultdict(list)
    for district, rolls in copies(districts, shape.payments):
        for roll in rolls:
            listing = roll.listing
            by_sender[district, listing.folder, listing.sender].append((district, at[id(roll)]))
    senders = sorted(by_sender.items())
    count = min(shape.files or len(senders), len(senders))
    plan = []
    for k in range(count):
        some = senders[k * len(senders) // count : (k + 1) * len(senders) // count]
        (district, folder, sender), _ = some[0]
        name = districts.school(district, sender)
        plan.append((f"{district:04d}/{folder}/{name}.xlsx", [each for _, lists in some for each in lists]))
    return plan


def _write(folder: Path, path: str, lists: Sequence[tuple[int, int]]) -> int:
    districts, catalogue = districts_over(last=None), _catalogue()

    def sheets() -> Iterator[workbooks.Sheet]:
        taken: set[str] = set()
        for district, roll in lists:
            listing = districts.listing(district, districts.rolls[roll])
            for sheet in roster_of(listing, catalogue.layout).sheets:
                name = f"{listing.period}{sheet.name}"[:_SHEET_NAME_MAX]
                if name in taken:
                    name = f"{len(taken)} {name}"[:_SHEET_NAME_MAX]
                taken.add(name)
                above = [(sheet.title,), *([sheet.note] if sheet.note else []), sheet.header]
                yield name, chain(above, sheet.rows, [sheet.total], sheet.foot)

    return workbooks.write(folder / path, sheets())


@cache
def _catalogue() -> Catalogue:
    return load()

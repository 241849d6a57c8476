"""Figures counted from sets and running totals are those of the entries themselves, whatever was done to the ledger."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from aidledger.domain.part import person_times
from aidledger.domain.term import Period
from aidledger.errors import AlreadyReversed, Misuse, SupersededBatch
from aidledger.operations import ledgers, schools
from aidledger.reports.returns import Span, national_return
from aidledger.reports.summary import counted, posted_at_schools
from aidledger.store.ledger import Ledger
from aidledger.store.model.tables import Entry, ProgramRow, School
from aidledger.store.postings import totals
from aidledger.store.postings.entries import in_force
from aidledger.store.postings.totals import LedgerFigures
from tests.builders.months import part_xlsx
from tests.store.ledgers import bring_in, catalogue, new_ledger

SCHOOLS = ("江北职业中学", "江南职业中学", "江东职业中学")
TITLES = ("{school}{{term}}学期中职国家助学金花名册", "{school}{{term}}学期中职免学费花名册")
TERMS = ("2021年秋季", "2022年春季", "2022年秋季")
PARTS = ("", "", "9月份", "10月份", "第一批", "补发")
CUTS: dict[str, Callable[[Any], object]] = {
    "program": lambda row: row.code,
    "period": lambda row: row.period,
    "calendar-year": lambda row: row.period[:4],
    "school-year": lambda row: str(Period.parse(row.period).school_year),
    "term": lambda row: row.period[5:],
    "stage": lambda row: row.stage,
    "kind": lambda _row: "aid",
    "source": lambda _row: None,
}


def _done_at_random(ledger: Ledger, seed: int, deeds: int) -> set[str]:
    """Post rosters and new versions of them, take batches back, and merge schools; what was done."""
    choose = random.Random(seed)
    posted: dict[int, tuple[str, str, str]] = {}
    done = set()
    for number in range(deeds):
        deed = choose.choice(("post", "post", "post", "correct", "reverse", "merge"))
        try:
            if deed == "merge":
                old, into = choose.sample(SCHOOLS, 2)
                schools.merge(ledger, old, into, None, date(2022, 2, 1), "merged")
            elif deed == "reverse" and posted:
                ledgers.reverse(ledger, catalogue(), choose.choice(list(posted)), "sent in error")
            else:
                batch = choose.choice(list(posted)) if deed == "correct" and posted else None
                title = choose.choice(TITLES).format(school=choose.choice(SCHOOLS))
                new = title, choose.choice(TERMS), choose.choice(PARTS)
                title, term, part = new if batch is None else posted[batch]
                who, yuan = choose.sample(range(9), choose.randint(1, 6)), choose.choice((200, 300))
                content = part_xlsx(part, who, yuan, title=title, term=term)
                result = bring_in(ledger, content, f"{number}.xlsx", record_conflicts=True, supersedes=batch)
                if result.batch is None or result.outcome != "posted":
                    continue
                posted[result.batch] = title, term, part
        except (Misuse, AlreadyReversed, SupersededBatch):  # what makes no sense is refused, and nothing is changed
            continue
        done.add(deed)
    return done


def _figures(rows: Sequence[Any], *of: Callable[[Any], object]) -> dict[tuple[Any, ...], LedgerFigures]:
    """Person-times, people and money of entries in force, one by one."""
    groups: dict[tuple[Any, ...], list[Any]] = defaultdict(list)
    for row in rows:
        groups[tuple(value(row) for value in of)].append(row)
    return {
        group: LedgerFigures(
            person_times(((row.code, row.period, row.beneficiary_id), row.part) for row in some),
            len({row.beneficiary_id for row in some}),
            sum(row.amount_fen for row in some),
        )
        for group, some in groups.items()
    }


@pytest.mark.parametrize("seed", range(8))
def test_sets_and_running_totals_give_the_figures_of_the_entries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(totals, "_BITS", 2 if seed % 2 else 60)  # several numbers for one set
    ledger = new_ledger(tmp_path)
    done = _done_at_random(ledger, seed, 24)
    assert done == {"post", "correct", "reverse", "merge"}
    query = (
        select(Entry, ProgramRow.c.code, ProgramRow.c.stage, School.c.name)
        .join(ProgramRow, ProgramRow.c.id == Entry.c.program_id)
        .join(School, School.c.id == Entry.c.school_id)
        .where(in_force(Entry))
    )
    with ledger.reading() as books:
        everything = books.execute(query).all()
        known = totals.periods(books)
        for periods in (known, known[:1], known[1:], []):
            rows = [row for row in everything if row.period in periods]
            for cuts in (
                *((name,) for name in CUTS),
                ("program", "term"),
                ("period", "kind"),
                ("school-year", "stage"),
            ):
                assert counted(books, periods, *cuts) == _figures(rows, *(CUTS[name] for name in cuts)), cuts
            by_program = totals.paid(books, periods).programs
            assert {(code,): one for code, one in by_program.items() if one.person_times} == _figures(
                rows, CUTS["program"]
            )
            at_schools = {
                pair: (one.person_times, one.amount_fen) for pair, one in posted_at_schools(books, periods).items()
            }
            assert at_schools == {
                pair: (one.person_times, one.amount_fen)
                for pair, one in _figures(rows, lambda row: row.name, CUTS["program"]).items()
            }
        of_year = national_return(books, catalogue(), Span(2022))
    rows = [row for row in everything if row.period.startswith("2022")]
    parts = {
        "whole": rows,
        **{half: [row for row in rows if row.period.endswith(half)] for half in ("spring", "autumn")},
    }
    assert of_year.totals.get("aid", {}) == {part: _figures(some)[()] for part, some in parts.items() if some}
    ledger.close()

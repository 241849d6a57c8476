"""Renamed and merged schools against a model in plain Python, in whatever order rosters, mergers and undoing come."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Executable, distinct, func, select, union_all

from aidledger.errors import Misuse
from aidledger.operations import ledgers, reporting, schools
from aidledger.reports.summary import counted
from aidledger.store.ledger import Ledger
from aidledger.store.model.tables import Certification, Entry, School
from aidledger.store.postings import totals
from tests.builders import roster_grid, xlsx_bytes
from tests.store.ledgers import bring_in, catalogue, new_place, opened

DAY = date(2022, 2, 1)
# Titles of two stages: a kindergarten and a school may have one name.
TITLES = {
    "preschool": "{school}2021年秋季学期家庭经济困难幼儿保教费减免花名册",
    "high-school": "{school}2021年秋季学期普通高中国家助学金花名册",
}
AMOUNTS = {"preschool": (500, date(2017, 3, 15)), "high-school": (1000, date(2005, 3, 15))}
SIGNS = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥天地玄黄宇宙洪荒日月盈昃"
NAMES = ("东风学校", "金溪学校", "江北学校", "西山学校")


class Model:
    """What an office has in mind: rows under the names of their rosters, and a note of what each name means now."""

    def __init__(self) -> None:
        self.rows: dict[int, tuple[str, str, int]] = {}
        self.notes: dict[tuple[str, str | None], str] = {}

    def now(self, name: str, stage: str) -> str:
        while following := self.notes.get((name, stage)) or self.notes.get((name, None)):
            name = following
        return name

    def figures(self) -> dict[str, int]:
        counts: Counter[str] = Counter()
        for name, stage, rows in self.rows.values():
            counts[self.now(name, stage)] += rows
        return dict(counts)


class Player:
    """Does the same to a ledger and to the model."""

    def __init__(self, ledger: Ledger, seed: int) -> None:
        self.ledger, self.model, self.choose = ledger, Model(), random.Random(seed)
        self.people, self.names, self.done = 0, list(NAMES), Counter[str]()

    def post(self) -> None:
        school, stage = self.choose.choice(self.names), self.choose.choice(list(TITLES))
        rows, (amount, born) = self.choose.randint(1, 3), AMOUNTS[stage]
        grid = roster_grid(rows, title=TITLES[stage].format(school=school), first=self.people, amount=amount, born=born)
        self.people += rows
        posted = bring_in(self.ledger, xlsx_bytes(grid), f"{self.people}.xlsx")
        assert posted.outcome == "posted", posted.problems
        assert posted.batch is not None
        self.model.rows[posted.batch] = school, stage, rows

    def reverse(self) -> None:
        if self.model.rows:
            batch = self.choose.choice(sorted(self.model.rows))
            ledgers.reverse(self.ledger, catalogue(), batch, "sent in error")
            del self.model.rows[batch]

    def rename(self) -> None:
        old, new = self.choose.choice(self.names), f"{SIGNS[len(self.names)]}山学校"
        schools.rename(self.ledger, old, new, DAY, "renamed")
        self.model.notes[old, None] = new
        self.names.append(new)

    def merge(self) -> None:
        old, into = self.choose.sample(self.names, 2)
        stage = self.choose.choice([None, None, *TITLES])
        joined = schools.merge(self.ledger, old, into, stage, DAY, "merged")
        self.model.notes[joined.school, stage] = joined.into

    def undo(self) -> None:
        if self.model.notes:
            name, stage = self.choose.choice(sorted(self.model.notes, key=str))
            schools.part(self.ledger, name, stage, "in error")
            del self.model.notes[name, stage]

    def step(self) -> None:
        deed = self.choose.choice((self.post, self.post, self.rename, self.merge, self.merge, self.undo, self.reverse))
        try:
            deed()
        except Misuse:  # what makes no sense is refused, and nothing is changed
            return
        self.done[deed.__name__] += 1


@pytest.mark.parametrize("seed", range(6))
def test_any_sequence_gives_the_figures_of_the_names_as_they_are_now(tmp_path: Path, seed: int) -> None:
    ledger = opened(new_place(tmp_path))
    player = Player(ledger, seed)
    for _ in range(60):
        player.step()
        with ledger.reading() as books:
            found = counted(books, totals.periods(books), "school")
        assert {school: one.person_times for (school,), one in found.items()} == player.model.figures()
    assert min(player.done[name] for name in ("post", "rename", "merge", "undo")) > 0
    for name, times in player.model.figures().items():
        viewed = reporting.school_statement(ledger, catalogue(), name, None, None)
        assert (viewed.found.school, viewed.found.aid.person_times) == (name, times)
    assert ledgers.verify(ledger).faults == []
    ledger.close()


def test_questions_of_every_form_name_the_survivor(tmp_path: Path) -> None:
    ledger = opened(new_place(tmp_path))
    for i, name in enumerate(NAMES[:2]):
        grid = roster_grid(2, title=TITLES["high-school"].format(school=name), first=2 * i)
        bring_in(ledger, xlsx_bytes(grid), f"{i}.xlsx")
    schools.merge(ledger, NAMES[0], NAMES[1], None, DAY, "merged")
    with ledger.reading() as books:
        into = books.execute(select(School.c.id).where(School.c.name == NAMES[1])).scalar_one()
        one, other = Entry.alias("one"), Entry.alias()
        sub = select(one.c.id, one.c.school_id).subquery()
        again = select(sub).subquery()
        named = select(School.c.name.label("at")).join(Entry, Entry.c.school_id == School.c.id)
        every: list[Executable] = [
            select(Entry.c.school_id),
            select(Entry.c.school_id.label("at")),
            select(Entry.c.school_id).distinct(),
            select(sub.c.school_id),
            select(again.c.school_id).where(again.c.school_id == into),
            select(Entry).with_only_columns(Entry.c.school_id).group_by(Entry.c.school_id).order_by(Entry.c.school_id),
            select(func.coalesce(Entry.c.school_id, Certification.c.school_id)).outerjoin(
                Certification, Certification.c.school_id == Entry.c.school_id
            ),
            select(select(other.c.school_id).where(other.c.id == Entry.c.id).scalar_subquery()).select_from(Entry),
            union_all(select(Entry.c.school_id), select(one.c.school_id)),
            select(Entry.c.school_id).where(Entry.c.school_id.in_(select(other.c.school_id))),
            select(sub.c.school_id).join(other, other.c.school_id == sub.c.school_id).distinct(),
        ]
        for query in every:
            assert set(books.execute(query).scalars()) == {into}, query
        assert set(books.execute(named).scalars()) == {NAMES[1]}
        assert books.execute(select(func.count(distinct(Entry.c.school_id)))).scalar_one() == 1
        (row, *_) = books.execute(select(Entry.c.school_id, Entry.c.id).order_by(Entry.c.id)).all()
        assert (row.school_id, row._mapping[Entry.c.school_id]) == (into, into)
    ledger.close()


def test_two_mergers_at_once_are_one_after_the_other(tmp_path: Path) -> None:
    place = new_place(tmp_path)
    first, second = opened(place), opened(place)
    for i, name in enumerate(NAMES[:2]):
        grid = roster_grid(2, title=TITLES["high-school"].format(school=name), first=2 * i)
        bring_in(first, xlsx_bytes(grid), f"{i}.xlsx")
    with second.reading() as books:
        before = {school for (school,) in counted(books, totals.periods(books), "school")}
    schools.merge(first, NAMES[0], NAMES[1], None, DAY, "merged")
    with pytest.raises(Misuse):
        schools.merge(second, NAMES[1], NAMES[0], None, DAY, "merged the other way")
    with second.reading() as books:
        after = {school for (school,) in counted(books, totals.periods(books), "school")}
    assert (before, after) == ({*NAMES[:2]}, {NAMES[1]})
    first.close()
    second.close()

"""Whatever clerks, reviewers and a bank do with claims, in any order, against the reference.

``Claims`` does it to a real ledger, through the operations that every command calls, and compares after each step.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any, ClassVar, TypeVar
from unittest import mock

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from aidledger.domain.payment import PaymentLine, serial_text
from aidledger.domain.term import Period
from aidledger.errors import AidLedgerError, AlreadyReversed, OrderSettled, OrderStale, SupersededBatch
from aidledger.operations import ledgers, paying, reporting
from tests import postgresql
from tests.builders import csv_bytes
from tests.cli.harness import environment
from tests.store.ledgers import bring_in, catalogue, new_ledger
from tools.torture.reference import (
    NAMES,
    OUTCOMES,
    PROGRAM,
    PUPILS,
    SCHOOLS,
    TERMS,
    Answer,
    Balance,
    Claim,
    Line,
    Reference,
    Roster,
    Row,
    Rows,
    Said,
    Serial,
    card_of,
    day_of,
    number_of,
    recovery_grid,
    return_grid,
    roster_grid,
)
from tools.torture.rosters import Tried

T = TypeVar("T")


def read_here(function: Callable[..., Any], *arguments: object, **_limits: object) -> Any:  # noqa: ANN401
    """What a worker does, done here: half a second less for each order that is released."""
    return function(*arguments)


def one_of(some: Iterable[T], at: int) -> T:
    found = list(some)
    return found[at % len(found)]


@dataclass(slots=True)
class Sent:
    """A file that was imported, with what it says, to come again."""

    content: bytes
    says: Roster | Sequence[Answer] | tuple[Claim, int]
    batch: int | None = None


PUPIL, PERIOD, SCHOOL = st.integers(0, len(NAMES) - 1), st.sampled_from(list(TERMS)), st.sampled_from(SCHOOLS)
AT = st.just(0) | st.integers(0, 60)  # which of some; often the first
RARELY = st.sampled_from([False, False, False, True])
_CELLS: Mapping[str, st.SearchStrategy[Any]] = {
    "number": st.sampled_from([0, 0, 1]),
    "name": st.sampled_from([0, 0, 0, 1]),
    "card": st.sampled_from([0, 0, 0, 1, None]),
    "klass": st.sampled_from([1, 2]),
    "category": st.sampled_from(["低保", "残疾"]),
    "yuan": st.sampled_from([500, 1000, 1500]),
}
ROWS = st.dictionaries(PUPIL, st.builds(Row, **_CELLS), min_size=1, max_size=4)
# What a new version says otherwise: of some pupils some cells; None: struck off.
CHANGES = st.dictionaries(PUPIL, st.none() | st.fixed_dictionaries({}, optional=dict(_CELLS)), min_size=1, max_size=3)
DAY = st.sampled_from([day_of(3), day_of(4), day_of(5)])
SAYS = st.tuples(AT, st.sampled_from(list(OUTCOMES)), st.just("") | DAY)


class Claims(RuleBasedStateMachine):
    """The ledger and the reference, side by side."""

    home: ClassVar[Path | None] = None

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="aidledger-claims-", dir=self.home))
        self.ledger = new_ledger(self.folder)
        self.reviewer = replace(self.ledger, actor="reviewer")
        self.here = mock.patch.object(paying, "run_guarded", read_here)
        self.here.start()
        self.reference = Reference()
        self.sent: list[Sent] = []
        self.known: defaultdict[int, set[int]] = defaultdict(set)  # a pupil's numbers of which the ledger knows
        self.marks = self.files = self.steps = self.verified = 0
        self.reentered: set[int] = set()  # marks of rows that were superseded once
        self.ceiling: defaultdict[Claim, int] = defaultdict(int)
        self.bank_spoke = False
        self.done = True  # something, since it was last compared

    def teardown(self) -> None:
        try:
            assert ledgers.verify(self.ledger).faults == []
        finally:
            self.here.stop()
            self.ledger.close()
            postgresql.drop_of(self.folder)
            shutil.rmtree(self.folder)

    # --- rosters ---

    @rule(school=SCHOOL, period=PERIOD, rows=ROWS, record=st.booleans())
    def import_roster(self, school: str, period: str, rows: Rows, record: bool) -> None:
        before = {pupil: row for pupil in rows if (row := self._taken_back(school, period, pupil))}
        self._offer(school, period, self._numbered(rows, before), record=record)

    @rule(at=AT, changes=CHANGES, record=st.booleans())
    @precondition(lambda self: self.reference.in_force())
    def supersede(self, at: int, changes: Mapping[int, Mapping[str, Any] | None], record: bool) -> None:
        batch, before = one_of(sorted(self.reference.in_force().items()), at)
        rows = {pupil: row for pupil, row in before.rows.items() if changes.get(pupil, {}) is not None}
        rows |= {
            pupil: replace(before.rows.get(pupil, Row()), **cells)
            for pupil, cells in changes.items()
            if cells is not None
        }
        if rows:
            numbered = self._numbered(rows, before.rows)
            self._offer(before.school, before.period, numbered, record=record, supersedes=batch)

    @rule(at=AT, struck_off_first=st.booleans(), card=st.sampled_from([0, 1]))
    @precondition(lambda self: self.reference.in_force())
    def transfer(self, at: int, struck_off_first: bool, card: int) -> None:
        """A pupil moves to the other school, which lists him; both send new versions where they sent a roster."""
        of_all = [(batch, pupil) for batch, r in sorted(self.reference.in_force().items()) for pupil in sorted(r.rows)]
        batch, pupil = one_of(of_all, at)
        old = self.reference.rosters[batch]
        school = SCHOOLS[1 - SCHOOLS.index(old.school)]
        if len(old.rows) == 1 or len(self.reference.listed((pupil, old.period))) > 1:
            return
        there = [b for b, r in self.reference.in_force().items() if (r.school, r.period) == (school, old.period)]
        listed = {**self.reference.rosters[there[0]].rows} if there else {}
        listed[pupil] = replace(old.rows[pupil], card=card)
        without = {one: row for one, row in old.rows.items() if one != pupil}
        strike_off = (old.school, old.period, without, batch)
        list_ = (school, old.period, listed, there[0] if there else None)
        for at_school, period, rows, supersedes in (strike_off, list_) if struck_off_first else (list_, strike_off):
            self._offer(at_school, period, rows, record=not struck_off_first, supersedes=supersedes)

    def _taken_back(self, school: str, period: str, pupil: int) -> Row | None:
        """A pupil's row in a roster that was reversed, if nobody pays him any more."""
        gone = [
            roster.rows[pupil]
            for batch, roster in sorted(self.reference.rosters.items())
            if batch in self.reference.taken_back
            and (roster.school, roster.period) == (school, period)
            and pupil in roster.rows
        ]
        return gone[-1] if gone and not self.reference.listed((pupil, period)) else None

    def _numbered(self, rows: Rows, before: Rows) -> dict[int, Row]:
        """The rows, with a number that is new to the ledger only where that is seen to be the same pupil's."""
        found = {}
        for pupil, row in rows.items():
            known, old = self.known[pupil], before.get(pupil)
            if known and row.number not in known:
                if old is None:
                    row = replace(row, number=min(known))  # noqa: PLW2901
                elif row.name != old.name and (row.card != old.card or row.card is None):
                    row = replace(row, name=old.name)  # noqa: PLW2901
            found[pupil] = row
        return found

    def _offer(
        self,
        school: str,
        period: str,
        rows: Rows,
        *,
        record: bool,
        supersedes: int | None = None,
        again: Sent | None = None,
    ) -> None:
        """Import a roster; it is posted, rejected or unchanged as the rules say."""
        others = {batch: r for batch, r in self.reference.in_force().items() if batch != supersedes}
        same_term = [roster for roster in others.values() if roster.period == period]
        before = self.reference.rosters[supersedes].rows if supersedes is not None else {}
        twice = {pupil for roster in same_term for pupil in rows if pupil in roster.rows}
        here = {pupil for roster in same_term if roster.school == school for pupil in rows if pupil in roster.rows}
        other_name = any(
            (other := r.rows.get(pupil)) and other.number == row.number and other.name != row.name
            for r in others.values()
            for pupil, row in rows.items()
        )
        same = [b for b, r in others.items() if (r.school, r.period, r.rows) == (school, period, rows)]
        expected = "posted"
        if rows == before or (supersedes is None and same):
            expected = "unchanged"
        elif here - before.keys():
            record, expected = False, "rejected"  # so a school lists a pupil once, and no line is of one of two rows
            if other_name or twice & before.keys():
                return
        elif other_name or twice & before.keys():
            record = True  # whether what was recorded nevertheless is doubted once more is left open
        elif twice and not record:
            expected = "rejected"
        sent = again or Sent(csv_bytes(roster_grid(school, period, rows, self.files)), Roster(school, period, rows, {}))
        batch = self._imported(sent, expected, record=record, supersedes=supersedes)
        if batch is None:
            return
        kept = self.reference.rosters[supersedes].marks if supersedes is not None else {}
        marks = {p: kept[p] if before.get(p) == row else self._mark() for p, row in rows.items()}
        self.reentered |= set(kept.values()) - set(marks.values())
        self.reference.rosters[batch] = Roster(school, period, rows, marks, supersedes)
        for pupil, row in rows.items():
            self.known[pupil].add(row.number)

    def _mark(self) -> int:
        self.marks += 1
        return self.marks

    def _imported(self, sent: Sent, *expected: str, record: bool = False, supersedes: int | None = None) -> int | None:
        """Import a file; the new batch, None where nothing was posted."""
        self.files += 1
        self.done = True
        if sent not in self.sent:
            self.sent.append(sent)
        result = bring_in(
            self.ledger, sent.content, f"{self.files:04}.csv", record_conflicts=record, supersedes=supersedes
        )
        assert result.outcome in expected, (result.outcome, expected, result.problems)
        if result.outcome != "posted":
            return None
        sent.batch = result.batch
        return result.batch

    # --- orders ---

    def _now_and_then(self, worthwhile: bool = False) -> bool:
        """Whether to try something: also what must be refused, but not too often."""
        return worthwhile or bool(self.reference.lines and self.files % 7 == 0)

    @rule(period=AT, school=st.sampled_from([None, None, *SCHOOLS]), release=st.booleans())
    @precondition(lambda self: self._now_and_then(any(b[3] for b in self.reference.balances().values())))
    def export(self, period: int, school: str | None, release: bool) -> None:
        before = self.reference.balances()
        due = sorted({of for (_, of), (*_, due, _) in before.items() if due})
        self._export(one_of(due or TERMS, period), school, before)
        if release and self.reference.orders:
            self._release(max(self.reference.orders), oneself=False)

    def _export(self, period: str, school: str | None, before: Mapping[Claim, Balance]) -> None:
        if school not in {None, *(roster.school for roster in self.reference.rosters.values())}:
            return
        target = self.folder / f"order{len(self.reference.orders) + 1}"
        done = paying.export(self.ledger, catalogue(), [PROGRAM], Period.parse(period), school, target, "term payment")
        asked: defaultdict[int, dict[str | None, PaymentLine]] = defaultdict(dict)
        if done.order is not None:
            self.reference.orders[done.order], self.done = "exported", True
            for serial, one in enumerate(paying.order(self.ledger, done.order).found.lines, 1):
                line = one.line
                assert line.serial == serial_text(done.order, serial)
                pupil = PUPILS[line.number]
                assert one.school not in asked[pupil]
                asked[pupil][one.school] = line
                marks = [
                    r.marks[pupil]
                    for r in self.reference.in_force().values()
                    if pupil in r.rows and (r.school, r.period) == (one.school, period)
                ]
                assert len(marks) == 1, "a line for a row that is not in force"
                payee = line.name, line.number, line.account
                self.reference.lines[done.order, serial] = Line(
                    (pupil, period), marks[0], line.amount_fen // 100, payee
                )
        for pupil in range(len(NAMES)):
            self._asked_rightly((pupil, period), before.get((pupil, period)), school, asked[pupil])

    def _asked_rightly(
        self, claim: Claim, before: Balance | None, school: str | None, asked: Mapping[str | None, PaymentLine]
    ) -> None:
        """What is due and nothing else, of those with a card, of whom nothing is under way."""
        claimed, _, under_way, due, _ = before or (0, 0, 0, 0, 0)
        wanted = 0 if under_way else min(claimed, due)  # more is due where more came back than was paid
        rows = {at: row for at, row in self.reference.listed(claim).items() if row.card is not None}
        sum_ = sum(line.amount_fen for line in asked.values())
        assert sum_ <= 100 * wanted, (claim, before, asked)
        for at, line in asked.items():
            row = rows[str(at)]
            stated = NAMES[claim[0]][row.name], number_of(claim[0], row.number), card_of(claim[0], row.card or 0)
            assert (line.name, line.number, line.account) == stated
            assert school in {None, at}
        whole = school is None or list(self.reference.listed(claim)) == [school]
        if whole and len(rows) == len(self.reference.listed(claim)):
            assert sum_ == 100 * wanted, (claim, before, asked)

    def _order(self, at: int) -> int:
        """An order; the first are those that may still be settled."""
        return one_of(sorted(self.reference.orders, key=lambda o: (self.reference.orders[o] != "exported", -o)), at)

    @rule(at=AT, oneself=RARELY)
    @precondition(lambda self: self._now_and_then("exported" in self.reference.orders.values()))
    def release(self, at: int, oneself: bool) -> None:
        self._release(self._order(at), oneself=oneself)

    def _release(self, order: int, *, oneself: bool) -> None:
        actor, file = self.ledger if oneself else self.reviewer, self.folder / f"order{order}.csv"
        refused = _refused(lambda: paying.release(actor, order, file))
        lines = {serial: line for serial, line in self.reference.lines.items() if serial[0] == order}
        if self.reference.orders[order] != "exported":
            assert refused is OrderSettled
        elif oneself:
            assert refused is not None
        elif self.reference.stale(order):
            assert refused is OrderStale
        elif any(line.mark in self.reentered or self.reference.outcome(serial) for serial, line in lines.items()):
            # Its row was superseded, and stands again; or a bank answered what it should not have seen: left open.
            assert refused in {None, OrderStale}
        else:
            assert refused is None
        if refused is None:
            self.reference.orders[order], self.done = "released", True

    @rule(at=AT)
    @precondition(lambda self: self._now_and_then("exported" in self.reference.orders.values()))
    def withdraw(self, at: int) -> None:
        order = self._order(at)
        refused = _refused(lambda: paying.withdraw(self.ledger, order, "wrong term"))
        assert refused is (None if self.reference.orders[order] == "exported" else OrderSettled)
        if refused is None:
            self.reference.orders[order], self.done = "withdrawn", True

    # --- what the bank says, and what comes back ---

    @rule(at=AT, outcomes=st.lists(st.sampled_from(["paid", "paid", *OUTCOMES]), min_size=1, max_size=3), day=DAY)
    @precondition(lambda self: "released" in self.reference.orders.values())
    def answer_order(self, at: int, outcomes: Sequence[str], day: str) -> None:
        """A return of a whole order, as a bank sends it."""
        released = sorted((o for o, state in self.reference.orders.items() if state == "released"), reverse=True)
        order = one_of(released, at)
        lines = [serial for serial in sorted(self.reference.lines) if serial[0] == order]
        self._answered(self._return([Answer(line, one_of(outcomes, i), day) for i, line in enumerate(lines)]))

    @rule(orders=st.lists(AT, min_size=1, max_size=2), says=st.lists(SAYS, min_size=1, max_size=4), record=RARELY)
    @precondition(lambda self: self.reference.lines)
    def answer(self, orders: Sequence[int], says: Sequence[tuple[int, str, str]], record: bool) -> None:
        """A return with our serial numbers: lines in any order, the same ones twice, of orders no bank should know."""
        states = self.reference.orders
        chosen = {one_of(sorted(states, key=lambda o: (states[o] != "released", -o)), at) for at in orders}
        of_these = [serial for serial in sorted(self.reference.lines) if serial[0] in chosen]
        answers = [Answer(one_of(of_these, at), outcome, day) for at, outcome, day in says]
        answers = [one if one.day or one.outcome == "failed" else replace(one, day=day_of(4)) for one in answers]
        self._answered(self._return(answers), record=record)

    def _return(self, answers: Sequence[Answer]) -> Sent:
        said = [self._said(answer.line, answer) for answer in answers]
        return Sent(csv_bytes(return_grid(said, self.files)), answers)

    def _said(self, of: Serial, answer: Answer) -> Said:
        line = self.reference.lines[of]
        return (serial_text(*answer.line), *line.payee, line.yuan, OUTCOMES[answer.outcome], answer.day)

    def _answered(self, sent: Sent, *, record: bool = False) -> None:
        answers = sent.says
        assert isinstance(answers, list)
        released = all(self.reference.orders[answer.line[0]] == "released" for answer in answers)
        batch = self._imported(sent, "posted" if released or record else "rejected", record=record)
        if batch is not None:
            self.reference.answers[batch] = answers
            self.bank_spoke = True

    @rule(at=AT, other=AT, outcome=st.sampled_from(list(OUTCOMES)))
    @precondition(lambda self: self._now_and_then())
    def answer_wrongly(self, at: int, other: int, outcome: str) -> None:
        """A serial number that is another payment's, or nobody's yet."""
        line, of = one_of(sorted(self.reference.lines), at), one_of(sorted(self.reference.lines), other)
        if self.reference.lines[line].claim[0] == self.reference.lines[of].claim[0]:
            line = (max(self.reference.orders) + 1, line[1])
        said = self._said(of, Answer(line, outcome, day_of(4)))
        self._imported(Sent(csv_bytes(return_grid([said], self.files)), []), "rejected")

    @rule(at=AT, outcome=st.sampled_from(list(OUTCOMES)), named=st.sampled_from(["number", "card", "both"]))
    @precondition(lambda self: "released" in self.reference.orders.values())
    def answer_without_serial(self, at: int, outcome: str, named: str) -> None:
        """A return that names a payee and an amount, where one payment alone can be meant."""
        released = [s for s in sorted(self.reference.lines) if self.reference.orders[s[0]] == "released"]
        serial = one_of(released, at)
        line = self.reference.lines[serial]
        of_pupil = [s for s, one in self.reference.lines.items() if one.claim[0] == line.claim[0]]
        open_ = [s for s in of_pupil if s in released and self.reference.outcome(s) is None]
        alike = [s for s in open_ if self.reference.lines[s].yuan == line.yuan]
        if outcome == "returned":
            if len(of_pupil) > 1 or self.reference.outcome(serial) != "paid":
                return
        elif alike != [serial]:
            return
        name, number, card = line.payee
        answer = Answer(serial, outcome, day_of(100 + self.files))  # a day of its own: nothing that was said before
        said = (None, name, None if named == "card" else number, None if named == "number" else card)
        grid = return_grid([(*said, line.yuan, OUTCOMES[outcome], answer.day)])
        self._answered(Sent(csv_bytes(grid), [answer]))

    @rule(at=AT, which=AT, yuan=st.sampled_from([500, 1000, 1500]), school=st.none() | SCHOOL, record=RARELY)
    @precondition(lambda self: self.reference.lines)
    def recover(self, at: int, which: int, yuan: int, school: str | None, record: bool) -> None:
        claims = {line.claim for line in self.reference.lines.values()}
        claim = one_of(sorted(claims, key=lambda one: (-self.reference.balance(one)[4], one)), at)
        pupil, period = claim
        number = one_of(sorted(self.known[pupil]), which)
        names = [
            r.rows[pupil].name
            for r in self.reference.rosters.values()
            if pupil in r.rows and r.rows[pupil].number == number
        ]
        line = NAMES[pupil][names[-1]], number_of(pupil, number), period, yuan, day_of(100 + self.files)
        self._recovered(Sent(csv_bytes(recovery_grid(school, *line)), (claim, yuan)), record=record)

    def _recovered(self, sent: Sent, *, record: bool) -> None:
        said = sent.says
        assert isinstance(said, tuple)
        claim, yuan = said
        _, paid, _, _, back = self.reference.balance(claim)
        if paid < yuan <= back or (record and paid < yuan):
            return  # money that was never paid cannot have come back
        batch = self._imported(sent, "posted" if yuan <= back or record else "rejected", record=record)
        if batch is not None:
            self.reference.recoveries[batch] = claim, yuan

    # --- files again, batches back ---

    @rule(at=AT, record=st.booleans())
    @precondition(lambda self: self.sent)
    def send_again(self, at: int, record: bool) -> None:
        """The same bytes: unchanged where they are in force; what was rejected or taken back is looked at anew."""
        sent = one_of(self.sent, at)
        reference, says = self.reference, sent.says
        in_force = sent.batch is not None and not (
            sent.batch in reference.taken_back or reference.superseded(sent.batch)
        )
        if in_force:
            self._imported(sent, "unchanged", record=record)
        elif isinstance(says, Roster):
            before = {pupil: row for pupil in says.rows if (row := self._taken_back(says.school, says.period, pupil))}
            if self._numbered(says.rows, before) == says.rows:
                self._offer(says.school, says.period, says.rows, record=record, again=sent)
        elif isinstance(says, tuple):
            self._recovered(sent, record=record)
        elif says:
            self._answered(sent, record=record)

    @rule(at=AT)
    @precondition(lambda self: self.reference.rosters)
    def reverse(self, at: int) -> None:
        reference = self.reference
        batch = one_of(sorted({*reference.rosters, *reference.answers, *reference.recoveries}, reverse=True), at)
        if self._stands_twice_without(batch):
            return
        refused = _refused(lambda: ledgers.reverse(self.ledger, catalogue(), batch, "sent in error"))
        if batch in reference.taken_back:
            assert refused is AlreadyReversed
        elif reference.superseded(batch):
            assert refused is SupersededBatch
        else:
            assert refused is None
            reference.taken_back.add(batch)
            self.bank_spoke = batch not in reference.rosters
            self.done = True

    def _stands_twice_without(self, batch: int) -> bool:
        """Whether a school would list somebody twice by what stands again without a batch, so no line is of one row."""
        roster = self.reference.rosters.get(batch)
        again = roster and self.reference.rosters.get(roster.supersedes or 0)
        if roster is None or again is None:
            return False
        others = (r for number, r in self.reference.in_force().items() if number != batch)
        there = [r for r in others if (r.school, r.period) == (again.school, again.period)]
        return any(pupil in r.rows for r in there for pupil in again.rows)

    # --- what must hold ---

    @invariant()
    def adds_up_to_the_reference(self) -> None:
        if not self.done:
            return
        self.steps, self.done = self.steps + 1, False
        expected = self.reference.balances()
        told = paying.due(self.ledger, catalogue(), [], None, None, ("period", "person"), rows="all").found
        found = {(PUPILS[row.person.number], str(row.period)): _balance(row.balance) for row in told.rows if row.person}
        assert found == expected, {c: (found.get(c), expected.get(c)) for c in found.keys() | expected}
        assert len(found) == len(told.rows)
        for claimed, paid, under_way, due, back in found.values():
            assert due + under_way + paid - back == claimed
        if self.steps % 4 == 0:
            self._adds_up(expected)

    def _adds_up(self, expected: Mapping[Claim, Balance]) -> None:
        """Sums are those of the people, however they are cut; orders count what was answered."""
        by_period = {p: _sum(b for (_, of), b in expected.items() if of == p) for p in {p for _, p in expected}}
        for by in (("program", "period"), ("period", "school"), ("period", "school", "person")):
            told = paying.due(self.ledger, catalogue(), [], None, None, by, rows="all").found
            rows = [(str(row.period), _balance(row.balance)) for row in told.rows]
            sums = {p: _sum(b for of, b in rows if of == p) for p, _ in rows}
            assert {p: some for p, some in sums.items() if any(some)} == by_period
            assert _balance(told.aid) == _sum(expected.values())
        # Of one school, only its people are read: the same rows as of all people.
        for school in {row.school for row in told.rows if row.school}:
            at = paying.due(self.ledger, catalogue(), [], None, school, by, rows="all").found
            assert at.rows == [row for row in told.rows if row.school == school]
        summary = reporting.summary(self.ledger, catalogue()).found
        assert summary.aid.amount_fen == 100 * sum(claimed for claimed, *_ in expected.values())
        for record in paying.orders(self.ledger):
            said = [self.reference.outcome(serial) for serial in self.reference.lines if serial[0] == record.order]
            assert (record.lines, record.paid, record.open) == (len(said), said.count("paid"), said.count(None))
            assert record.state == self.reference.orders[record.order]

    @invariant()
    def is_never_overpaid(self) -> None:
        """But for a bank that pays what it had refused, and for what is taken back of what was said of payments."""
        for claim, (claimed, paid, under_way, _, _) in self.reference.balances().items():
            said = paid + under_way if self.bank_spoke else 0
            self.ceiling[claim] = max(self.ceiling[claim], claimed, said)
            assert paid + under_way <= self.ceiling[claim]
        self.bank_spoke = False

    @rule()
    @precondition(lambda self: self.steps >= self.verified + 12)
    def verify(self) -> None:
        assert ledgers.verify(self.ledger).faults == []
        self._adds_up(self.reference.balances())
        self.verified = self.steps


def _balance(told: Any) -> Balance:  # noqa: ANN401
    fen = told.claimed_fen, told.paid_fen, told.under_way_fen, told.due_fen, told.to_claim_back_fen
    claimed, paid, under_way, due, back = (amount // 100 for amount in fen)
    return claimed, paid, under_way, due, back


def _sum(balances: Iterable[Balance]) -> Balance:
    claimed, paid, under_way, due, back = map(sum, zip((0,) * 5, *balances, strict=True))
    return claimed, paid, under_way, due, back


def _refused(do: Callable[[], object]) -> type[AidLedgerError] | None:
    try:
        do()
    except AidLedgerError as error:
        return type(error)
    return None


def walk(folder: Path, seconds: float, first_seed: int) -> Tried:
    """So many seconds' worth of steps, run after run; ends with the first that breaks something."""
    done, began = Tried(), time.monotonic()

    class Counted(Claims):
        home = folder

        def teardown(self) -> None:
            done.tried += self.steps
            super().teardown()

    long = settings(
        max_examples=10,
        stateful_step_count=60,
        deadline=None,
        database=None,
        derandomize=False,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
    )
    for number in count(first_seed):
        try:
            run_state_machine_as_test(seed(number)(Counted), settings=long)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what is looked for
            done.broken.append("\n".join([f"seed {number}: {type(error).__name__}: {error}", *_steps(error)]))
            return done
        if time.monotonic() - began >= seconds:
            return done
    raise AssertionError


def _steps(error: Exception) -> list[str]:
    """The steps that lead to an error, as hypothesis tells them, without the comparisons after each."""
    lines = [line for note in getattr(error, "__notes__", ()) for line in note.splitlines()]
    compared = tuple(f"state.{one.__name__}(" for one in (Claims.adds_up_to_the_reference, Claims.is_never_overpaid))
    return [line for line in lines if not line.startswith(compared)]


def walk_on(engine: str, folder: Path, seconds: float, first_seed: int) -> Tried:
    """The same in a process of its own, on an engine."""
    asked = ["--folder", str(folder), "--seconds", str(seconds), "--seed", str(first_seed)]
    command = [sys.executable, "-m", "tools.torture.claims", *asked]
    env = environment(AIDLEDGER_TEST_ENGINE=engine)
    run = subprocess.run(command, env=env, stdout=subprocess.PIPE, check=True, encoding="utf-8")
    return Tried(**json.loads(run.stdout.splitlines()[-1]))


def main() -> None:
    """Walk, and print what was tried and what broke as JSON."""
    parser = argparse.ArgumentParser(prog="python -m tools.torture.claims")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    try:
        print(json.dumps(asdict(walk(asked.folder, asked.seconds, asked.seed)), ensure_ascii=False))
    finally:
        postgresql.stop()


if __name__ == "__main__":
    main()

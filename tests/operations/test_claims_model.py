"""Whatever is done in whatever order, what is due is what the rules say; an hour of it is in `make torture`."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test

from aidledger.domain.term import Period
from aidledger.operations import ledgers, paying
from aidledger.store.ledger import Ledger
from tests import postgresql
from tests.builders import csv_bytes
from tests.store.ledgers import Place, bring_in, bring_in_all, catalogue, copied, new_place, opened
from tools.torture.claims import Claims, read_here
from tools.torture.reference import (
    NAMES,
    OUTCOMES,
    PROGRAM,
    PUPILS,
    SCHOOLS,
    Row,
    Said,
    card_of,
    day_of,
    number_of,
    recovery_grid,
    return_grid,
    roster_grid,
)

# More of them: AIDLEDGER_TEST_EXAMPLES=100.
EXAMPLES = int(os.environ.get("AIDLEDGER_TEST_EXAMPLES", "5"))
few = settings(
    max_examples=EXAMPLES,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate, Phase.shrink],
)
AUTUMN, SPRING = "2021-autumn", "2022-spring"
HERE, THERE = SCHOOLS
Answer = tuple[str, str]  # outcome, day
Office = tuple[Place, Mapping[int, str]]  # a ledger, and of each pupil the serial number in the order
# What a bank says of one payment: some answers of different times.
ANSWERS = st.lists(
    st.tuples(st.sampled_from(list(OUTCOMES)), st.sampled_from([day_of(3), day_of(4), day_of(5)])),
    max_size=3,
    unique=True,
)


def test_what_is_due_is_what_the_rules_say() -> None:
    run_state_machine_as_test(Claims, settings=few)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Two schools' autumn rosters, all of it with the bank; then two pupils are corrected, to 500 and to nothing."""
    folder = tmp_path_factory.mktemp("office")
    place = new_place(folder)
    with closing(opened(place)) as ledger, pytest.MonkeyPatch.context() as patch:
        patch.setattr(paying, "run_guarded", read_here)
        for school, pupils in ((HERE, (0, 1, 2)), (THERE, (3, 4))):
            bring_in(ledger, csv_bytes(roster_grid(school, AUTUMN, {pupil: Row() for pupil in pupils})))
        paying.export(ledger, catalogue(), [PROGRAM], Period.parse(AUTUMN), None, folder / "bank", "term payment")
        paying.release(replace(ledger, actor="reviewer"), 1, folder / "bank.csv")
        corrected = csv_bytes(roster_grid(HERE, AUTUMN, {0: Row(yuan=500), 2: Row()}))
        assert bring_in(ledger, corrected, supersedes=1).outcome == "posted"
        lines = paying.order(ledger, 1).found.lines
    yield place, {PUPILS[one.line.number]: one.line.serial for one in lines}
    postgresql.drop_of(folder)


def _files(
    serials: Mapping[int, str], asked: Sequence[Sequence[Answer]], unasked: Sequence[Sequence[Answer]]
) -> dict[str, Sequence[Said] | bytes]:
    """A folder: spring's rosters, what came back, and returns (their lines), with our serial numbers and without.

    ``asked``: what the bank says of the order's lines, answer by answer in files of their own; ``unasked``: of spring's
    payments, for which no order asked.
    """
    files: dict[str, Sequence[Said] | bytes] = {
        "spring here": csv_bytes(roster_grid(HERE, SPRING, {pupil: Row() for pupil in (0, 1)})),
        "spring there": csv_bytes(roster_grid(THERE, SPRING, {pupil: Row() for pupil in (2, 3)})),
    }
    for which in range(3):
        answered = [(pupil, answers[which]) for pupil, answers in enumerate(asked) if len(answers) > which]
        files[f"autumn {which}"] = [_said(pupil, *answer, serials[pupil]) for pupil, answer in answered]
        answered = [(pupil, answers[which]) for pupil, answers in enumerate(unasked) if len(answers) > which]
        files[f"spring {which}"] = [_said(pupil, *answer) for pupil, answer in answered]
    for pupil, yuan in ((0, 500), (1, 500), (1, 400)):
        if _is_paid(asked[pupil]):
            payee = NAMES[pupil][0], number_of(pupil, 0)
            files[f"back {pupil} {yuan}"] = csv_bytes(recovery_grid(HERE, *payee, AUTUMN, yuan, day_of(yuan)))
    return {name: content for name, content in files.items() if content}


def _said(pupil: int, outcome: str, day: str, serial: str | None = None) -> Said:
    return serial, NAMES[pupil][0], number_of(pupil, 0), card_of(pupil, 0), 1000, OUTCOMES[outcome], day


def _is_paid(answers: Sequence[Answer]) -> bool:
    return max(((day, list(OUTCOMES).index(outcome)) for outcome, day in answers), default=("", 0))[1] == 1


def _balances(ledger: Ledger) -> dict[tuple[int, str], tuple[int, int, int]]:
    """Of each pupil and period, in 元: claimed, paid, under way."""
    told = paying.due(ledger, catalogue(), [], None, None, ("period", "person"), rows="all").found
    return {
        (PUPILS[row.person.number], str(row.period)): (
            row.balance.claimed_fen // 100,
            row.balance.paid_fen // 100,
            row.balance.under_way_fen // 100,
        )
        for row in told.rows
        if row.person
    }


def _imported(
    place: Place, files: Mapping[str, Sequence[Said] | bytes], order: Sequence[str], lines: Sequence[int]
) -> tuple[dict[tuple[int, str], tuple[int, int, int]], dict[str, str]]:
    """The balances after a folder whose files are named so that they come in an order, and what became of each.

    ``lines``: the order of a return's lines.
    """
    contents: dict[str, bytes] = {}
    for name in order:
        content = files[name]
        if not isinstance(content, bytes):
            said = [content[at] for at in lines if at < len(content)]
            term = "2022年春季学期" if name.startswith("spring") else ""
            content = csv_bytes(return_grid(said, name, f"{term}代发业务回盘清单"))
        contents[f"{len(contents):02}.csv"] = content
    with tempfile.TemporaryDirectory() as folder:
        with closing(opened(copied(place, Path(folder)))) as ledger:
            results = bring_in_all(ledger, contents)
            assert ledgers.verify(ledger).faults == []
            found = _balances(ledger)
        postgresql.drop_of(Path(folder))
    return found, {name: result.outcome for name, result in zip(order, results, strict=True)}


@few
@given(st.data())
def test_the_order_of_files_and_of_their_lines_changes_nothing(office: Office, data: st.DataObject) -> None:
    answers = data.draw(st.lists(ANSWERS, min_size=9, max_size=9))
    asked, unasked = answers[:5], answers[5:]
    place, serials = office
    files = _files(serials, asked, unasked)
    order = data.draw(st.permutations(list(files)))
    found, outcomes = _imported(place, files, order, data.draw(st.permutations(range(5))))
    assert set(outcomes.values()) == {"posted"}
    expected = {
        (pupil, AUTUMN): (claimed, 1000 * _is_paid(asked[pupil]), 0 if asked[pupil] else 1000)
        for pupil, claimed in enumerate((500, 0, 1000, 1000, 1000))
    }
    for pupil, back in ((0, 500), (1, 900)):
        claimed, paid, under_way = expected[pupil, AUTUMN]
        expected[pupil, AUTUMN] = claimed, paid - back if paid else 0, under_way
    expected |= {(pupil, SPRING): (1000, 1000 * _is_paid(unasked[pupil]), 0) for pupil in range(4)}
    assert found == {claim: sums for claim, sums in expected.items() if any(sums)}

"""The amounts of a program's payments: the norm, tiers, schools' own fees; and who gets which."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from aidledger.demo.people import Person
from aidledger.demo.solver import mix, spread
from aidledger.domain.money import FEN_PER_YUAN, yuan_text
from aidledger.domain.program import Program, Rate
from aidledger.domain.published import PublishedLine
from aidledger.domain.term import Period
from aidledger.errors import Unsolvable

Weights = dict[int, int]
"""Amounts in 分, and how often each is wanted beside the others."""

_STEPS_YUAN = (20, 10, 5, 1)  # an odd amount is as round as the sum allows
_ODD_SHARE = 20  # one in this many person-times


def norms(rates: Sequence[Rate]) -> tuple[int, ...]:
    """The amounts in 分 that are the norm itself."""
    return tuple(rate.low_fen for rate in rates if rate.basis == "norm")


def allowed_fees(rates: Sequence[Rate], wanted_fen: Weights) -> Weights:
    """Those of the desired fees that the standard allows as a school's own."""
    spans = [rate for rate in rates if rate.basis == "school-fee"]
    return {fee: weight for fee, weight in wanted_fen.items() if any(rate.allows(fee) for rate in spans)}


def tiers(program: Program, period: Period, rates: Sequence[Rate]) -> Weights:
    """The ends of a standard's span and its required average, which most pupils get."""
    standard = program.standard_for(period)
    average = standard.average_fen if standard else None
    ends = dict.fromkeys((fen for rate in rates for fen in (rate.low_fen, rate.high_fen)), 1)
    return ends | {average: 2} if average and any(rate.allows(average) for rate in rates) else ends


def with_odd_amount(base: Weights, spans: Iterable[Rate], near_fen: int) -> Iterator[Weights]:
    """The base; then the base and one more amount inside the spans, the roundest and nearest first."""
    spans = tuple(spans)
    if base:
        yield base
    weight = max(1, sum(base.values()) // _ODD_SHARE)
    for step_yuan in _STEPS_YUAN:
        step = step_yuan * FEN_PER_YUAN
        odd = {fen for span in spans for fen in range(-(-span.low_fen // step) * step, span.high_fen + 1, step)}
        for fen in sorted(odd - base.keys(), key=lambda fen: (abs(fen - near_fen), fen)):
            yield base | {fen: weight}


def counts_for(line: PublishedLine, choices: Iterable[Weights]) -> dict[int, int]:
    """The count of each amount, for the first choice of amounts that makes the line's figures; raises Unsolvable."""
    for choice in choices:
        counts = mix(line.count, line.amount_fen, list(choice), list(choice.values()))
        if counts is not None:
            return dict(zip(choice, counts, strict=True))
    raise not_to_be_made(line)


def not_to_be_made(line: PublishedLine) -> Unsolvable:
    """The error if no amounts make a line's figures."""
    why = f"no amounts that the standard allows make {line.count} payments of {yuan_text(line.amount_fen)} together"
    return Unsolvable(program=line.program, why=why)


def with_amounts(groups: Sequence[Sequence[Person]], counts: dict[int, int]) -> Iterator[list[int]]:
    """For each group an amount per person: all the counted amounts, about equally mixed in each group.

    Within a group the neediest get the most.
    """
    amounts = list(counts)
    sequence = iter(spread(list(counts.values())))
    for group in groups:
        largest_first = sorted((amounts[next(sequence)] for _ in group), reverse=True)
        order = sorted(range(len(group)), key=lambda i: neediest_first(group[i]))
        given = [0] * len(group)
        for i, amount in zip(order, largest_first, strict=True):
            given[i] = amount
        yield given


def neediest_first(person: Person) -> tuple[int, str]:
    """The sort key that puts the neediest first, the same in every term."""
    return person.need, person.number

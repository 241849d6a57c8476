"""Kindergartens: the fee is waived at the norm, or at a kindergarten's own fee where norms cannot make the sum."""

from __future__ import annotations

from aidledger.demo.amounts import counts_for, norms, with_amounts, with_odd_amount
from aidledger.demo.listings import DemoList, District, by_need, whole_list
from aidledger.demo.rolls import rolls_by_fee

PROGRAM = "preschool-fee-waiver"
_USUAL_OWN_FEE_FEN = 460_00
_category = by_need(
    ((300, "特困供养"), (600, "孤儿"), (1400, "残疾"), (6000, "脱贫户"), (6600, "监测对象"), (8800, "低保")),
    otherwise="其他家庭经济困难",
)


def listings(district: District) -> list[DemoList]:
    """The lists of all kindergartens."""
    line = district.line(PROGRAM)
    if line is None:
        return []
    program = district.program(PROGRAM)
    rates = district.rates(program)
    norm = {fen: 1 + 8 * (i == 0) for i, fen in enumerate(sorted(norms(rates)))}  # most get the lowest
    own_fees = [rate for rate in rates if rate.basis == "school-fee"]
    counts = counts_for(line, with_odd_amount(norm, own_fees, _USUAL_OWN_FEE_FEN))
    of_norm = {fen: n for fen, n in counts.items() if fen in norm}
    of_fee = {fen: n for fen, n in counts.items() if fen not in norm}
    rng = district.rng(PROGRAM)
    rolls, _ = rolls_by_fee(district, "preschool", [(None, sum(of_norm.values())), *of_fee.items()], rng)
    mixed = with_amounts([roll.persons for roll in rolls if roll.school.fee_fen is None], of_norm)
    result = []
    for roll in rolls:
        fee = roll.school.fee_fen
        amounts = next(mixed) if fee is None else [fee] * len(roll.pupils)
        lines = [
            roll.line(pupil, _category(pupil.person), (amount,))
            for pupil, amount in zip(roll.pupils, amounts, strict=True)
        ]
        result.append(whole_list(roll.school, roll.semester, (program,), "学前", lines))
    return result

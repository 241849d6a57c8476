"""High schools: the grant in tiers and the tuition waiver at the school's fee, for the same pupils on one list."""

from __future__ import annotations

from aidledger.demo.amounts import allowed_fees, counts_for, tiers, with_amounts, with_odd_amount
from aidledger.demo.listings import DemoList, District, by_need, whole_list
from aidledger.demo.rolls import Finished, rolls_by_fee
from aidledger.domain.published import PublishedLine
from aidledger.errors import Unsolvable

GRANT, WAIVER = "high-school-grant", "high-school-tuition-waiver"
_USUAL_FEES_FEN = {460_00: 6, 440_00: 3, 340_00: 1}  # per semester, with weights
_TIER_NAMES = ("一档", "二档", "三档", "四档")
_category = by_need(((300, "特困供养"), (1100, "残疾学生"), (7200, "脱贫户")), otherwise="低保")


def listings(district: District) -> tuple[list[DemoList], Finished]:
    """The lists of all high schools, and those who finished in each year."""
    lines = _lines_of_report(district)
    if lines is None:
        return [], []
    grant, waiver = (district.program(line.program) for line in lines)
    rates = district.rates(grant)
    base = tiers(grant, district.semesters[0], rates)
    norm_spans = [rate for rate in rates if rate.low_fen < rate.high_fen]
    of_tier = counts_for(lines[0], with_odd_amount(base, norm_spans, min(base)))
    ranks = dict(zip(sorted(of_tier, reverse=True), _TIER_NAMES, strict=False))

    fee_rates = district.rates(waiver)
    fees = allowed_fees(fee_rates, _USUAL_FEES_FEN)
    of_fee = counts_for(lines[1], with_odd_amount(fees, fee_rates, min(_USUAL_FEES_FEN)))
    rng = district.rng(GRANT)
    rolls, finished = rolls_by_fee(district, "senior", of_fee.items(), rng)
    granted = with_amounts([roll.persons for roll in rolls], of_tier)
    result = []
    for roll, amounts in zip(rolls, granted, strict=True):
        on_list = [
            roll.line(pupil, _category(pupil.person), (amount, roll.school.fee_fen), ranks[amount])
            for pupil, amount in zip(roll.pupils, amounts, strict=True)
        ]
        result.append(whole_list(roll.school, roll.semester, (grant, waiver), "高中", on_list))
    return result, finished


def _lines_of_report(district: District) -> tuple[PublishedLine, PublishedLine] | None:
    grant, waiver = district.line(GRANT), district.line(WAIVER)
    if grant is None and waiver is None:
        return None
    if grant is None or waiver is None or grant.count != waiver.count:
        why = "the demo's high schools pay grant and waiver to the same pupils, and the report's counts differ"
        raise Unsolvable(program=f"{GRANT}, {WAIVER}", why=why)
    return grant, waiver

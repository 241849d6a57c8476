"""What a filled-in working paper would record, and the lines that it would not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from aidledger.domain.finding import DEEDS, STATES
from aidledger.domain.money import yuan_text
from aidledger.domain.table import Answer, Cell, Column
from aidledger.i18n import N_, Language, Translate, translator
from aidledger.presentation.columns import AMOUNT, Shape
from aidledger.presentation.failures import facts_text
from aidledger.presentation.result import Result

if TYPE_CHECKING:
    from aidledger.operations.answering import Answers, RefusedLine

_DECISION = Column("decision", N_("Decision"), "word")
_RECORDED = (_DECISION, Column("findings", N_("Findings"), "count"), AMOUNT)
_REFUSED = (
    Column("finding", N_("Finding")),
    Column("cell", N_("Cell")),
    Column("why", N_("Why it is not recorded"), "message"),
)


def answers_result(answers: Answers, language: Language, *, recorded: bool = False, head: str | None = None) -> Result:
    """The decisions of a paper, by kind, and each line that is not recorded, with its cell and the reason.

    ``recorded``: they have been, and the ledger's ``head`` is that after them; else they would be.
    """
    translate = translator(language)
    return Result(
        lambda: {"dry_run": not recorded, **_shape(answers, translate)},
        lambda: [
            (N_("Recorded") if recorded else N_("Will be recorded"), _recorded(answers, recorded=recorded)),
            (N_("Not recorded"), _refused(answers, translate)),
        ],
        head=head,
    )


def _sums(answers: Answers) -> list[tuple[str, int, int]]:
    """By decision: how many findings, and the money in question in 分."""
    counts: Counter[str] = Counter()
    amounts: Counter[str] = Counter()
    for proposal, finding in zip(answers.proposals, answers.findings, strict=True):
        counts[proposal.state] += 1
        amounts[proposal.state] += finding.amount_fen
    return [(state, counts[state], amounts[state]) for state in STATES if counts[state]]


def _recorded(answers: Answers, *, recorded: bool) -> Answer:
    deeds: dict[str, str] = {str(state): deed for state, deed in DEEDS.items()}
    rows: list[Sequence[Cell]] = [(deeds[state], count, fen) for state, count, fen in _sums(answers)]
    return Answer(
        N_("Recorded: {count} decisions") if recorded else N_("Will be recorded: {count} decisions"),
        _RECORDED,
        rows,
        totals=[(N_("Total"), len(answers.proposals), answers.amount_fen)] if rows else (),
        notes=[N_("Lines without a decision: {blank}.")],
        facts={"count": len(answers.proposals), "blank": answers.blank},
    )


def _refused(answers: Answers, translate: Translate) -> Answer:
    rows = [(line.finding, line.cell, _why(line, translate)) for line in answers.refused]
    return Answer(N_("Not recorded: {count} lines"), _REFUSED, rows, facts={"count": len(rows)})


def _why(line: RefusedLine, translate: Translate) -> str:
    return translate(line.why).format(**facts_text(line.facts, translate))


def _shape(answers: Answers, translate: Translate) -> Shape:
    return {
        "recorded": [
            {"state": state, "findings": count, "amount": yuan_text(fen)} for state, count, fen in _sums(answers)
        ],
        "refused": [
            {"finding": line.finding, "cell": line.cell, "why": _why(line, translate)} for line in answers.refused
        ],
        "blank": answers.blank,
    }

"""The bridge between two cuts as JSON and as a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from aidledger.domain.money import yuan_text
from aidledger.domain.table import Answer, Cell, Column
from aidledger.i18n import N_, Language, translator
from aidledger.presentation.columns import AMOUNT, PERIOD, PERSON_TIMES, PROGRAM, Shape
from aidledger.presentation.result import Result, table
from aidledger.reports.figures import figure_text

if TYPE_CHECKING:
    from aidledger.catalogue.catalogue import Catalogue
    from aidledger.domain.cut import Cut
    from aidledger.operations.views import Viewed
    from aidledger.reconcile.bridge import Bridge, Step

_STEPS = {
    ("from", False): N_("figure of the first cut"),
    ("only-from", False): N_("only in the first"),
    ("only-from", True): N_("reversed only in the first"),
    ("only-to", False): N_("only in the second"),
    ("only-to", True): N_("reversed only in the second"),
    ("to", False): N_("figure of the second cut"),
}


_ENDS = frozenset({"from", "to"})


def bridges_result(
    viewed: Viewed[list[Bridge]], first: Cut, second: Cut, catalogue: Catalogue, language: Language
) -> Result:
    """``report bridge``."""
    return Result(
        lambda: _shape(viewed.found, first, second),
        table(_answer(viewed.found, first, second, catalogue, language)),
        head=viewed.head,
    )


def _shape(found: Sequence[Bridge], first: Cut, second: Cut) -> Shape:
    """``report bridge``: a bridge per program, or (``program`` null) of all aid and of all loans."""
    return {
        "from_cut": first.code,
        "to_cut": second.code,
        "bridges": [
            {"program": one.program, "loan": one.repaid, "steps": [_step(step) for step in one.steps]} for one in found
        ],
    }


def _step(step: Step) -> Shape:
    return {
        "step": step.kind,
        "label": step.label,
        "reversal": step.reversal,
        "person_times": step.person_times,
        "amount": yuan_text(step.amount_fen),
    }


def _answer(found: Sequence[Bridge], first: Cut, second: Cut, catalogue: Catalogue, language: Language) -> Answer:
    """One row per step; a program's steps add up to its last row."""
    translate = translator(language)
    cuts = {"from": first.label(translate), "to": second.label(translate)}
    columns = (
        PROGRAM,
        Column("step", N_("Step"), "word"),
        Column("cut", N_("Cut")),
        PERIOD,
        PERSON_TIMES,
        AMOUNT,
    )
    rows: list[Sequence[Cell]] = []
    traces: list[str] = []
    for bridge in found:
        whole = translate(N_("Loans")) if bridge.repaid else translate(N_("Aid in total"))
        program = catalogue.programs[bridge.program].name(language) if bridge.program else whole
        for step in bridge.steps:
            cut = cuts.get(step.kind)
            period = None if cut else step.label
            wording = _STEPS[step.kind, step.reversal]
            rows.append((program, wording, cut, period, step.person_times, step.amount_fen))
            traces.append(_trace(bridge, step, first, second))
    notes = [N_("The first figure plus the steps below it equals the second, to the fen.")]
    facts = {"first": cuts["from"], "second": cuts["to"]}
    return Answer(N_("From {first} to {second}"), columns, rows, notes=notes, facts=facts, traces=traces)


def _trace(bridge: Bridge, step: Step, first: Cut, second: Cut) -> str:
    """The entries of a step; none of a cut by days, which counts reversals at their own date."""
    kind = "loan" if bridge.repaid else "aid"
    of = {"program": bridge.program} if bridge.program else {"kind": kind}
    if step.kind in _ENDS:
        cut = (first if step.kind == "from" else second).keys
        return "" if cut is None else figure_text({**of, **cut})
    return "" if first.by_day or second.by_day else figure_text({**of, "period": step.label})

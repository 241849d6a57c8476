"""Person-times and amounts compared in five ways, and the rows behind each difference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from aidledger.domain.term import in_order
from aidledger.i18n import N_, translator
from aidledger.operations import reconciling
from aidledger.operations.reconciling import ComparisonScope
from aidledger.presentation.comparisons import reconciled_result
from aidledger.reconcile.line import COMPARISONS
from aidledger.web.answering import YES, Choice, answered, choices_of, language_of, programs_of, site_of
from aidledger.web.asked import Asked
from aidledger.web.endpoint import endpoint

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from aidledger.operations.views import Reveal, Viewed
    from aidledger.reconcile.allotment import Part
    from aidledger.reconcile.line import Comparison, Line
    from aidledger.web.site import Site


_PARTS: Mapping[str, str] = {"document": N_("Document"), "source": N_("Funding source")}
PARTS: Sequence[Part] = ("document", "source")


def _found(
    site: Site,
    checks: Sequence[Comparison],
    scope: ComparisonScope,
    parts: Sequence[Part],
    reveal: Reveal | None,
    *,
    details: bool,
) -> Viewed[list[Line]]:
    """The comparisons; without people, as they are kept."""

    def compared() -> Viewed[list[Line]]:
        return reconciling.reconcile(
            site.ledger, site.catalogue, checks, None, scope, by=parts, details=details, reveal=reveal
        )

    if details or reveal is not None:
        return compared()
    # What has ended by today counts otherwise tomorrow.
    return site.kept((reconciling.reconcile, tuple(checks), str(scope), tuple(parts), site.today), compared)


@endpoint
def reconcile(request: Request, asked: Asked) -> Response:
    """The lines that do not agree, or all."""
    site, language = site_of(request), language_of(request)
    translate = translator(language)
    checks = asked.texts("check", COMPARISONS) or COMPARISONS
    program, first, last = asked.text("program"), asked.period("from"), asked.period("to")
    in_order(first, last)
    period = asked.period("period")
    scope = ComparisonScope(program, period.code if period else None, first, last, asked.text("school"), None)
    parts = asked.texts("by", PARTS)
    everything, details = bool(asked.text("all")), bool(asked.text("details"))
    found = _found(site, checks, scope, parts, asked.reveal(), details=details)
    details = details and any(line.entries for line in found.found)
    result = reconciled_result(found, site.catalogue, language, everything=everything, details=details)
    fields = (
        Choice("check", N_("Comparison"), choices_of(COMPARISONS, translate), many=True),
        Choice("program", N_("Program"), [("", translate(N_("all"))), *programs_of(site, language)]),
        Choice("period", N_("Period"), hint="2021-autumn"),
        Choice("from", N_("From"), hint="2021-autumn"),
        Choice("to", N_("To"), hint="2022-spring"),
        Choice("school", N_("School")),
        Choice("by", N_("Allotments by"), choices_of(_PARTS, translate), many=True),
        Choice("all", N_("Also the lines that agree"), YES, many=True),
        Choice("details", N_("Rows behind each difference"), YES, many=True),
    )
    chosen = {"check": checks}
    return answered(
        request, result, "comparisons", heading=N_("Comparisons"), fields=fields, chosen=chosen, reveals=details
    )

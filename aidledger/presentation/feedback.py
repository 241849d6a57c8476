"""The wording of feedback to schools."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.problem import KINDS
from aidledger.domain.table import named_code
from aidledger.i18n import N_, Language, translator
from aidledger.operations.feedback import Feedback
from aidledger.presentation.wording import message_and_hint
from aidledger.sheets.feedback.workbook import Labels
from aidledger.sheets.formats.limits import DEFAULT_LIMITS

_TITLE = N_("Please correct what is listed here and send the file again")
_COLUMN = N_("Problems found")
_HEADERS = (
    N_("No."),
    N_("Severity"),
    N_("Sheet"),
    N_("Cell"),
    N_("Row"),
    N_("Code"),
    N_("What is wrong"),
    N_("What to do"),
)
_NOTE = N_(
    "The cells are marked and commented on the following sheets. Correct them there; this sheet and the problem "
    "column may stay. Formulas were replaced by their values, except those that depend on a marked cell."
)


def feedback_for(catalogue: Catalogue, folder: Path, imported: Sequence[Path], language: Language) -> Feedback:
    """Feedback to write to a folder, in a language."""
    say = translator(language)
    labels = Labels(
        sheet=say(N_("List of problems")),
        title=say(_TITLE),
        column=say(_COLUMN),
        headers=tuple(say(header) for header in _HEADERS),
        severities={severity: say(severity) for severity in ("error", "conflict", "warning")},
        note=say(_NOTE),
        codes={code: named_code(code, say) for code in KINDS},
    )
    return Feedback(
        folder=folder,
        imported=imported,
        labels=labels,
        said=lambda problem: message_and_hint(problem, catalogue.programs, language),
        limits=DEFAULT_LIMITS,
    )

"""What is said to each school about the files that it has to correct: a text to paste into a message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aidledger.i18n import N_, Language, translator
from aidledger.presentation.printable import printable_lines
from aidledger.presentation.receipts import file_report

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aidledger.catalogue.catalogue import Catalogue
    from aidledger.operations.results import FileResult

_GREETING = N_("To {school}: please correct the following, and send the file again.")
_NOBODY = N_("Please correct the following, and send the file again.")


@dataclass(frozen=True, slots=True)
class Letter:
    """The text for a school (None: not recognised), and how many of its files were rejected."""

    school: str | None
    files: int
    text: str


def letters(rejected: Sequence[FileResult], catalogue: Catalogue, language: Language) -> list[Letter]:
    """A letter for each school with rejected files, those without a school last."""
    schools = sorted({file.school for file in rejected}, key=lambda school: (school is None, school or ""))
    return [
        _letter(school, [one for one in rejected if one.school == school], catalogue, language) for school in schools
    ]


def _letter(school: str | None, files: Sequence[FileResult], catalogue: Catalogue, language: Language) -> Letter:
    greeting = translator(language)(_GREETING if school else _NOBODY).format(school=school)
    reports = ["\n".join(file_report(file, {}, catalogue, language)) for file in files]
    return Letter(school, len(files), printable_lines("\n\n".join([greeting, *reports])))

"""One file that waits: the school's sheet, what is wrong in it, what it was understood as, what is said by hand."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse, Response

from aidledger.domain.listing import LIST_KINDS
from aidledger.domain.problem import Severity
from aidledger.errors import CheckOutdated
from aidledger.i18n import N_, Language, translator
from aidledger.operations import facsimiles
from aidledger.operations import inbox as deliveries
from aidledger.operations.importing import Instructions
from aidledger.operations.mapping import mapped_columns
from aidledger.presentation.receipts import file_line, file_report
from aidledger.presentation.sheets import FIELD_TITLES, differences_result, meaning_text
from aidledger.sheets.formats.failures import FileRefused
from aidledger.sheets.recognition.hints import Hints
from aidledger.sheets.recognition.part_words import part_by_hand
from aidledger.web.answering import choices_of, language_of, page, programs_of, site_of
from aidledger.web.asked import Asked
from aidledger.web.endpoint import endpoint
from aidledger.web.pages.inbox import CHECKING, begin_check, begin_posting, checked_of, group_of, packed, post_text
from aidledger.web.remedies import FILES
from aidledger.web.sheets import DrawnSheet, draw_sheet, excerpt_of, sheet_problems
from aidledger.web.tables import draw

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request

    from aidledger.operations.inbox import Checked
    from aidledger.operations.results import FileResult
    from aidledger.operations.views import Viewed
    from aidledger.sheets.facsimile import Facsimile
    from aidledger.web.site import Site


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """A column whose meaning can be said: its letter and header, what it was taken for, and how a form names it."""

    letter: str
    header: str
    meaning: str
    name: str


@endpoint
def file(request: Request, asked: Asked) -> Response:
    """The sheet, the problems beside it, and what can be done."""
    site, language = site_of(request), language_of(request)
    delivery, key = request.path_params["delivery"], request.path_params["key"]
    job = site.jobs.last(CHECKING, delivery)
    checked = checked_of(site, delivery)
    if checked is None:
        if job is not None and not job.finished:
            return page(request, "checking.html", heading=N_("File"), job=job, delivery=delivery)
        return RedirectResponse(f"/inbox/{delivery}", HTTPStatus.SEE_OTHER)
    found = checked.file(key)
    viewed, drawn = _sheet(site, checked, found, asked, language)
    differences = differences_result(found, site.catalogue, language) if found.differences else None
    severities = {problem.severity for problem in found.problems}
    return page(
        request,
        "file.html",
        heading=N_("File"),
        delivery=delivery,
        key=key,
        line=file_line(found, site.catalogue, language),
        group=group_of(found),
        details=file_report(found, FILES, site.catalogue, language)[1:],
        sheet=drawn,
        revealed=viewed is not None and viewed.revealed,
        problems=sheet_problems(found.problems, drawn.name if drawn else None, site.catalogue, language),
        columns=_columns(viewed.found, site, language) if viewed else [],
        meanings=[
            *choices_of({str(one): title for one, title in FIELD_TITLES.items()}, translator(language)),
            *programs_of(site, language),
        ],
        programs=programs_of(site, language),
        kinds=choices_of(LIST_KINDS, translator(language)),
        schools=sorted(set(site.catalogue.schools.values())),
        nothing_said=Instructions(),
        said=checked.instructions.get(found.path, Instructions()),
        contradicts=Severity.CONFLICT in severities and Severity.ERROR not in severities,
        supersedes=found.supersedes,
        differences=[draw(one, 1, translator(language), len(found.differences)) for one in differences.answers()]
        if differences
        else [],
        digest=checked.digest_of(found) if found.outcome == "would-post" else None,
        asks=post_text([found], language),
        rejected=found.outcome == "rejected",
    )


def _sheet(
    site: Site, checked: Checked, found: FileResult, asked: Asked, language: Language
) -> tuple[Viewed[Facsimile] | None, DrawnSheet | None]:
    """The sheet that was asked for, else the first with a problem; None where the file cannot be read."""
    named = [one.place.sheet for one in found.problems if one.place.sheet]
    sheet = next(iter(named), None) or next((one.sheet for one in found.rosters), None)
    excerpt = excerpt_of(asked, sheet, found.problems)
    try:
        viewed = facsimiles.of_staged(
            site.ledger, site.catalogue, checked, found.path, excerpt, site.guard, asked.reveal()
        )
    except FileRefused:
        return None, None
    return viewed, draw_sheet(viewed, excerpt, found.problems, site.catalogue, language)


def _columns(sheet: Facsimile, site: Site, language: Language) -> Sequence[ColumnChoice]:
    """The columns of the first table. A header that stands twice, or in a row above, is named by its letter."""
    for row, headers in sheet.headers.items():
        meanings, texts = sheet.meanings[row], list(headers.values())
        own = dict(zip(sheet.letters, sheet.rows[row], strict=True))
        return [
            ColumnChoice(
                letter,
                header,
                meaning_text(meanings[letter], site.catalogue, language) if letter in meanings else "",
                header if own[letter] and texts.count(header) == 1 else letter,
            )
            for letter, header in headers.items()
        ]
    return []


@endpoint
def instruct(request: Request, asked: Asked) -> Response:
    """Keep what was said by hand, and check again."""
    site, delivery, key = site_of(request), request.path_params["delivery"], request.path_params["key"]
    checked = checked_of(site, delivery)
    if checked is None:
        raise CheckOutdated
    found = checked.file(key)
    said = _instructions(site, asked)
    deliveries.may_instruct(site.ledger, delivery, said)
    # Part of the check: what could not be checked at once is not kept either.
    begin_check(site, delivery, lambda: deliveries.instruct(site.ledger, delivery, found.path, said))
    query = f"?sheet={asked.number('sheet', 1)}" if asked.text("sheet") else ""
    return RedirectResponse(f"/inbox/{delivery}/files/{key}{query}", HTTPStatus.SEE_OTHER)


def _instructions(site: Site, asked: Asked) -> Instructions:
    """What a form says; raises UnknownProgram, UnknownPeriod, UnknownPart, UnknownMapping."""
    if asked.text("forget"):
        return Instructions()
    program, part = asked.text("program"), asked.text("part")
    named = [one for one in asked.fields.getlist("column") if one.rpartition("=")[2]]
    hints = Hints(
        program=site.catalogue.program(program).code if program else None,
        period=asked.period("period"),
        school=asked.text("school"),
        columns=mapped_columns(named, site.catalogue),
        kind=asked.word("kind", LIST_KINDS),
        part=part_by_hand(part) if part else None,
    )
    return Instructions(
        hints,
        record_conflicts=bool(asked.text("record_conflicts")),
        supersedes=asked.number("supersedes", 1) if asked.text("supersedes") else None,
        remember=bool(asked.text("remember")),
    )


@endpoint
def post(request: Request, asked: Asked) -> Response:
    """Post this file alone, as it was checked."""
    site, delivery = site_of(request), request.path_params["delivery"]
    checked = checked_of(site, delivery)
    found = checked.file(request.path_params["key"]) if checked else None
    if checked is None or found is None or checked.digest_of(found) != asked.text("checked"):
        raise CheckOutdated
    begin_posting(site, checked, found)
    return RedirectResponse(f"/inbox/{delivery}", HTTPStatus.SEE_OTHER)


@endpoint
def copy(request: Request, _asked: Asked) -> Response:
    """The marked copy of this file, for its school."""
    checked = checked_of(site_of(request), request.path_params["delivery"])
    if checked is None:
        raise CheckOutdated
    return packed(request, checked, [checked.file(request.path_params["key"])])

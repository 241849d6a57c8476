"""The receipt of an import: a line per file, its problems, what was passed over, the totals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import groupby
from typing import TYPE_CHECKING

from aidledger.domain.money import grouped_yuan
from aidledger.domain.problem import Severity
from aidledger.domain.table import named_code, period_text
from aidledger.i18n import N_, Language, Translate, translator
from aidledger.presentation.printable import harmless as safe
from aidledger.presentation.printable import sentences
from aidledger.presentation.wording import place_text, problem_text

if TYPE_CHECKING:
    from aidledger.catalogue.catalogue import Catalogue
    from aidledger.domain.problem import Problem
    from aidledger.operations.files import PassedOver
    from aidledger.operations.results import FileResult, ImportResult

# A screen shows the first of each kind of problem; JSON has them all.
_PLACES_SHOWN = 5
_PASSED_OVER_SHOWN = 50
_TOTALS = N_(
    "Files: {files}; posted: {posted}, unchanged: {unchanged}, rejected: {rejected}; "
    "{count} person-times, {amount} yuan"
)
_WOULD_BE_TOTALS = N_(
    "Files: {files}; would be posted: {posted}, unchanged: {unchanged}, rejected: {rejected}; "
    "{count} person-times, {amount} yuan"
)
NOTES: Mapping[str, str] = {
    "hidden-sheet": N_("Sheet {sheet} is hidden; it counts like the others."),
    "hidden-rows": N_("Sheet {sheet} has {count} hidden rows; they count like the others."),
    "covered-cells": N_("Sheet {sheet} has values in {count} cells hidden under merged cells; they are not read."),
    "hidden-columns": N_("Sheet {sheet} has {count} hidden columns; they are read like the others."),
    "unread-columns": N_("Sheet {sheet} has {count} unread columns: {columns}."),
    "hidden-cells": N_("Sheet {sheet} has {count} cells whose content is not displayed; they count like the others."),
    "doubtful-cells": N_(
        "Sheet {sheet} has {count} cells that a conditional format may hide; they count like the others."
    ),
    "struck-out-cells": N_("Sheet {sheet} has {count} struck-out cells; they count like the others."),
    "forgotten-people": N_(
        "{count} of its people asked for their data to be removed. The file is kept as it came, and its content counts."
    ),
    "same-content": N_(
        "Every row is the same as in the earlier roster. If this pays another month or instalment, say which."
    ),
    "corrected-numbers": N_(
        "{count} people have a different ID number than in the earlier roster and are the same people: what they "
        "were paid is not due again."
    ),
    "members-kept": N_(
        "Sheet {sheet}: of {columns} people, {count} were kept: those who were from 2 to 25 years old on its day."
    ),
    "summary-sheet": N_("Sheet {sheet} repeats the people of the other sheets and is not counted again."),
}
_PASSED_OVER = {
    "document": N_("a document, not a spreadsheet"),
    "picture": N_("a picture"),
    "shortcut": N_("a shortcut; the file itself is elsewhere"),
    "packed": N_("an archive of an unsupported kind: unpack it first"),
    "archive-within": N_("an archive within an archive: unpack it first"),
    "no-list": N_("a text file without a list"),
    "unseen": N_("a hidden file, or one that a program keeps while it is open"),
    "other": N_("not a spreadsheet"),
}


def _colon(language: Language) -> str:
    return "：" if language == "zh" else ": "


def file_line(result: FileResult, catalogue: Catalogue, language: Language) -> str:
    """A file in one line: its name, and what it pays or why it was rejected."""
    translate = translator(language)
    parts = [safe(result.path)]
    if result.outcome == "unchanged":
        return " ".join([*parts, unchanged_text(result, translate)])
    amounts: dict[tuple[str | None, str | None], int] = {}
    for roster in result.rosters:
        paid = roster.program, roster.period
        amounts[paid] = amounts.get(paid, 0) + roster.amount_fen
    contents = [
        translate(N_("{program} {period} {count} person-times {amount} yuan")).format(
            program=catalogue.programs[program].name(language) if program else translate(N_("program ?")),
            period=period_text(period, translate) if period else translate(N_("period ?")),
            count=f"{result.times[program, period]:,}",
            amount=grouped_yuan(fen),
        )
        for (program, period), fen in amounts.items()
    ]
    for listing in result.lists:
        period = period_text(listing.period, translate) if listing.period else ""
        contents.append(f"{translate(listing.kind)} {period} {listing.records:,}".replace("  ", " "))
    if result.outcome == "rejected":
        contents.append(translate(N_("rejected; problems: {count}")).format(count=len(result.problems)))
    return " ".join([*parts, "; ".join(contents)])


def unchanged_text(result: FileResult, translate: Translate) -> str:
    """The batch that has a file's content; in a check, it can also be another file's that would be posted."""
    if result.batch is None:
        return translate(N_("the same as another of these files"))
    return translate(N_("unchanged (batch {batch})")).format(batch=result.batch)


def file_report(file: FileResult, remedies: Mapping[str, str], catalogue: Catalogue, language: Language) -> list[str]:
    """Details of a file: a heading, then its problems, changes and notes; empty if there are none.

    ``remedies``: how to act in the interface at hand, by the code of a problem or a note.
    """
    translate = translator(language)
    lines = [*_problem_lines(file.problems, remedies, catalogue, language)]
    if file.changes is not None:
        lines.append(_changes_text(file, remedies, language))
    if file.feedback:
        lines.append(
            safe(translate(N_("Copy for the school, with the bad cells marked: {path}")).format(path=file.feedback))
        )
    if file.remembered:
        text = translate(N_("The columns named for {school} are remembered."))
        lines.append(safe(text.format(school=", ".join(file.remembered))))
    for note in file.notes:
        facts = {"sheet": note.sheet, "count": note.count, "columns": ", ".join(note.columns)}
        text = translate(NOTES[note.code]).format(**facts)
        remedy = translate(remedies[note.code]) if note.code in remedies else ""
        lines.append(safe(sentences(text, remedy, language=language)))
    return [f"{safe(file.path)}{_colon(language)}{translate(file.outcome)}", *lines] if lines else []


def passed_over_report(passed_over: Sequence[PassedOver], language: Language) -> list[str]:
    """Files that were not read, in case the sender expected them to be."""
    if not passed_over:
        return []
    translate = translator(language)
    lines = [translate(N_("Passed over: {count}")).format(count=len(passed_over))]
    lines += [
        f"{safe(one.path)}{_colon(language)}{translate(_PASSED_OVER[one.why])}"
        for one in passed_over[:_PASSED_OVER_SHOWN]
    ]
    more = len(passed_over) - _PASSED_OVER_SHOWN
    return [*lines, translate(N_("… and {count} more")).format(count=more)] if more > 0 else lines


def totals_text(result: ImportResult, translate: Translate) -> str:
    """How many files, person-times and yuan were posted, or would be."""
    template, facts = totals(result)
    return translate(template).format(**facts)


def totals(result: ImportResult) -> tuple[str, Mapping[str, object]]:
    """The same as an English template and its facts, to be said later."""
    kept = result.counted("posted", "would-post")
    facts = {
        "files": len(result.files),
        "posted": len(kept),
        "unchanged": len(result.counted("unchanged")),
        "rejected": len(result.counted("rejected")),
        "count": f"{sum(file.person_times for file in kept):,}",
        "amount": grouped_yuan(sum(file.amount_fen for file in kept)),
    }
    return _WOULD_BE_TOTALS if result.counted("would-post") else _TOTALS, facts


def _changes_text(file: FileResult, remedies: Mapping[str, str], language: Language) -> str:
    taken = N_("Instead of batch {batch}: {added} added, {removed} removed, {changed} changed, {kept} kept.")
    offered = N_(
        "This looks like a new version of batch {batch}: {added} added, {removed} removed, {changed} changed, "
        "{kept} kept."
    )
    assert file.changes is not None  # noqa: S101 - the caller has checked
    texts = (offered, remedies.get("new-version", "")) if file.outcome == "rejected" else (taken,)
    facts = {"batch": file.supersedes, **asdict(file.changes)}
    translate = translator(language)
    return sentences(*(translate(text).format(**facts) for text in texts if text), language=language)


_ORDER = {Severity.ERROR: 0, Severity.CONFLICT: 1, Severity.WARNING: 2}


def _problem_lines(
    problems: Sequence[Problem], remedies: Mapping[str, str], catalogue: Catalogue, language: Language
) -> Iterator[str]:
    """One line per place, grouped by code, most severe first."""
    colon, translate = _colon(language), translator(language)
    ordered = sorted(problems, key=lambda problem: (_ORDER[problem.severity], problem.code))
    for code, group in groupby(ordered, key=lambda problem: problem.code):
        of_code, name = list(group), named_code(code, translate)
        for problem in of_code[:_PLACES_SHOWN]:
            where = place_text(problem.place, language)
            text = problem_text(problem, remedies, catalogue.programs, language)
            severity = translate(problem.severity.value)
            yield safe(f"{severity} {name} {where}{colon}{text}" if where else f"{severity} {name}{colon}{text}")
        if len(of_code) > _PLACES_SHOWN:
            yield translate(N_("… and {count} more {code}")).format(count=len(of_code) - _PLACES_SHOWN, code=name)

"""Feedback to schools: a marked copy of each rejected file, in a separate folder."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from aidledger import private
from aidledger.domain.identity import masked_words
from aidledger.domain.problem import Problem
from aidledger.errors import CannotWrite, FeedbackAmongRosters
from aidledger.operations.examining import run_guarded
from aidledger.operations.files import InputFile, read_again, shown_path
from aidledger.operations.results import FileResult, ListResult, RosterResult
from aidledger.sheets.feedback.workbook import (
    FeedbackCopy,
    FileFeedback,
    Labels,
    Remark,
    copy_of_cells,
    list_alone,
    marked_copy,
    origin_of,
)
from aidledger.sheets.formats.failures import FileRefused
from aidledger.sheets.formats.limits import Limits

_NEVER_OPENED = {"unreadable-file", "encrypted-file", "file-too-large"}
_NAME_MAX_BYTES = 200  # a file system allows 255; a number and an extension are added


@dataclass(slots=True)
class Feedback:
    """Where the copies go, and how problems are worded for a school."""

    folder: Path
    imported: Sequence[Path]
    labels: Labels
    said: Callable[[Problem], tuple[str, str]]
    limits: Limits

    def prepare(self) -> None:
        """Create the folder before anything is imported; raises FeedbackAmongRosters, CannotWrite."""
        if self._is_imported(self.folder):
            raise FeedbackAmongRosters(path=shown_path(self.folder))
        try:
            private.make_folder(self.folder)
            with private.unfinished(self.folder / "feedback"):
                pass
        except OSError as error:
            raise CannotWrite(path=shown_path(self.folder), reason=error.strerror or "") from error

    def write(self, source: InputFile, result: FileResult) -> Path:
        """Write the marked copy of a rejected file, readable by its owner only; raises CannotWrite.

        Nothing is overwritten. An earlier copy with the same feedback stays, with the corrections made in it since.
        """
        given = self._given(source, result)
        copy = self._copy(source, result, given)
        stem = self._wanted(source)
        target, number = stem.with_name(f"{stem.name}{copy.suffix}"), 2
        try:
            while target.exists():
                if origin_of(target) == given.origin:
                    return target
                target, number = stem.with_name(f"{stem.name} ({number}){copy.suffix}"), number + 1
            private.make_folder(target.parent)
            private.put(target, copy.content)
        except OSError as error:
            raise CannotWrite(path=shown_path(target), reason=error.strerror or "") from error
        return target

    def _given(self, source: InputFile, result: FileResult) -> FileFeedback:
        remarks = [
            Remark(problem.severity.value, problem.code, problem.place, *self.said(problem))
            for problem in result.problems
        ]
        origin = hashlib.sha256(repr((source.sha256, self.labels.title, remarks)).encode("utf-8", "replace"))
        name = _without_numbers(shown_path(Path(source.path.name)))
        return FileFeedback(remarks, _header_rows(result), self.labels, name, origin.hexdigest())

    def _copy(self, source: InputFile, result: FileResult, given: FileFeedback) -> FeedbackCopy:
        """The school's own workbook, else its cells, else only the list of problems."""
        if not any(problem.code in _NEVER_OPENED for problem in result.problems):
            content = source.content or read_again(source, self.limits).content
            for make in (marked_copy, copy_of_cells):
                with contextlib.suppress(FileRefused):
                    copy: FeedbackCopy = run_guarded(make, content, given, self.limits, limits=self.limits)
                    return copy
        return list_alone(given)

    def _wanted(self, source: InputFile) -> Path:
        """The copy's path without extension: the file's path relative to the common folder of everything imported."""
        folders = [path if path.is_dir() else path.parent for path in self.imported]
        below = Path(source.path.stem)
        with contextlib.suppress(ValueError):  # two drives have no common folder
            below = _plain(source.unpacked.with_suffix("")).relative_to(os.path.commonpath(map(_plain, folders)))
        parts = [_short(_without_numbers(part)) for part in Path(shown_path(below)).parts]
        wanted = self.folder.joinpath(*parts)
        return self.folder / parts[-1] if self._is_imported(wanted.parent) else wanted

    def _is_imported(self, folder: Path) -> bool:
        """Whether a file written there would be imported next time."""
        inside = folder.resolve()
        return any(path.is_dir() and inside.is_relative_to(path.resolve()) for path in self.imported)


def _header_rows(result: FileResult) -> dict[str, list[int]]:
    """The header rows by sheet: as recognised, or else where the problems of a whole table are."""
    found: dict[str, set[int]] = {}
    tables: list[RosterResult | ListResult] = [*result.rosters, *result.lists]
    for table in tables:
        found.setdefault(table.sheet, set()).add(table.header_row)
    for problem in result.problems:
        place = problem.place
        if place.sheet is not None and place.row is not None and place.column is None:
            found.setdefault(place.sheet, {place.row})
    return {sheet: sorted(rows) for sheet, rows in found.items()}


def _plain(path: Path) -> Path:
    """The absolute path without ``..``; links are kept, because the office uses their names."""
    return Path(os.path.normpath(path.absolute()))


def _without_numbers(name: str) -> str:
    """A file name without ID and card numbers."""
    return masked_words(name).replace("*", "x")  # not allowed in names on Windows


def _short(name: str) -> str:
    return name.encode("utf-8", "replace")[:_NAME_MAX_BYTES].decode("utf-8", "ignore")

"""Feedback to schools: for each rejected file a marked copy, in a folder of its own."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from aidledger.domain.problem import Problem
from aidledger.errors import CannotWrite, FeedbackAmongRosters
from aidledger.operations.examining import run_guarded
from aidledger.operations.files import SourceFile, shown_path
from aidledger.operations.results import FileResult
from aidledger.sheets.failures import FileRefused
from aidledger.sheets.feedback import Labels, Remark, listed_only, marked_copy, suffix_of
from aidledger.sheets.limits import Limits


@dataclass(slots=True)
class Feedback:
    """Where the copies go, and the words in which a problem is said to a school."""

    folder: Path
    imported: Sequence[Path]
    labels: Labels
    said: Callable[[Problem], tuple[str, str]]
    limits: Limits
    _written: set[Path] = field(default_factory=set)

    def prepare(self) -> None:
        """Make the folder before anything is imported; raises FeedbackAmongRosters, CannotWrite."""
        target = self.folder.resolve()
        for path in self.imported:
            if path.is_dir() and target.is_relative_to(path.resolve()):
                raise FeedbackAmongRosters(path=self.folder)
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            probe = self.folder / f".aidledger.{os.getpid()}"
            os.close(os.open(probe, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            probe.unlink()
        except OSError as error:
            raise CannotWrite(path=self.folder, reason=error.strerror or "") from error

    def write(self, source: SourceFile, result: FileResult) -> Path:
        """Write the marked copy of a rejected file, for its owner's eyes; raises CannotWrite."""
        remarks = [
            Remark(problem.severity.value, problem.code, problem.place, *self.said(problem))
            for problem in result.problems
        ]
        header_rows = {one.sheet: one.header_row for one in result.rosters}
        header_rows |= {one.sheet: one.header_row for one in result.lists}
        name = shown_path(Path(source.path.name))
        try:
            content: bytes = run_guarded(
                *(marked_copy, source.content, remarks, header_rows, self.labels, name, self.limits), limits=self.limits
            )
        except FileRefused:
            content = listed_only(remarks, self.labels, name)
        target = self._target(source)
        unfinished = target.with_name(f".{target.name}.{os.getpid()}.part")
        try:
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with os.fdopen(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
                file.write(content)
            unfinished.replace(target)
        except OSError as error:
            with contextlib.suppress(OSError):
                unfinished.unlink()
            raise CannotWrite(path=target, reason=error.strerror or "") from error
        return target

    def _target(self, source: SourceFile) -> Path:
        """The copy's place: the same sub-folder and name, numbered where two files would share it."""
        below = next(
            (source.path.relative_to(path) for path in self.imported if path.is_dir() and path in source.path.parents),
            Path(source.path.name),
        )
        wanted = self.folder / shown_path(below.parent) / f"{shown_path(Path(below.stem))}{suffix_of(source.content)}"
        target, number = wanted, 2
        while target in self._written or target.resolve() == source.path.resolve():
            target, number = wanted.with_name(f"{wanted.stem} ({number}){wanted.suffix}"), number + 1
        self._written.add(target)
        return target

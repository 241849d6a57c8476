"""The exception for files that cannot be read."""

from __future__ import annotations

from collections.abc import Mapping

from aidledger.domain.problem import Problem


class FileRefused(Exception):
    """The file cannot be read as a spreadsheet; carries the problem to report. Picklable, unlike its default form."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts: Mapping[str, object] = facts

    @property
    def problem(self) -> Problem:
        """The problem, located at the whole file."""
        return Problem(self.code, facts=self.facts)

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuilt, (self.code, dict(self.facts))


def _rebuilt(code: str, facts: dict[str, object]) -> FileRefused:
    return FileRefused(code, **facts)

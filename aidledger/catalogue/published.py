"""The published reports that are shipped: read from schemas/ when somebody asks for one.

Their totals are what the ledger is held to, so they stand in no code, not even in compiled.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from aidledger.domain.published import PublishedReport


@cache
def _reports() -> Mapping[str, PublishedReport]:
    from aidledger.catalogue.loading import load  # noqa: PLC0415 - a YAML parser and pydantic, only where needed

    return load().reports


class ShippedReports(Mapping[str, PublishedReport]):
    """By their codes."""

    def __getitem__(self, code: str) -> PublishedReport:
        return _reports()[code]

    def __iter__(self) -> Iterator[str]:
        return iter(_reports())

    def __len__(self) -> int:
        return len(_reports())

    def __repr__(self) -> str:
        return repr(_reports())

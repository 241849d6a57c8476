"""The shipped published reports, loaded from schemas/ on first access.

The ledger is checked against their totals, so these appear in no code, not even in compiled.py.
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
    """The shipped reports by code."""

    def __getitem__(self, code: str) -> PublishedReport:
        return _reports()[code]

    def __iter__(self) -> Iterator[str]:
        return iter(_reports())

    def __len__(self) -> int:
        return len(_reports())

    def __repr__(self) -> str:
        return repr(_reports())

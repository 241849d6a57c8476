"""Which allotted money was used: payments are not tied to documents, so they are put down to them by rule."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

_NUMBER = re.compile(r"([0-9]+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Fund:
    """Money in 分 out of one source by one document, and how much of it was used.

    ``document`` None: money used for which no document allots any.
    """

    document: str | None
    issued_on: str | None
    source: str | None
    allotted_fen: int
    used_fen: int = 0

    @property
    def left_fen(self) -> int:
        """What is left in 分; negative where more was used than allotted."""
        return self.allotted_fen - self.used_fen


def attributed(funds: Iterable[Fund], used_fen: int) -> list[Fund]:
    """The funds of one program and period, with the money used (分) put down to them.

    Documents are used up in the order of their date (those without one last), then of their number: first in, first
    out. Within a document the sources share in proportion. What exceeds all of them stands on the last document. The
    parts add up to ``used_fen`` exactly; where no document allots anything, all of it stands on a fund of none.
    """
    documents = _by_document(funds)
    if not documents:
        return [Fund(None, None, None, 0, used_fen)] if used_fen else []
    found = []
    left = used_fen
    for at, parts in enumerate(documents):
        allotted = sum(fund.allotted_fen for fund in parts)
        last = at == len(documents) - 1
        used = left if last else min(left, max(allotted, 0))
        left -= used
        shares = proportional(used, [fund.allotted_fen for fund in parts])
        found += [replace(fund, used_fen=share) for fund, share in zip(parts, shares, strict=True)]
    return found


def proportional(amount_fen: int, weights: Sequence[int]) -> list[int]:
    """An amount (分, not negative) shared out by weights, in whole 分, by the largest remainder.

    The shares add up to the amount, and none exceeds its weight unless the amount exceeds all of them. Weights below
    nothing count as nothing; where all do, the first takes the whole.
    """
    weighed = [max(weight, 0) for weight in weights]
    total = sum(weighed)
    if total == 0:
        return [amount_fen, *(0 for _ in weighed[1:])]
    shares = [amount_fen * weight // total for weight in weighed]
    by_remainder = sorted(range(len(weighed)), key=lambda at: (-(amount_fen * weighed[at] % total), at))
    for at in by_remainder[: amount_fen - sum(shares)]:
        shares[at] += 1
    return shares


def _by_document(funds: Iterable[Fund]) -> list[list[Fund]]:
    """The funds of each document, documents in the order in which they are used up; a source stands in each once."""
    merged: dict[tuple[str | None, str | None], Fund] = {}
    issued: dict[str | None, str] = {}
    for fund in funds:
        key = fund.document, fund.source
        before = merged.get(key)
        merged[key] = fund if before is None else replace(before, allotted_fen=before.allotted_fen + fund.allotted_fen)
        if fund.issued_on:
            issued[fund.document] = min(fund.issued_on, issued.get(fund.document, fund.issued_on))
    documents: dict[str | None, list[Fund]] = {}
    for fund in merged.values():
        documents.setdefault(fund.document, []).append(replace(fund, issued_on=issued.get(fund.document)))
    return [documents[document] for document in sorted(documents, key=lambda one: _order(one, issued))]


def _order(document: str | None, issued: Mapping[str | None, str]) -> tuple[bool, str, list[tuple[int, str]]]:
    """By date, then by number, numbers by their size: 〔2021〕9号 comes before 〔2021〕45号."""
    day = issued.get(document)
    parts = [part for part in _NUMBER.split(document or "") if part]
    number = [(int(part), "") if _NUMBER.fullmatch(part) else (-1, part) for part in parts]
    return day is None, day or "", number

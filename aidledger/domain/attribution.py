"""Attribution of payments to allotments: a payment names no document, so a rule assigns it to one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

_NUMBER = re.compile(r"([0-9]+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Fund:
    """Money (分) that one document allots from one source, and how much of it was used.

    ``document`` is None for money that was used although no document allots any.
    """

    document: str | None
    issued_on: str | None
    source: str | None
    allotted_fen: int
    used_fen: int = 0

    @property
    def left_fen(self) -> int:
        """The balance in 分; negative where more was used than allotted."""
        return self.allotted_fen - self.used_fen


def attributed(funds: Iterable[Fund], used_fen: int) -> list[Fund]:
    """The funds of one program and period, with the money used (分) attributed to them.

    First in, first out: documents are used up by date (undated ones last), then by number. The sources of a document
    share pro rata. The last document carries any excess. The parts add up to ``used_fen`` exactly; without any
    allotment, a fund without a document carries all of it.
    """
    documents = _by_document(funds)
    if not documents:
        return [Fund(None, None, None, 0, used_fen)] if used_fen else []
    result = []
    left = used_fen
    for at, parts in enumerate(documents):
        allotted = sum(fund.allotted_fen for fund in parts)
        last = at == len(documents) - 1
        used = left if last else min(left, max(allotted, 0))
        left -= used
        shares = proportional(used, [fund.allotted_fen for fund in parts])
        result += [replace(fund, used_fen=share) for fund, share in zip(parts, shares, strict=True)]
    return result


def proportional(amount_fen: int, weights: Sequence[int]) -> list[int]:
    """Apportion an amount (分, not negative) by weight, in whole 分, by the largest remainder method.

    The shares add up to the amount, and none exceeds its weight unless the amount exceeds their sum. A negative weight
    counts as 0; where no weight is positive, the first share takes all.
    """
    positive = [max(weight, 0) for weight in weights]
    total = sum(positive)
    if total == 0:
        return [amount_fen, *(0 for _ in positive[1:])]
    shares = [amount_fen * weight // total for weight in positive]
    by_remainder = sorted(range(len(positive)), key=lambda at: (-(amount_fen * positive[at] % total), at))
    for at in by_remainder[: amount_fen - sum(shares)]:
        shares[at] += 1
    return shares


def _by_document(funds: Iterable[Fund]) -> list[list[Fund]]:
    """The funds of each document, one per source, documents in the order in which they are used up."""
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
    return [documents[number] for number in sorted(documents, key=lambda number: _order(number, issued))]


def _order(document: str | None, issued: Mapping[str | None, str]) -> tuple[bool, str, list[tuple[int, str]]]:
    """By date, then by number; digits compare as integers: 〔2021〕9号 comes before 〔2021〕45号."""
    day = issued.get(document)
    parts = [part for part in _NUMBER.split(document or "") if part]
    number = [(int(part), "") if _NUMBER.fullmatch(part) else (-1, part) for part in parts]
    return day is None, day or "", number

"""Digests of entries, of batches over their entries, and of the chain of events over everything.

SHA-256 over a JSON array in ASCII: nothing can shift between fields, and the bytes do not depend on the version of
Python or Unicode. With an earlier head, anybody can detect any change. A writer who can replace the whole file can
rebuild an unkeyed chain (docs/guarantees.md), but not a sealed one (seals.py).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from itertools import islice
from json import JSONEncoder

# The head of an empty chain.
GENESIS = "0" * 64
# Entries encoded in one call; more only take memory.
_AT_ONCE = 500
_encode = JSONEncoder(ensure_ascii=True, check_circular=False, separators=(",", ":"), sort_keys=True).encode

# What an entry's digest covers, in this order; names instead of the ids of rows that could be exchanged. Not derived
# from the table's columns: existing digests must not change when a column is added.
ENTRY_FIELDS = (
    "id",
    "batch_id",
    "roster_id",
    "row",
    "program",
    "period",
    "document_type",
    "number",
    "name",
    "school",
    "occurrence",
    "amount_fen",
    "name_stated",
    "account",
    "level",
    "boarding",
    "grade",
    "class_name",
    "tier",
    "category",
    "entry_year",
    "reversal_of",
    "guardian",
    "part",
    "student_number",
    "major",
)


def entry_digest(fields: Iterable[object]) -> bytes:
    """The digest of an entry's fields in the order of ENTRY_FIELDS, or a list's record's in that of RECORD_FIELDS."""
    return hashlib.sha256(_encode(list(fields)).encode("ascii")).digest()


def entry_digests(entries: Iterable[tuple[object, ...]]) -> list[bytes]:
    """The digests of many entries, in two thirds of the time: JSON of some is made at once, and cut between them."""
    rest = iter(entries)
    digests: list[bytes] = []
    while some := list(islice(rest, _AT_ONCE)):
        texts = _encode(some)[2:-2].split("],[")
        if len(texts) != len(some):  # a field has in it what stands between two entries
            texts = [_encode(fields)[1:-1] for fields in some]
        digests += (hashlib.sha256(f"[{text}]".encode("ascii")).digest() for text in texts)
    return digests


def batch_digest(head: Mapping[str, object], rosters: Iterable[Mapping[str, object]], entries: Iterable[bytes]) -> str:
    """The digest of a batch: its own columns, its rosters and lists, and the digests of its entries in order."""
    digest = hashlib.sha256(_encode([dict(head), [dict(roster) for roster in rosters]]).encode("ascii"))
    for entry in entries:
        digest.update(entry)
    return digest.hexdigest()


def event_digest(before: str, fields: Iterable[object]) -> str:
    """The digest of the chain's next event: over the head before it and its own fields."""
    return hashlib.sha256(_encode([before, *fields]).encode("ascii")).hexdigest()


def keyed_digest(key: bytes, fields: Iterable[object]) -> str:
    """The HMAC of fields: only holders of the key can make or check it."""
    return hmac.new(key, _encode(list(fields)).encode("ascii"), hashlib.sha256).hexdigest()


def digest_of(rows: Iterable[tuple[object, ...]]) -> str:
    """The digest of rows in order."""
    return hashlib.sha256(_encode(list(rows)).encode("ascii")).hexdigest()


def digest_of_run(rows: Iterable[tuple[object, ...]]) -> str:
    """The digest of rows in order, computed without holding them all in memory."""
    digest, remaining = hashlib.sha256(), iter(rows)
    while chunk := list(islice(remaining, _AT_ONCE)):
        digest.update(f"{_encode(chunk)[1:-1]},".encode("ascii"))
    return digest.hexdigest()


def facts_text(facts: Mapping[str, object]) -> str:
    """An event's facts as stored and covered by its digest."""
    return _encode(dict(facts))

"""What an export added to a lake, as text and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aidledger.domain.money import grouped_yuan, yuan_text
from aidledger.i18n import N_, Translate
from aidledger.presentation.result import Result

if TYPE_CHECKING:
    from aidledger.lake.manifest import Manifest

_SHOWINGS = (N_("digest"), N_("masked"), N_("full"))


def exported_result(done: Manifest | None, district: str, translate: Translate) -> Result:
    """``export parquet``."""
    return Result(lambda: _shape(done, district), text=lambda: _text(done, district, translate))


def _text(done: Manifest | None, district: str, translate: Translate) -> str:
    """A sentence or two."""
    if done is None:
        return translate(N_("{district}: nothing was posted since the last export.")).format(district=district)
    span = N_("{district}, export {part}: batches {first} to {last}; {person_times} person-times, {amount} yuan net")
    lines = (
        span if done.batches[1] else N_("{district}, export {part}: no batches yet"),
        N_("{rows} rows in {files} files, {size} MB; people: {people}"),
        N_("Head: {head}"),
    )
    facts = {
        **_shape(done, district),
        "first": done.batches[0],
        "last": done.batches[1],
        "person_times": f"{done.person_times:,}",
        "amount": grouped_yuan(done.amount_fen),
        "rows": f"{sum(file.rows for file in done.files):,}",
        "files": len(done.files),
        "size": f"{sum(file.size_bytes for file in done.files) / 1e6:.1f}",
        "people": translate(done.people),
    }
    return "\n".join(translate(line).format(**facts) for line in lines)


def _shape(done: Manifest | None, district: str) -> dict[str, Any]:
    """``export parquet``: ``part`` is null if there was nothing new."""
    if done is None:
        return {"district": district, "part": None}
    return {
        "district": done.district,
        "part": done.part,
        "batches": list(done.batches),
        "person_times": done.person_times,
        "amount": yuan_text(done.amount_fen),
        "people": done.people,
        "rows": sum(file.rows for file in done.files),
        "files": [file.path for file in done.files],
        "head": done.head,
    }

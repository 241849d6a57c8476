"""Parsing manifests, which anybody may have written: within limits, and with every field validated.

Paths must be those that an export of the manifest's district and number writes: none leads out of the lake or is a
pattern.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import from_json

from aidledger.errors import LakeDamaged, LakeOfAnotherFormat
from aidledger.lake.layout import DISTRICT, FORMAT, SHAPES
from aidledger.lake.manifest import File, Manifest

SIZE_MAX_BYTES = 16 * 2**20
_FILES_MAX, _WORDS_MAX = 100_000, 1_000
_Count = Annotated[int, Field(ge=0, le=2**63 - 1)]
_Amount = Annotated[int, Field(ge=-(2**63), le=2**63 - 1)]
_Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
_Code = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,100}$")]
_Words = Annotated[str, Field(max_length=_WORDS_MAX)]


class _File(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    table: str
    path: _Words
    rows: _Count
    size_bytes: _Count
    sha256: _Digest


class _Whole(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    format: int
    district: Annotated[str, Field(pattern=rf"^{DISTRICT.pattern}$")]
    part: Annotated[int, Field(ge=1, le=999_999)]
    head: _Digest
    made_at: _Words
    made_by: _Words
    people: Literal["digest", "masked", "full"]
    key: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
    catalogue: _Words
    batches: tuple[_Count, _Count]
    last: dict[str, _Count]
    person_times: _Amount
    amount_fen: _Amount
    files: Annotated[list[_File], Field(max_length=_FILES_MAX)]
    schools: tuple[tuple[_Count, _Count], ...] = ()
    schools_under: tuple[tuple[_Count, _Count, tuple[_Code, ...]], ...] = ()
    school_names: tuple[tuple[_Count, _Words], ...] = ()


def parsed(path: str, content: bytes) -> Manifest:
    """Parse the manifest read from a path; raises LakeDamaged, LakeOfAnotherFormat."""
    try:
        if len(content) > SIZE_MAX_BYTES:
            raise LakeDamaged(path=path)
        facts = from_json(content)  # limits nesting to 200 levels
        found = facts.get("format") if isinstance(facts, dict) else None
        if isinstance(found, int) and not isinstance(found, bool) and found != FORMAT:
            raise LakeOfAnotherFormat(path=path, found=found, wanted=FORMAT)
        whole = _Whole.model_validate_json(content)
    except (ValueError, ValidationError) as error:
        raise LakeDamaged(path=path) from error
    read = whole.model_dump(exclude={"format", "files"})
    manifest = Manifest(**read, files=[File(**file.model_dump()) for file in whole.files])
    if not path.replace("\\", "/").endswith(manifest.path) or not _is_sound(manifest):
        raise LakeDamaged(path=path)
    return manifest


def _is_sound(manifest: Manifest) -> bool:
    paths = [file.path for file in manifest.files]
    return (
        manifest.last.keys() == SHAPES.keys()
        and len(set(paths)) == len(paths)
        and all(file.table in SHAPES and _names(file, manifest) for file in manifest.files)
    )


def _names(file: File, manifest: Manifest) -> bool:
    """Whether a file's path is one that this export would write for its table."""
    period = "(?:period=[0-9a-z-]{4,40}/)?" if SHAPES[file.table].by_period else ""
    name = rf"{file.table}/{period}district={manifest.district}/{manifest.part:06d}-[0-9a-f]{{12}}\.parquet"
    return re.fullmatch(name, file.path, re.ASCII) is not None

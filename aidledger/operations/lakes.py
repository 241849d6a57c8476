"""Exporting a ledger's share to a lake, and auditing a lake."""

from __future__ import annotations

import importlib
import re
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from aidledger.audit.rule import Rule
from aidledger.audit.rules import ACROSS, RULES, rule
from aidledger.audit.running import Audit
from aidledger.catalogue.catalogue import Catalogue
from aidledger.errors import CannotWrite, FullReasonMissing, LakeEngineMissing, MemoryUnreadable, UnknownDistrict
from aidledger.lake.layout import DISTRICT
from aidledger.lake.pseudonyms import Pseudonyms, Showing, make_key, read_key
from aidledger.operations.auditing import naming
from aidledger.operations.views import Reveal, Viewed, record_reveal
from aidledger.store.ledger import Ledger

if TYPE_CHECKING:
    from aidledger.lake.manifest import Manifest
    from aidledger.lake.query import Engine
    from aidledger.lake.reading import Lake

EngineName = Literal["duckdb", "spark", "sail"]
_MEMORY = re.compile(r"[1-9][0-9]*[MG]B", re.ASCII)


def new_key(path: Path) -> None:
    """A key for pseudonyms in a new file; raises FileExists, CannotWrite."""
    make_key(path)


def export(
    ledger: Ledger,
    catalogue: Catalogue,
    lake: Path,
    district: str,
    key: Path,
    showing: Showing,
    reveal: Reveal | None,
) -> Manifest | None:
    """Add to a lake what it lacks of the ledger; None if there is nothing new.

    A full export of people is first logged in the ledger. Raises UnknownDistrict, LakeKeyUnusable,
    LakeKeyOpen, LakeOfAnother, LakeRaced, LakeDamaged, LakeEngineMissing, FullReasonMissing, CannotWrite.
    """
    _require("pyarrow", "lake")
    from aidledger.lake import writing  # noqa: PLC0415 - an extra

    if not DISTRICT.fullmatch(district):
        raise UnknownDistrict(code=district)
    pseudonyms = Pseudonyms(read_key(key), showing)
    if showing == "full":
        if reveal is None:
            raise FullReasonMissing
        with ledger.writing("reveal") as books:
            record_reveal(books, ledger, reveal, f"export parquet {district}")
    try:
        with ledger.reading("copy") as books:
            return writing.export(books, lake, district, pseudonyms, catalogue.digest, ledger.moment(), ledger.actor)
    except OSError as error:
        raise CannotWrite(path=error.filename or lake, reason=error.strerror or "") from error


@dataclass(frozen=True, slots=True)
class LakeAsked:
    """What to audit: a lake, or districts or a school of it; by which engine, in how much memory."""

    place: str
    engine: EngineName
    memory: str
    districts: Sequence[str] = ()
    school: str | None = None


def audit(
    request: LakeAsked,
    catalogue: Catalogue,
    today: date,
    codes: Sequence[str] = (),
    program: str | None = None,
    period: str | None = None,
) -> Viewed[Audit]:
    """Run all rules or some, over a lake or districts of it; ``today`` decides which terms have ended.

    Raises UnknownRule, UnknownProgram, UnknownDistrict, UnknownLakeSchool, MemoryUnreadable, LakeEngineMissing,
    LakeEngineFailed, LakeMissing, LakeDamaged, LakeMixed, LakeCollision.
    """
    rules: Sequence[Rule] = [rule(code) for code in codes] or (*RULES, *ACROSS)
    code = None if program is None else catalogue.program(program).code
    if not _MEMORY.fullmatch(request.memory):
        raise MemoryUnreadable(text=request.memory)
    for package in ("pyarrow", "sqlglot", "duckdb"):
        _require(package, "lake")
    from aidledger.lake import auditing, query, reading, schools  # noqa: PLC0415 - an extra

    lake = reading.open_lake(request.place, request.districts)
    catalogue = _as_exported(catalogue, lake)
    with _engine(request.engine, lake, request.memory) as running:
        school = catalogue.school(request.school)
        named = schools.schools_named(query.Tables(running), school) if school else None
        found = auditing.audit(lake, running, catalogue, today, rules, code, period)
    # Pseudonyms need no masking.
    return Viewed(found if named is None else naming(found, named), None, revealed=lake.people != "full")


def _as_exported(catalogue: Catalogue, lake: Lake) -> Catalogue:
    """The catalogue with the standards of the region that all districts of a lake have; as it is where they differ."""
    used = {exports[-1].catalogue for exports in lake.districts.values()}
    regions = [code for code, region in catalogue.regions.items() if used == {region.digest}]
    return catalogue.of_region(regions[0]) if regions else catalogue


def _engine(name: EngineName, lake: Lake, memory: str) -> AbstractContextManager[Engine]:
    if name == "spark":
        for package in ("pyspark", "py4j"):  # Sail's client has a module pyspark, too
            _require(package, "spark")
        from aidledger.lake.cluster import cluster  # noqa: PLC0415

        return cluster(lake, memory)
    if name == "sail":
        for package in ("pyspark", "pysail"):
            _require(package, "sail")
        from aidledger.lake.sail import sail  # noqa: PLC0415

        return sail(lake, memory)
    from aidledger.lake.embedded import embedded  # noqa: PLC0415

    return embedded(lake, memory)


def _require(package: str, extra: str) -> None:
    try:
        importlib.import_module(package)
    except ImportError as error:
        raise LakeEngineMissing(package=package, extra=extra) from error

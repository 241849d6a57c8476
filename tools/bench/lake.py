"""A made-up province as a lake: the demo district with its faults, as often as there are districts, written directly.

Every district has people, cards and schools of its own, but for some children who are on the lists of two neighbouring
districts, and some cards on which both of them pay. ``python -m tools.bench.lake LAKE OUT --districts 180`` takes
a lake into which the demo district was exported with people as digests.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import duckdb
from pyarrow import parquet

from aidledger.lake.layout import SHAPES, file_column
from aidledger.lake.manifest import File, Manifest
from aidledger.lake.reading import open_lake

# Of so many thousand people one is paid in two districts, and one's card is used in both.
_SHARED = 2_000
_FIRST = 510001
# The district whose people somebody is one of: the shared ones of every second district are those of the one before.
_OF = "CASE WHEN hash({key}) % {shared} = {rest} THEN d - (d % 2) ELSE d END"


def province(source: Path, target: Path, districts: int, percent: int) -> int:
    """Write a lake of so many districts, each with some percent of the source's people; how many entries it holds."""
    lake = open_lake(str(source))
    (origin,) = (exports[0] for exports in lake.districts.values())
    files = lake.files()
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE districts AS SELECT range AS d FROM range(?)", [districts])
        for table in SHAPES:
            if files[table]:
                paths = ", ".join(f"'{source}/{path}'" for path in files[table])
                connection.execute(
                    f"CREATE VIEW raw_{table} AS SELECT * EXCLUDE (district) FROM read_parquet([{paths}], "  # noqa: S608
                    "hive_partitioning = true, hive_types_autocast = false)"
                )
                _copy(connection, table, target, percent)
    _describe(target, origin)
    return sum(parquet.read_metadata(path).num_rows for path in target.glob("entry/**/*.parquet"))


def _copy(connection: duckdb.DuckDBPyConnection, table: str, target: Path, percent: int) -> None:
    shape = SHAPES[table]
    columns = []
    for name, made in shape.columns.items():
        column = file_column(table, name)
        columns.append(f"{_other(column, made, table)} AS {_quoted(column)}")
    kept = f"WHERE hash(raw.person) % 100 < {percent}" if "person" in shape.columns.values() else ""
    if table == "bank_return":
        of_kept = f"SELECT id FROM raw_entry WHERE hash(person) % 100 < {percent}"  # noqa: S608
        kept = f"WHERE raw.entry_id IS NULL OR raw.entry_id IN ({of_kept})"
    partitions = "period, district" if shape.by_period else "district"
    (target / table).mkdir(parents=True)
    query = f"SELECT {', '.join(columns)}, CAST({_FIRST} + d AS VARCHAR) AS district FROM districts, raw_{table} AS raw"  # noqa: S608
    options = f"FORMAT parquet, COMPRESSION zstd, PARTITION_BY ({partitions})"
    connection.execute(f"COPY ({query} {kept} ORDER BY {partitions}) TO '{target / table}' ({options})")


def _other(column: str, made: str, table: str) -> str:
    """A column as another district has it."""
    raw = f"raw.{_quoted(column)}"
    if made == "person":
        return f"CAST(hash({raw}, {_OF.format(key=raw, shared=_SHARED, rest=1)}) >> 1 AS BIGINT)"
    if made == "number":
        key = "raw.person" if table != "bank_return" else raw
        return f"md5({raw} || {_OF.format(key=key, shared=_SHARED, rest=1)})"
    if made == "card":
        return f"md5({raw} || {_OF.format(key=raw, shared=_SHARED, rest=2)})"
    return f"{raw} || d" if table == "school" and column == "name" else raw


def _quoted(column: str) -> str:
    return f'"{column}"'


def _describe(target: Path, origin: Manifest) -> None:
    """Name the files as an export names them, and write the manifests."""
    found: dict[str, list[File]] = defaultdict(list)
    for path in sorted(target.glob("**/*.parquet")):
        below = path.relative_to(target)
        rows = parquet.read_metadata(path).num_rows
        content = path.read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        named = below.with_name(f"{origin.part:06d}-{digest[:12]}.parquet")
        path.rename(target / named)
        file = File(named.parts[0], named.as_posix(), rows, len(content), digest)
        found[named.parent.name.removeprefix("district=")].append(file)
    for district, files in found.items():
        manifest = replace(origin, district=district, files=files)
        path = target / manifest.path
        path.parent.mkdir(parents=True)
        path.write_text(manifest.text(), encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--districts", type=int, default=180)
    parser.add_argument("--percent", type=int, default=44)
    asked = parser.parse_args()
    print(json.dumps({"entries": province(asked.source, asked.target, asked.districts, asked.percent)}))

"""The ledger's tables from a lake's files: ids made unique across districts, people merged across districts.

In DuckDB's dialect, translated for other engines. The tables read from the files are called ``raw_…``; they have the
columns of layout.py, ``district`` and ``period``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Date, Integer

from aidledger.audit.across import IDS_PER_DISTRICT
from aidledger.lake.layout import OF_PEOPLE, SHAPES, columns_read, file_column
from aidledger.store.model.models import Entry

if TYPE_CHECKING:
    from aidledger.lake.manifest import Manifest

# The models', because only they know the foreign keys.
_TABLES = Entry.metadata.tables
_BASE = f"CAST(raw.district AS BIGINT) * {IDS_PER_DISTRICT}"
# The column with the stated name, by table.
_STATED = dict.fromkeys(OF_PEOPLE, "name_stated")
# The name in the first district stands for the name first recorded.
_PEOPLE = """
SELECT person AS id, document_type, number, name, birth_date, sex, student_number
FROM raw_beneficiary WHERE person NOT IN (SELECT person FROM several)
UNION ALL
SELECT person AS id, MIN(document_type) AS document_type, MIN(number) AS number, MIN_BY(name, district) AS name,
  MAX(birth_date) AS birth_date, MAX(sex) AS sex, MAX(student_number) AS student_number
FROM raw_beneficiary WHERE person IN (SELECT person FROM several) GROUP BY person
"""
# The few people in several districts' ledgers: only they can have two names or two documents.
_SEVERAL = "SELECT person FROM raw_beneficiary GROUP BY person HAVING COUNT(*) > 1"
_RENAMED = """
SELECT DISTINCT raw.person AS id, raw.district, raw.name
FROM raw_beneficiary AS raw JOIN beneficiary AS known ON known.id = raw.person
WHERE raw.person IN (SELECT person FROM several) AND raw.name <> known.name
"""
# Numbers that stand for two people: possible, because they are shorter than the digest.
COLLISIONS = "SELECT person FROM collision"
# Several districts may have a 第一小学, and rules identify schools by name.
_SCHOOLS = """
SELECT {base} + raw.id AS id,
  CASE WHEN COUNT(*) OVER (PARTITION BY raw.name) > 1 THEN raw.name || ' (' || raw.district || ')' ELSE raw.name END
  AS name
FROM (SELECT raw.district, raw.id, {name} AS name FROM raw_school AS raw) AS raw
"""
# Every name that a school was posted under, with the school that it counts as.
_SCHOOL_NAMES = "SELECT {base} + {survivor} AS id, raw.name AS name FROM raw_school AS raw"
# Programs are numbered in the order of their lowest id in any ledger, and identified by code.
_PROGRAMS = """
SELECT ROW_NUMBER() OVER (ORDER BY MIN(id), code) AS id, code, MIN(name_zh) AS name_zh, MIN(name_en) AS name_en,
  MIN(stage) AS stage, MIN(nature) AS nature, MIN(unit) AS unit, MIN(cadence) AS cadence
FROM raw_program GROUP BY code
"""
_COLLISIONS = """
SELECT person FROM raw_beneficiary WHERE person IN (SELECT person FROM several)
GROUP BY person HAVING COUNT(DISTINCT number) > 1 OR COUNT(DISTINCT document_type) > 1
"""


def definitions(districts: Mapping[str, Manifest]) -> Iterator[tuple[str, str]]:
    """Each table with its select, which may use the tables before it; ``districts``: the last export of each.

    Schools that were renamed or merged are one, as in the ledger (store.master.survivors): files are never written
    again, so those of before the merger are read so.
    """
    yield "program", _PROGRAMS
    yield "school", _SCHOOLS.format(base=_BASE, name=_chosen(_names(districts), "raw.name"))
    survivor = _chosen(_survivors(districts, "raw.id", of_program=False), "raw.id")
    yield "school_name", _SCHOOL_NAMES.format(base=_BASE, survivor=survivor)
    yield "several", _SEVERAL
    yield "beneficiary", _PEOPLE
    yield "renamed", _RENAMED
    yield "collision", _COLLISIONS
    for name in SHAPES:
        if name not in {"program", "school", "beneficiary"}:
            yield name, _table(name, districts)


def _names(districts: Mapping[str, Manifest]) -> Iterator[tuple[str, str]]:
    """What schools are called now, by the condition that it is one of them."""
    for code, export in districts.items():
        for school, name in export.school_names:
            yield f"raw.district = '{code}' AND raw.id = {school}", _quoted(name)


def _survivors(districts: Mapping[str, Manifest], column: str, *, of_program: bool) -> Iterator[tuple[str, str]]:
    """The schools that stand for others, by the condition that it is one of those."""
    for code, export in districts.items():
        for school, into, programs in export.schools_under if of_program else ():
            under = ", ".join(map(_quoted, programs))
            yield f"raw.district = '{code}' AND {column} = {school} AND raw.program IN ({under})", str(into)
        for school, into in export.schools:
            yield f"raw.district = '{code}' AND {column} = {school}", str(into)


def _chosen(instead: Iterator[tuple[str, str]], otherwise: str) -> str:
    whens = " ".join(f"WHEN {condition} THEN {value}" for condition, value in instead)
    return f"CASE {whens} ELSE {otherwise} END" if whens else otherwise


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _table(name: str, districts: Mapping[str, Manifest]) -> str:
    columns = [_column(name, column, districts) for column in columns_read(name)]
    joins = ""
    if "program" in SHAPES[name].columns.values():
        joins += " JOIN program ON program.code = raw.program"
    if "occurrence" in SHAPES[name].columns:
        joins += " LEFT JOIN several ON several.person = raw.person"
    if name in _STATED:
        joins += " LEFT JOIN renamed ON renamed.id = raw.person AND renamed.district = raw.district"
    return f"SELECT {', '.join(columns)} FROM raw_{name} AS raw{joins}"  # noqa: S608 - names of ours


def _column(table: str, column: str, districts: Mapping[str, Manifest]) -> str:
    made, first = SHAPES[table].columns[column], min(districts)
    quoted = f'raw."{file_column(table, column)}"'
    if column == "school_id":
        of_program = "program" in SHAPES[table].columns.values()
        quoted = _chosen(_survivors(districts, quoted, of_program=of_program), quoted)
    if made == "program":
        return "program.id AS program_id"
    if column == _STATED.get(table):
        return f"COALESCE({quoted}, renamed.name) AS {column}"
    if column == "occurrence":
        # For people in several districts, make the occurrences of later districts follow those of earlier ones;
        # reversals stay negative.
        later = f"CASE WHEN {quoted} < 0 THEN {quoted} - {_BASE} ELSE {quoted} + {_BASE} END"
        here = f"raw.district = '{first}' OR several.person IS NULL"
        return f"CASE WHEN {here} THEN {quoted} ELSE {later} END AS occurrence"
    refers = column == "id" or column in {"reverses", "supersedes", "first_entry"} or _is_foreign_key(table, column)
    return f'{_BASE} + {quoted} AS "{column}"' if refers and made == "plain" else f'{quoted} AS "{column}"'


def _is_foreign_key(table: str, column: str) -> bool:
    return bool(_TABLES[table].c[column].foreign_keys)


def empty(table: str) -> str:
    """A select with a raw table's columns and no rows."""
    columns = [
        f'CAST(NULL AS {type_of(table, column)}) AS "{file_column(table, column)}"' for column in SHAPES[table].columns
    ]
    return f"SELECT {', '.join(columns)}, CAST(NULL AS VARCHAR) AS district WHERE 1 = 0"


def type_of(table: str, column: str) -> str:
    """The type of a column of a table's files."""
    kind = _TABLES[table].c[column].type
    if SHAPES[table].columns[column] == "program":
        return "VARCHAR"
    return "BIGINT" if isinstance(kind, (BigInteger, Integer)) else "DATE" if isinstance(kind, Date) else "VARCHAR"

"""What is compiled says the same as what it is compiled from."""

from __future__ import annotations

from pathlib import Path
from shutil import copytree

import pytest
from sqlalchemy import Table
from sqlalchemy.engine import make_url

from aidledger.catalogue import compiled, opening
from aidledger.catalogue.files import files_digest, shipped_folder
from aidledger.catalogue.loading import load
from aidledger.errors import CatalogueError
from aidledger.store.model import tables
from tools.compiled import schema
from tools.compiled.tables import tables as of_models

pytestmark = pytest.mark.sqlite_only

HOW = "run `make compiled`"
DIALECTS = [make_url(url).get_dialect()() for url in ("sqlite://", "postgresql+psycopg://")]


def _described(table: Table) -> tuple[object, ...]:
    columns = [(column.name, column.nullable, column.primary_key, column.autoincrement) for column in table.columns]
    types = [[column.type.compile(dialect) for dialect in DIALECTS] for column in table.columns]
    return table.name, columns, types


def test_statements_are_made_of_the_tables_of_the_models() -> None:
    written = {name: table for name, table in vars(tables).items() if isinstance(table, Table)}
    assert {name: _described(table) for name, table in written.items()} == {
        name: _described(table) for name, table in of_models().items()
    }, HOW


def test_the_compiled_catalogue_is_what_the_files_say() -> None:
    assert repr(compiled.CATALOGUE) == repr(load()), HOW  # repr: the order of words counts, too
    assert files_digest(shipped_folder()) == compiled.FILES_DIGEST, HOW


@pytest.fixture
def schemas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The shipped files somewhere where they may be changed."""
    folder = tmp_path / "schemas"
    copytree(shipped_folder(), folder)
    for module in ("opening", "loading"):
        monkeypatch.setattr(f"aidledger.catalogue.{module}.shipped_folder", lambda: folder)
    return folder


def test_the_shipped_files_are_not_read_again(schemas: Path) -> None:
    assert opening.open_catalogue() is compiled.CATALOGUE


def test_ends_of_lines_do_not_count(schemas: Path) -> None:
    office = schemas / "office.yaml"
    office.write_bytes(office.read_bytes().replace(b"\n", b"\r\n"))
    assert opening.open_catalogue() is compiled.CATALOGUE


@pytest.mark.parametrize("what", ["changed", "added", "removed", "renamed"])
def test_shipped_files_that_are_others_than_those_compiled_are_read(schemas: Path, what: str) -> None:
    report = schemas / "reports" / "gaoping-2021-2022h1.yaml"
    if what == "changed":
        report.write_text(report.read_text(encoding="utf-8").replace("高坪区", "金溪区"), encoding="utf-8")
    elif what == "added":
        text = report.read_text(encoding="utf-8").replace("gaoping-2021-2022h1", "jinxi")
        report.with_name("jinxi.yaml").write_text(text, encoding="utf-8")
    elif what == "removed":
        report.unlink()
    else:
        report.rename(report.with_name("other.yaml"))
    catalogue = opening.open_catalogue()
    assert catalogue is not compiled.CATALOGUE
    assert catalogue.reports == load().reports


def test_a_slip_in_a_shipped_file_is_refused(schemas: Path) -> None:
    (schemas / "office.yaml").write_text("colour: red\n", encoding="utf-8")
    with pytest.raises(CatalogueError):
        opening.open_catalogue()


def test_an_office_with_files_of_its_own_has_all_of_them_read(tmp_path: Path) -> None:
    (tmp_path / "office.yaml").write_text("district: 金溪区\n", encoding="utf-8")
    assert opening.open_catalogue(tmp_path).district == "金溪区"


def test_the_schema_that_verify_asks_for_is_what_the_migrations_make() -> None:
    assert schema.text() == schema.PATH.read_text(encoding="utf-8"), HOW

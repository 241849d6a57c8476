"""A lake is a folder that others write to: a manifest is held to what an export writes, and leads nowhere else."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aidledger.lake.manifest_text import SIZE_MAX_BYTES
from tests.cli.harness import aidledger
from tests.lake.lakes import DISTRICT, exported, grant, ledger_of

pytestmark = [pytest.mark.sqlite_only, pytest.mark.plain_only]


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lake")
    return exported(ledger_of(folder, "one", grant("abc")), folder)


@pytest.fixture
def copied(lake: Path, tmp_path: Path) -> Path:
    """A lake to spoil, with its ledger and key beside it."""
    shutil.copytree(lake.parent, tmp_path / "copy")
    (tmp_path / "copy" / "key").chmod(0o600)
    return tmp_path / "copy" / "lake"


def _manifest(lake: Path) -> Path:
    return lake / "_manifests" / DISTRICT / "000001.json"


def _refused(lake: Path) -> None:
    """By the audit, and by an export that would add to it: with a message that names the file."""
    ledger = lake.parent / "one.db"
    for command in (
        ("audit", "--lake", lake, "--rule", "duplicate-disbursement"),
        ("export", "parquet", lake, "--district", DISTRICT, "--key", lake.parent / "key"),
    ):
        ran = aidledger(*command, ledger=ledger)
        assert (ran.exit_code, ran.stdout) == (3, ""), ran
        assert "is missing from the lake, truncated, or not what its manifest says" in ran.stderr, ran


def _changed(**facts: object) -> Callable[[dict[str, Any]], object]:
    return lambda whole: whole.update(facts)


def _file(**facts: object) -> Callable[[dict[str, Any]], object]:
    return lambda whole: whole["files"][0].update(facts)


def _path(change: Callable[[str], str]) -> Callable[[dict[str, Any]], object]:
    return lambda whole: whole["files"][0].update(path=change(whole["files"][0]["path"]))


SPOILED: dict[str, Callable[[dict[str, Any]], object]] = {
    "a district that is a path": _changed(district="../../x"),
    "another district": _changed(district="511304"),
    "a district with a quote": _changed(district="51130'"),
    "another number": _changed(part=2),
    "a number that is none": _changed(part=True),
    "a number beyond all": _changed(person_times=10**30),
    "a count in words": _changed(person_times="3"),
    "a fraction": _changed(amount_fen=1.5),
    "a head that is none": _changed(head="x"),
    "a key that is none": _changed(key="../../key"),
    "people in another way": _changed(people="open"),
    "half of the batches": _changed(batches=[1]),
    "too many batches": _changed(batches=[1, 2, 3]),
    "a fact more": _changed(more=1),
    "a fact less": lambda whole: whole.pop("head"),
    "no last rows": _changed(last={}),
    "a table that is none": lambda whole: whole["last"].update(sqlite_master=1),
    "files that are none": _changed(files={"table": "entry"}),
    "a file of no table": _file(table="sqlite_master"),
    "a file less than empty": _file(rows=-1),
    "a digest that is none": _file(sha256="0" * 63),
    "a fact more of a file": _file(more="x"),
    "a file twice": lambda whole: whole["files"].append(whole["files"][0]),
    "a file of another table": lambda whole: whole["files"][0].update(table=whole["files"][-1]["table"]),
    "the way up": _path(lambda path: f"../../{path}"),
    "a way up inside": _path(lambda path: path.replace("/district", "/../x/district")),
    "a file elsewhere": _path(lambda _path: "/etc/passwd"),
    "a file elsewhere on Windows": _path(lambda _path: "C:\\Windows\\win.ini"),
    "a store elsewhere": _path(lambda _path: "s3://bucket/file.parquet"),
    "many files": _path(lambda path: path[:-12] + "*.parquet"),
    "a file with a quote": _path(lambda path: path.replace(".parquet", "').parquet")),
    "a line break at the end": _path(lambda path: f"{path}\n"),
    "Arabic digits": _path(lambda path: path.replace("0", "٠")),
    "nothing": _path(lambda _path: ""),
}


@pytest.mark.parametrize("spoil", SPOILED.values(), ids=SPOILED)
def test_a_manifest_that_no_export_writes_is_refused(copied: Path, spoil: Callable[[dict[str, Any]], object]) -> None:
    whole = json.loads(_manifest(copied).read_text(encoding="utf-8"))
    spoil(whole)
    _manifest(copied).write_text(json.dumps(whole), encoding="utf-8")
    _refused(copied)


TEXTS = {
    "nothing": b"",
    "no JSON": b"manifest",
    "a list": b"[]",
    "a text": b'"x"',
    "null": b"null",
    "half of it": b'{"format": 2, "district":',
    "not UTF-8": b'{"format": 2, "district": "\xff\xfe"}',
    "deep lists": b"[" * 200_000 + b"]" * 200_000,
    "deep facts": b'{"format": 2, "last": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}",
    "a number without end": b'{"format": ' + b"9" * 100_000 + b"}",
    "more than is read": b'{"format": 2, "made_by": "' + b"x" * SIZE_MAX_BYTES + b'"}',
}


@pytest.mark.parametrize("content", TEXTS.values(), ids=TEXTS)
def test_a_text_that_is_no_manifest_is_refused(copied: Path, content: bytes) -> None:
    _manifest(copied).write_bytes(content)
    ran = aidledger("audit", "--lake", copied, "--rule", "duplicate-disbursement")
    assert (ran.exit_code, ran.stdout) == (3, ""), ran
    assert len(ran.stderr) < 1_000


@pytest.mark.skipif(sys.platform == "win32", reason="links want a right of their own there")
def test_links_in_a_lake_are_not_followed(copied: Path, tmp_path: Path) -> None:
    entries = next(copied.glob("entry/**/*.parquet"))
    away = tmp_path / "away.parquet"
    entries.rename(away)
    entries.symlink_to(away)
    _refused_by_audit(copied)
    entries.unlink()
    away.rename(entries)

    (copied / "entry").rename(tmp_path / "entry")
    (copied / "entry").symlink_to(tmp_path / "entry")
    _refused_by_audit(copied)
    (copied / "entry").unlink()
    (tmp_path / "entry").rename(copied / "entry")

    _manifest(copied).rename(tmp_path / "manifest.json")
    _manifest(copied).symlink_to(tmp_path / "manifest.json")
    _refused(copied)
    _manifest(copied).unlink()
    os.mkfifo(_manifest(copied))
    ran = aidledger("audit", "--lake", copied)
    assert (ran.exit_code, "There is no lake at" in ran.stderr) == (3, True)


def _refused_by_audit(lake: Path) -> None:
    ran = aidledger("audit", "--lake", lake, "--rule", "duplicate-disbursement")
    assert (ran.exit_code, ran.stdout) == (3, "")


@pytest.mark.skipif(sys.platform == "win32", reason="links want a right of their own there")
def test_a_lake_that_is_called_by_a_link_is_read(copied: Path, tmp_path: Path) -> None:
    (tmp_path / "lake").symlink_to(copied)
    for place in (tmp_path / "lake", f"{tmp_path}/copy/../lake/"):
        assert aidledger("audit", "--lake", place, "--rule", "duplicate-disbursement").exit_code == 0

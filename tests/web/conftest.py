"""A ledger in which full numbers stand wherever a person can write one, with findings and an order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cli.walking import World, build
from tests.store.ledgers import new_place
from tests.web.site import visited

if TYPE_CHECKING:
    from starlette.testclient import TestClient


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes a moment on an idle machine is waited for on a busy one, too."""
    monkeypatch.setattr("aidledger.web.jobs._WAITED_SECONDS", 60.0)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The ledger, made once for a module; tests that write to it make a copy."""
    return build(tmp_path_factory.mktemp("web"))


@pytest.fixture
def place(tmp_path: Path) -> str:
    """A ledger without entries."""
    return new_place(tmp_path)


@pytest.fixture
def client(place: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[TestClient]:
    """Somebody at its page; what is kept in the user's own folder lies with the test's."""
    monkeypatch.setenv("HOME", str(tmp_path))
    with visited(place) as client:
        yield client

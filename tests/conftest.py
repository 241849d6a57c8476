"""Which engine the ledgers of this run are on: SQLite, or what ``AIDLEDGER_TEST_ENGINE`` says.

``postgresql``, or ``encrypted``: SQLite with every file encrypted.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import postgresql
from tests.store.ledgers import ENCRYPTED, ON_POSTGRESQL
from tools.torture.recording import built


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is not about ledgers on this run's engine."""
    marker = "sqlite_only" if ON_POSTGRESQL else "plain_only" if ENCRYPTED else None
    if marker:
        kept = [item for item in items if item.get_closest_marker(marker) is None]
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept


@pytest.fixture(scope="session")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is preloaded into the program to make calls to the disk fail, or locks."""
    library = built(tmp_path_factory.mktemp("shim"))
    if library is None:
        pytest.skip("there is no C compiler, or no Linux")
    return library


@pytest.fixture(autouse=True)
def _databases_end_with_the_test(request: pytest.FixtureRequest) -> Iterator[None]:
    folder: Path = request.getfixturevalue("tmp_path") if "tmp_path" in request.fixturenames else Path("/nowhere")
    yield
    postgresql.drop_of(folder)


def pytest_sessionfinish() -> None:
    postgresql.stop()

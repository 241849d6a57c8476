"""Which engine the ledgers of this run are on: SQLite, or what ``AIDLEDGER_TEST_ENGINE`` says.

``postgresql``, or ``encrypted``: SQLite with every file encrypted.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import postgresql
from tests.slow import is_slow
from tests.store.ledgers import ENCRYPTED, ON_POSTGRESQL
from tools.torture.recording import built

# They start processes, read terminals and count resources as POSIX does.
collect_ignore_glob = (
    [
        "bench/*",
        "fuzz/*",
        "torture/*",
        "cli/test_keys.py",
        "cli/test_screen.py",
        "cli/test_terminal.py",
        "web/test_serving.py",
    ]
    if sys.platform == "win32"
    else []
)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Do not even load what is left out: each worker would."""
    if config.getoption("markexpr") != "not slow" or not collection_path.is_relative_to(config.rootpath):
        return None
    return is_slow(collection_path.relative_to(config.rootpath).as_posix()) or None


@pytest.hookimpl(tryfirst=True)  # before `-m` chooses
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the slow ones, and leave out what is not about ledgers on this run's engine."""
    for item in items:
        if is_slow(item.nodeid):
            item.add_marker(pytest.mark.slow)
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

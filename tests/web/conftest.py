"""A ledger in which full numbers stand wherever a person can write one, with findings and an order."""

from __future__ import annotations

import pytest

from tests.cli.walking import World, build


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The ledger, made once for a module; tests that write to it make a copy."""
    return build(tmp_path_factory.mktemp("web"))

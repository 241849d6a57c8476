"""The demo of the page: made once, and there only when it is whole. Making the real district takes minutes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from aidledger.operations import demonstrating, ledgers
from aidledger.operations.demonstrating import demo_place, standing_demo
from tests.store.ledgers import catalogue, clock

pytestmark = [pytest.mark.sqlite_only, pytest.mark.plain_only]


class Interrupted(Exception):
    """Somebody pressed Ctrl-C."""


def test_it_is_made_once_and_appears_when_it_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, made = tmp_path / "demo" / "1", []

    def make(place: str, *asked: Any) -> None:  # noqa: ANN401 - as it is called
        rosters: Path = asked[3]
        assert not rosters.exists()
        assert not demo_place(folder).exists()
        rosters.mkdir()
        ledgers.init(place, catalogue(), "tester", clock).close()
        made.append(place)
        if len(made) == 1:
            raise Interrupted

    monkeypatch.setattr(demonstrating, "demonstrate_faults", make)

    def begin() -> Path:
        return standing_demo(folder, catalogue(), "tester", clock, None, None)  # type: ignore[arg-type]

    with pytest.raises(Interrupted):
        begin()
    assert [path.name for path in folder.iterdir()] == ["rosters"]
    assert begin() == demo_place(folder)
    assert begin() == demo_place(folder)
    assert len(made) == 2
    assert sorted(path.name for path in folder.iterdir()) == ["demo.db", "rosters"]
    assert folder.stat().st_mode & 0o077 == 0

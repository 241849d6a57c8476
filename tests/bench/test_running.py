"""A run of the benchmarks comes to its end, whatever the figures."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests import postgresql
from tools.bench import __main__ as bench
from tools.bench import imports, page
from tools.bench.rosters import Shape
from tools.bench.yardsticks.question import QUESTIONS

pytestmark = pytest.mark.sqlite_only
_TINY = bench.Plan(Shape("few files", 1_200, 2), Shape("more", 2_400, 3), 500, (1_500,), (100,), 1, 1, 1)


def test_a_run_ends_with_its_tables_on_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said = tmp_path / "performance.md"
    said.write_text("# Performance\n\n## The last run\n\nlong ago\n\n## How to read it\n\nso\n", encoding="utf-8")
    asked = ("report summary", "a new list posted and judged")
    monkeypatch.setattr(bench, "_QUICK", _TINY)
    monkeypatch.setattr(bench, "QUESTIONS", {name: QUESTIONS[name] for name in asked})
    monkeypatch.setattr(imports, "others", lambda *_: ())
    monkeypatch.setattr(postgresql, "as_in_an_office", lambda: None)
    monkeypatch.setattr(postgresql, "stop", lambda: None)
    monkeypatch.setattr(postgresql, "programs", lambda: None)
    monkeypatch.setattr(postgresql, "GIVEN", None)
    monkeypatch.setattr(sys, "argv", ["bench", "--quick", "--write", str(said)])

    bench.main()

    told = capsys.readouterr().out
    assert "failed" not in told
    for row in ("import", "floor: calamine + executemany", *asked, "duplicate-disbursement", "--help"):
        assert f"\n| {row} " in told
    whole = said.read_text(encoding="utf-8")
    assert told.strip() in whole
    assert "long ago" not in whole
    assert whole.endswith("## How to read it\n\nso\n")


def test_a_page_without_a_last_run_is_left_alone(tmp_path: Path) -> None:
    other = tmp_path / "page.md"
    other.write_text("# Another page\n", encoding="utf-8")

    with pytest.raises(ValueError, match="The last run"):
        page.put(other, "The last run", "figures")
    assert other.read_text(encoding="utf-8") == "# Another page\n"

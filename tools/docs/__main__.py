"""Write the generated documentation anew: `python -m tools.docs [--quick]`; --quick leaves the demo's outputs."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.docs import commands, problems, rules
from tools.docs.pages import DOCS
from tools.docs.tour import TOURS, settled, tour_of


def main() -> None:
    """Commands, problems, rules, and what the tours' commands say."""
    (DOCS / "commands.md").write_text(commands.page(), encoding="utf-8")
    (DOCS / "problems.md").write_text(problems.page(), encoding="utf-8")
    (DOCS / "rules.md").write_text(rules.page(), encoding="utf-8")
    for path in TOURS:
        with TemporaryDirectory() as folder:
            tour = tour_of(path, Path(folder), demo="--quick" not in sys.argv[1:])
            told = tour.told()
        if settled(told) != settled(tour.page):  # digests and times alone are no change
            path.write_text(told, encoding="utf-8")


if __name__ == "__main__":
    main()

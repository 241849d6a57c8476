"""Write the generated documentation anew: `python -m tools.docs [--quick] [PAGE…]`.

``--quick`` leaves the demo's outputs as they are; pages named (README.md, schemas.md) are the only tours that are run.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.docs import catalogue, commands, picture, problems, rules
from tools.docs.pages import DOCS
from tools.docs.tour import TOURS, settled, tour_of


def main() -> None:
    """Commands, problems, rules, what the tours' commands print, and pictures of it."""
    parser = argparse.ArgumentParser(prog="python -m tools.docs", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leaves the demo's outputs as they are")
    parser.add_argument("pages", nargs="*", metavar="PAGE", help="the only tours to run, by file name")
    asked = parser.parse_args()
    if unknown := set(asked.pages) - {path.name for path in TOURS}:
        parser.error(f"no tour: {', '.join(sorted(unknown))}")
    (DOCS / "commands.md").write_text(commands.page(), encoding="utf-8")
    (DOCS / "problems.md").write_text(problems.page(), encoding="utf-8")
    (DOCS / "catalogue.md").write_text(catalogue.page(), encoding="utf-8")
    (DOCS / "rules.md").write_text(rules.page(), encoding="utf-8")
    for path in TOURS:
        if not asked.pages or path.name in asked.pages:
            _run(path, demo=not asked.quick)
    for path, page in picture.PICTURES.items():
        path.write_text(picture.drawn(page), encoding="utf-8")


def _run(path: Path, *, demo: bool) -> None:
    with TemporaryDirectory() as folder:
        tour = tour_of(path, Path(folder), demo=demo)
        told = tour.told()
    if settled(told) != settled(tour.page):  # digests and times alone are no change
        path.write_text(told, encoding="utf-8")


if __name__ == "__main__":
    main()

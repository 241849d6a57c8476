"""``python -m aidledger``, and the console script."""

from __future__ import annotations

import gc

from aidledger.cli import stopping

# Python looks for garbage after 700 new objects. Loading makes many thousands, and none of them is garbage: to
# look took an eighth of a short command's time. An import needs no more memory for it.
NEW_OBJECTS_MAX = 200_000


def main() -> None:
    """Load the program and run it. A request to stop while it is loading is handled once messages can be printed."""
    stopping.note()
    gc.set_threshold(NEW_OBJECTS_MAX)
    from aidledger.cli.main import main as run  # noqa: PLC0415 - after the line above

    run()


if __name__ == "__main__":
    main()

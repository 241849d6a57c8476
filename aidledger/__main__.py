"""``python -m aidledger``, and the console script."""

from __future__ import annotations

from aidledger.cli import stopping


def main() -> None:
    """Load the program and run it; who asks it to stop meanwhile is answered when it can speak."""
    stopping.note()
    from aidledger.cli.main import main as run  # noqa: PLC0415 - after the line above

    run()


if __name__ == "__main__":
    main()

"""Write anew what is compiled from other files of the program: `make compiled`."""

from __future__ import annotations

from tests import postgresql
from tools.compiled import catalogue, schema, tables


def main() -> None:
    """The tables that statements are made of, the shipped catalogue, and what verify holds a schema to."""
    for module in (tables, catalogue, schema):
        module.PATH.write_text(module.text(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    try:
        main()
    finally:
        postgresql.stop()

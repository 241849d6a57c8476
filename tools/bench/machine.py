"""What the figures were measured on, as far as it says something about speed and nothing about whose it is."""

from __future__ import annotations

import os
import platform
import re
import sqlite3
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from tests import postgresql

_LIBRARIES = ("python-calamine", "openpyxl", "sqlalchemy", "sqlmodel", "psycopg", "click", "pandas")


def described() -> str:
    engines = filter(None, [f"SQLite {sqlite3.sqlite_version}", _server()])
    libraries = ", ".join([*engines, *filter(None, map(_library, _LIBRARIES))])
    return (
        f"{os.cpu_count()} cores{_model()}, {platform.system()} {platform.release().partition('-')[0]} "
        f"{platform.machine()}, {platform.python_implementation()} {platform.python_version()}; {libraries}"
    )


def load_average() -> float:
    """How many processes wanted a core in the last minute: other work on the machine shows here."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0


def _model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    return next((f" ({line.partition(':')[2].strip()})" for line in lines if line.startswith("model name")), "")


def _server() -> str | None:
    """As it calls itself; one that is elsewhere, and only named by its URL, is not asked."""
    programs = postgresql.programs()
    if programs is None or postgresql.GIVEN is not None:
        return None
    said = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=False).stdout
    version_number = re.search(r"\d[\d.]*", said)
    return f"PostgreSQL {version_number[0]}" if version_number else None


def _library(name: str) -> str | None:
    try:
        return f"{name} {version(name)}"
    except PackageNotFoundError:
        return None

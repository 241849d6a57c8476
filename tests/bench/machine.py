"""What the figures were measured on, as far as it says something about speed and nothing about whose it is."""

from __future__ import annotations

import os
import platform
import sqlite3
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_LIBRARIES = ("python-calamine", "openpyxl", "sqlalchemy", "sqlmodel", "click", "pandas")


def described() -> str:
    libraries = ", ".join([f"SQLite {sqlite3.sqlite_version}", *filter(None, map(_library, _LIBRARIES))])
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


def _library(name: str) -> str | None:
    try:
        return f"{name} {version(name)}"
    except PackageNotFoundError:
        return None

"""The files of a catalogue."""

from __future__ import annotations

import hashlib
from pathlib import Path

import aidledger

PARTS = ("programs", "layouts", "reports", "holidays")
REGIONS = "regions"


def shipped_folder() -> Path:
    """The folder of the shipped schemas: inside the package if installed, beside it in a checkout."""
    package = Path(aidledger.__file__).parent
    inside = package / "schemas"
    return inside if inside.is_dir() else package.parent / "schemas"


def files(folder: Path, part: str) -> list[Path]:
    """The YAML files of a part of the catalogue, sorted by name."""
    return sorted(path for path in (folder / part).glob("*.y*ml") if path.suffix in {".yaml", ".yml"})


def region_folders(folder: Path) -> list[Path]:
    """The folders of regions with standards of their own, sorted by name."""
    return sorted(path for path in (folder / REGIONS).glob("*") if path.is_dir() and not path.name.startswith("."))


def office_files(folder: Path) -> list[Path]:
    """The file that describes the office, if there is one."""
    path = folder / "office.yaml"
    return [path] if path.is_file() else []


def files_digest(folder: Path) -> str:
    """SHA-256 of all files in a folder, line endings normalised."""
    digest = hashlib.sha256()
    regional = (path for region in region_folders(folder) for path in files(region, "."))
    for path in [*(path for part in PARTS for path in files(folder, part)), *regional, *office_files(folder)]:
        content = path.read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{path.relative_to(folder).as_posix()} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()

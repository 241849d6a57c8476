"""Opening a lake in a folder or an object store, as its manifests describe it."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyarrow import fs

from aidledger.errors import LakeDamaged, LakeMissing, LakeMixed, UnknownDistrict
from aidledger.lake.layout import MANIFESTS, SHAPES
from aidledger.lake.manifest import File, Manifest, checked
from aidledger.lake.manifest_text import SIZE_MAX_BYTES, parsed

if TYPE_CHECKING:
    from pathlib import Path

    from pyarrow.fs import FileSystem


@dataclass(frozen=True, slots=True)
class Lake:
    """A lake: its place, and each district's exports."""

    place: str
    store: FileSystem
    root: str
    districts: Mapping[str, Sequence[Manifest]]

    @property
    def local(self) -> bool:
        """Whether the files are on this computer."""
        return "://" not in self.place

    @property
    def people(self) -> str:
        """How people are written; the same in all districts."""
        return next(iter(self.districts.values()))[0].people

    def last_exports(self) -> Mapping[str, Manifest]:
        """Each district's last export, by the district."""
        return {code: exports[-1] for code, exports in self.districts.items()}

    def files(self) -> Mapping[str, Sequence[str]]:
        """The files of each table (paths relative to the lake), sorted, so that those of a folder are adjacent."""
        found: dict[str, list[str]] = defaultdict(list)
        for exports in self.districts.values():
            for manifest in exports:
                for file in manifest.files:
                    found[file.table].append(file.path)
        return {table: sorted(found[table]) for table in SHAPES}


def open_lake(place: str, only: Sequence[str] = ()) -> Lake:
    """A lake, or the districts ``only`` of it; raises LakeMissing, LakeDamaged, LakeMixed, UnknownDistrict."""
    try:
        store, root = fs.FileSystem.from_uri(place) if "://" in place else (fs.LocalFileSystem(), place)
        found = store.get_file_info(fs.FileSelector(f"{root}/{MANIFESTS}", recursive=True))
    except (OSError, ValueError) as error:
        raise LakeMissing(path=place) from error
    manifests: dict[str, list[Manifest]] = defaultdict(list)
    for info in found:
        if info.is_file and info.extension == "json" and not info.base_name.startswith("."):
            manifest = _read(store, root, info.path)
            manifests[manifest.district].append(manifest)
    if not manifests:
        raise LakeMissing(path=place)
    for code in only:
        if code not in manifests:
            raise UnknownDistrict(code=code)
    districts = {code: checked(manifests[code]) for code in sorted(only or manifests)}
    _require_alike(districts)
    lake = Lake(place, store, root, districts)
    _require_files(lake)
    return lake


def manifests_in(lake: Path, district: str) -> list[Manifest]:
    """A district's exports into a lake on this computer, in order; raises LakeDamaged, LakeOfAnotherFormat."""
    store, root = fs.LocalFileSystem(), str(lake)
    paths = sorted(str(path) for path in (lake / MANIFESTS / district).glob("[0-9]*.json"))
    return checked([_read(store, root, path) for path in paths])


def _read(store: FileSystem, root: str, path: str) -> Manifest:
    if isinstance(store, fs.LocalFileSystem):
        _require_inside(root, path)
    try:
        with store.open_input_stream(path) as stream:
            return parsed(path, stream.read(SIZE_MAX_BYTES + 1))
    except OSError as error:
        raise LakeDamaged(path=path) from error


def _require_inside(root: str, path: str) -> None:
    """Refuse symbolic links in a lake: no export writes any."""
    inside = os.path.relpath(path, root)
    if os.path.realpath(path) != os.path.join(os.path.realpath(root), inside):  # noqa: PTH118 - as realpath gives it
        raise LakeDamaged(path=path)


def _require_alike(districts: Mapping[str, Sequence[Manifest]]) -> None:
    """Require one key and one way of writing people; otherwise the same child would be two."""
    (one, first), *others = ((code, exports[0]) for code, exports in districts.items())
    for code, other in others:
        if (other.key, other.people) != (first.key, first.people):
            raise LakeMixed(one=one, other=code)


def _require_files(lake: Lake) -> None:
    """Require every file, with the size that its manifest gives."""
    sizes = {f"{lake.root}/{file.path}": file.size_bytes for file in _all_files(lake)}
    for info in lake.store.get_file_info(list(sizes)):
        if not info.is_file or info.size != sizes[info.path]:
            raise LakeDamaged(path=info.path)
        if isinstance(lake.store, fs.LocalFileSystem):
            _require_inside(lake.root, info.path)


def _all_files(lake: Lake) -> Iterator[File]:
    for exports in lake.districts.values():
        for manifest in exports:
            yield from manifest.files

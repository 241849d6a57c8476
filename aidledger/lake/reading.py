"""A lake as its manifests describe it, in a folder or in a store that a URL names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyarrow import fs

from aidledger.errors import LakeDamaged, LakeMissing, LakeMixed, UnknownDistrict
from aidledger.lake.layout import MANIFESTS, SHAPES
from aidledger.lake.manifest import File, Manifest, checked, parsed

if TYPE_CHECKING:
    from pyarrow.fs import FileSystem


@dataclass(frozen=True, slots=True)
class Lake:
    """A lake: where it is, and each district's exports."""

    place: str
    store: FileSystem
    root: str
    districts: Mapping[str, Sequence[Manifest]]

    @property
    def local(self) -> bool:
        """Whether its files are on this computer."""
        return "://" not in self.place

    @property
    def people(self) -> str:
        """How people are written: alike in all districts."""
        return next(iter(self.districts.values()))[0].people

    def files(self) -> Mapping[str, Sequence[str]]:
        """Of each table the files below the lake, those of one period and district together."""
        found: dict[str, list[str]] = defaultdict(list)
        for exports in self.districts.values():
            for manifest in exports:
                for file in manifest.files:
                    found[file.table].append(file.path)
        return {table: sorted(found[table]) for table in SHAPES}


def open_lake(place: str, only: Sequence[str] = ()) -> Lake:
    """A lake, or some districts of it.

    Raises LakeMissing, LakeDamaged, LakeMixed, and UnknownDistrict where it lacks one that is named.
    """
    try:
        store, root = fs.FileSystem.from_uri(place) if "://" in place else (fs.LocalFileSystem(), place)
        there = store.get_file_info(fs.FileSelector(f"{root}/{MANIFESTS}", recursive=True))
    except (OSError, ValueError) as error:
        raise LakeMissing(path=place) from error
    manifests: dict[str, list[Manifest]] = defaultdict(list)
    for info in there:
        if info.is_file and info.extension == "json" and not info.base_name.startswith("."):
            with store.open_input_stream(info.path) as stream:
                manifest = parsed(info.path, stream.read().decode("utf-8", "replace"))
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


def _require_alike(districts: Mapping[str, Sequence[Manifest]]) -> None:
    """The same key and the same way of writing people everywhere: else the same child is two."""
    (one, first), *others = ((code, exports[0]) for code, exports in districts.items())
    for code, other in others:
        if (other.key, other.people) != (first.key, first.people):
            raise LakeMixed(one=one, other=code)


def _require_files(lake: Lake) -> None:
    """Every file is there, as long as it was written."""
    wanted = {f"{lake.root}/{file.path}": file.size_bytes for file in _all_files(lake)}
    for info in lake.store.get_file_info(list(wanted)):
        if not info.is_file or info.size != wanted[info.path]:
            raise LakeDamaged(path=info.path)


def _all_files(lake: Lake) -> Iterator[File]:
    for exports in lake.districts.values():
        for manifest in exports:
            yield from manifest.files

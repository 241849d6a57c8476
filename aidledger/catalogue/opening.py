"""Opening of the catalogue, from the compiled module where possible."""

from __future__ import annotations

from pathlib import Path

from aidledger.catalogue.catalogue import Catalogue
from aidledger.catalogue.files import files_digest, shipped_folder


def open_catalogue(office_folder: Path | None = None) -> Catalogue:
    """Open the catalogue; raises CatalogueError with file and line of the first fault, SchemasMissing.

    The shipped files were validated when compiled.py was generated, and are parsed again only if they changed since. An
    office's own folder is always parsed.
    """
    if office_folder is None:
        from aidledger.catalogue.compiled import CATALOGUE, FILES_DIGEST  # noqa: PLC0415 - an office needs none of it

        if files_digest(shipped_folder()) == FILES_DIGEST:
            return CATALOGUE
    from aidledger.catalogue.loading import load  # noqa: PLC0415 - a YAML parser and pydantic, only where needed

    return load(office_folder)

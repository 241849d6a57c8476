"""The catalogue as commands open it."""

from __future__ import annotations

from pathlib import Path

from aidledger.catalogue.catalogue import Catalogue
from aidledger.catalogue.files import files_digest, shipped_folder


def open_catalogue(office_folder: Path | None = None) -> Catalogue:
    """The catalogue; raises CatalogueError with file and line for anything that is not as it should be.

    What is shipped was read strictly when compiled.py was written; as long as the files are those that it was written
    from, they are not read again. An office's own folder always is.
    """
    if office_folder is None:
        from aidledger.catalogue.compiled import CATALOGUE, FILES_DIGEST  # noqa: PLC0415 - an office needs none of it

        if files_digest(shipped_folder()) == FILES_DIGEST:
            return CATALOGUE
    from aidledger.catalogue.loading import load  # noqa: PLC0415 - a YAML parser and pydantic, only where needed

    return load(office_folder)

"""aidledger/catalogue/compiled.py: the shipped catalogue as it is when all of its files are read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path

from aidledger.catalogue import files
from aidledger.catalogue.files import files_digest, shipped_folder
from aidledger.catalogue.loading import load

PATH = Path(files.__file__).with_name("compiled.py")
_HEAD = '''"""The shipped catalogue: what loading.py makes of the files in schemas/.

Written by `make compiled`; edit schemas/ instead.
"""

from __future__ import annotations

from aidledger.catalogue.catalogue import Catalogue
from aidledger.catalogue.published import ShippedReports
from aidledger.domain.holidays import HolidayYear
from aidledger.domain.layout import Layout
from aidledger.domain.program import Bounds, Deadline, Ending, Fee, Majors, Program, Rate, Standard, Turned, Words
from aidledger.domain.region import Region
from aidledger.domain.term import Period

'''


def text() -> str:
    """The module."""
    return f'{_HEAD}FILES_DIGEST = "{files_digest(shipped_folder())}"\nCATALOGUE = Catalogue(\n{"".join(_fields())})\n'


def _fields() -> Iterator[str]:
    catalogue = load()
    for field in fields(catalogue):
        value = getattr(catalogue, field.name)
        if field.name == "reports":
            value = "ShippedReports()"  # published totals stand in schemas/ alone
        elif isinstance(value, Mapping):
            items = "".join(f"        {key!r}: {item!r},\n" for key, item in value.items())
            value = f"{{\n{items}    }}" if items else "{}"
        else:
            value = repr(value)
        yield f"    {field.name}={value},\n"

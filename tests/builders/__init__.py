"""One-line builders of real files: rosters of made-up people as .xlsx, .xls, .ods and .csv."""

from tests.builders.files import (
    FORMATS,
    Cell,
    ErrorCell,
    Grid,
    csv_bytes,
    edited_package,
    ods_bytes,
    with_cells,
    xls_bytes,
    xlsx_bytes,
)
from tests.builders.people import BORN, Person, people, resident_number
from tests.builders.reading import codes, examined, found, shipped
from tests.builders.rosters import (
    AMOUNT,
    HEADERS,
    TITLE,
    roster_csv,
    roster_grid,
    roster_ods,
    roster_xls,
    roster_xlsx,
    two_program_grid,
)

__all__ = [
    "AMOUNT",
    "BORN",
    "FORMATS",
    "HEADERS",
    "TITLE",
    "Cell",
    "ErrorCell",
    "Grid",
    "Person",
    "codes",
    "csv_bytes",
    "edited_package",
    "examined",
    "found",
    "ods_bytes",
    "people",
    "resident_number",
    "roster_csv",
    "roster_grid",
    "roster_ods",
    "roster_xls",
    "roster_xlsx",
    "shipped",
    "two_program_grid",
    "with_cells",
    "xls_bytes",
    "xlsx_bytes",
]

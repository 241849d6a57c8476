"""Limits on what is read, tuned on 2,774 real and hostile workbooks; see docs/guarantees.md."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 2**20


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes, times in seconds. A file beyond a limit is refused."""

    file_size_max_bytes: int = 20 * MIB
    inflated_size_max_bytes: int = 200 * MIB
    inflation_ratio_max: int = 250
    parts_max: int = 2_000
    archive_files_max: int = 5_000
    archive_size_max_bytes: int = 1_024 * MIB  # total unpacked size of an archive of lists
    sheets_max: int = 1_000
    cells_max: int = 3_000_000
    columns_max: int = 512
    text_length_max: int = 32_767  # characters in a cell, as in Excel
    seconds_max: int = 120
    memory_max_bytes: int = 1_024 * MIB


DEFAULT_LIMITS = Limits()

"""Regions: the standards of a province, on top of the national ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from aidledger.domain.program import Program

# The code of the standards that hold where no region has its own.
NATIONAL = "national"
NATIONAL_NAMES: Mapping[str, str] = MappingProxyType({"zh": "全国", "en": "China"})


@dataclass(frozen=True, slots=True)
class Region:
    """A region and its variants of programs, by code; ``digest``: of what entries are checked against there."""

    code: str
    names: Mapping[str, str]
    programs: Mapping[str, Program]
    digest: str

    def name(self, language: str) -> str:
        """The name in a language, ``en`` or ``zh``."""
        return self.names[language]

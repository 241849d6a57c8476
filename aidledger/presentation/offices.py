"""The office's settings as tables and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aidledger.domain.table import Answer, Column
from aidledger.i18n import N_, Language
from aidledger.presentation.catalogues import listed
from aidledger.presentation.columns import Shape
from aidledger.presentation.result import Result, table

if TYPE_CHECKING:
    from aidledger.catalogue.catalogue import Catalogue
    from aidledger.operations.offices import OfficeSettings

# Whether the office runs a program, as a word to translate.
_STATES = {True: N_("in force"), False: N_("not in force")}


def office_result(settings: OfficeSettings, catalogue: Catalogue, language: Language) -> Result:
    """``office``; the catalogue is the one that the office uses."""
    return Result(lambda: _shape(settings, catalogue), table(_settings(settings, catalogue, language)))


def running_result(catalogue: Catalogue, language: Language) -> Result:
    """``office programs``."""
    return Result(
        lambda: {
            "programs": [
                {"code": code, "name": program.name(language), "in_force": program.in_force}
                for code, program in catalogue.programs.items()
            ]
        },
        table(_running(catalogue, language)),
    )


def _settings(settings: OfficeSettings, catalogue: Catalogue, language: Language) -> Answer:
    """One row per setting."""
    names = settings.names
    rows = [
        (N_("District"), names.district if names else None),
        (N_("Office"), names.office if names else None),
        (N_("Standards"), catalogue.regions[catalogue.region].name(language)),
        (N_("Programs"), listed((program.name(language) for program in catalogue.in_force.values()), language)),
    ]
    notes = () if names else (N_("Without a district no paper names one."),)
    columns = (Column("setting", N_("Setting"), "word"), Column("value", N_("Value")))
    return Answer(N_("The office's settings"), columns, rows, notes=notes)


def _running(catalogue: Catalogue, language: Language) -> Answer:
    """One row per program of the catalogue."""
    columns = (
        Column("code", N_("Code")),
        Column("name", N_("Program")),
        Column("in_force", N_("In force"), "word"),
    )
    rows = [(code, program.name(language), _STATES[program.in_force]) for code, program in catalogue.programs.items()]
    notes = (N_("What is not in force takes no rosters. Switching a program off hides no figure of it."),)
    return Answer(N_("Programs that the office runs"), columns, rows, notes=notes)


def _shape(settings: OfficeSettings, catalogue: Catalogue) -> Shape:
    names = settings.names
    return {
        "district": names.district if names else None,
        "office": names.office if names else None,
        "region": catalogue.region,
        "regions": list(catalogue.regions),
        "programs": list(catalogue.in_force),
    }

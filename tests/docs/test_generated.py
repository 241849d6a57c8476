"""What is generated is up to date, complete, and what the pages show is what the program prints."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from click import Option

from aidledger.catalogue import models
from aidledger.domain.layout import FIELD_NAMES
from aidledger.domain.problem import KINDS
from aidledger.sheets.formats.limits import DEFAULT_LIMITS, MIB
from tools.docs import catalogue, commands, picture, problems, rules
from tools.docs.pages import DOCS, headings
from tools.docs.tour import TOURS, settled, tour_of

HOW = "run `python -m tools.docs`"


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def test_the_page_of_commands_is_what_help_says_today() -> None:
    assert page("commands.md") == commands.page(), HOW


def test_the_page_of_problems_is_what_the_program_says_today() -> None:
    assert page("problems.md") == problems.page(), HOW


def test_the_page_of_rules_is_what_the_program_says_today() -> None:
    assert page("rules.md") == rules.page(), HOW


def test_the_page_of_the_catalogue_is_what_schemas_say_today() -> None:
    assert page("catalogue.md") == catalogue.page(), HOW


def test_every_problem_is_on_its_page_once() -> None:
    titles = [title for level, title in headings(page("problems.md")) if level == 3]
    assert sorted(titles) == sorted(KINDS)


@pytest.mark.parametrize("path", list(commands.every_command()), ids=" ".join)
def test_every_command_and_option_is_on_the_page_of_commands(path: tuple[str, ...]) -> None:
    title = " ".join(("aidledger", *path))
    _, found, rest = page("commands.md").partition(f"## {title}\n")
    assert found
    section = rest.partition("\n## ")[0]
    for parameter in commands.command_at(path).params:
        if isinstance(parameter, Option):
            for name in parameter.opts:
                assert re.search(rf"(?<![\w-]){name}\b", section), name


@pytest.mark.parametrize(("path", "source"), picture.PICTURES.items(), ids=lambda path: path.name)
def test_a_picture_shows_what_its_page_shows(path: Path, source: Path) -> None:
    assert path.read_text(encoding="utf-8") == picture.drawn(source), HOW


@pytest.mark.skipif(os.name == "nt", reason="the pages show commands of sh")
@pytest.mark.parametrize("path", TOURS, ids=lambda path: path.name)
def test_what_a_page_shows_is_what_the_program_prints(path: Path, tmp_path: Path) -> None:
    tour = tour_of(path, tmp_path, demo=False)
    assert settled(tour.told()) == settled(tour.page), HOW


def test_the_limits_are_those_of_the_reader() -> None:
    limits = DEFAULT_LIMITS
    sizes = (limits.file_size_max_bytes, limits.inflated_size_max_bytes, limits.memory_max_bytes)
    counts = (limits.parts_max, limits.sheets_max, limits.cells_max, limits.columns_max, limits.text_length_max)
    rows = [line for line in page("guarantees.md").splitlines() if "`file-too-large`" in line]
    numbers = [row.split("|")[2].strip() for row in rows]
    assert numbers == [
        f"{sizes[0] // MIB} MiB",
        f"{sizes[1] // MIB} MiB",
        f"{limits.inflation_ratio_max} : 1",
        *(f"{count:,}" for count in counts),
        f"{limits.seconds_max} seconds",
        f"{sizes[2] // MIB:,} MiB",
        f"{limits.archive_files_max:,}",
        f"{limits.archive_size_max_bytes // MIB:,} MiB",
    ]


@pytest.mark.parametrize(
    "model",
    [
        models.OfficeModel,
        models.ProgramModel,
        models.WordsModel,
        models.StandardModel,
        models.RateModel,
        models.FeeModel,
        models.DeadlineModel,
        models.BoundsModel,
        models.TurnedModel,
        models.MajorsModel,
        models.ShareModel,
        models.HolidaysModel,
        models.HolidayYearModel,
        models.AdditionModel,
        models.LayoutModel,
        models.MoneyWordsModel,
        models.LineWordsModel,
        models.SchoolWordsModel,
        models.ReportModel,
        models.PublishedLineModel,
    ],
)
def test_every_key_of_schemas_is_described(model: type[models.Strict]) -> None:
    text = page("schemas.md")
    for name, field in model.model_fields.items():
        key = field.alias or name
        assert re.search(rf"(?:`|\.|\{{|, |^){key}(?:`|:|\.)", text, re.MULTILINE), key


@pytest.mark.parametrize("name", FIELD_NAMES)
def test_every_field_of_a_roster_is_described(name: str) -> None:
    assert f"`{name}`" in page("schemas.md")

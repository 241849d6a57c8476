from __future__ import annotations

import re
from pathlib import Path

import pytest

from aidledger.catalogue.catalogue import Catalogue
from aidledger.catalogue.files import shipped_folder
from aidledger.catalogue.loading import load, report_in
from aidledger.domain.layout import FIELD_NAMES, fold
from aidledger.errors import UnknownProgram, UnknownReport

NINE = [
    "preschool-fee-waiver",
    "compulsory-living-subsidy",
    "high-school-grant",
    "high-school-tuition-waiver",
    "vocational-grant",
    "vocational-tuition-waiver",
    "vocational-poverty-living-subsidy",
    "college-poverty-aid",
    "origin-based-loan",
]
PLACEHOLDERS = {"count", "amount", "district", "year"}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load()


def test_all_nine_programs_are_there_in_the_order_of_the_report(catalogue: Catalogue) -> None:
    assert list(catalogue.programs)[: len(NINE)] == NINE
    assert list(catalogue.in_force) == NINE
    assert [line.program for line in catalogue.report("gaoping-2021-2022h1").lines] == NINE


@pytest.mark.parametrize("code", NINE)
def test_a_program_has_names_standards_in_order_and_a_phrase(catalogue: Catalogue, code: str) -> None:
    program = catalogue.program(code)
    assert program.name("zh")
    assert program.name("en")
    starts = [standard.begins() for standard in program.standards]
    assert starts == sorted(set(starts))
    placeholders = set(re.findall(r"{(\w*)}", program.wording))
    assert {"count", "amount"} <= placeholders <= PLACEHOLDERS


@pytest.mark.parametrize("code", NINE)
def test_rates_are_whole_fen_above_nothing(catalogue: Catalogue, code: str) -> None:
    for standard in catalogue.program(code).standards:
        for rate in standard.rates:
            assert 0 < rate.low_fen <= rate.high_fen
            assert type(rate.low_fen) is type(rate.high_fen) is int


@pytest.mark.parametrize("code", NINE)
def test_the_name_of_a_program_is_recognised_by_its_own_words_and_no_others(catalogue: Catalogue, code: str) -> None:
    name = fold(catalogue.program(code).name("zh"))

    def names(other: str) -> bool:
        words = catalogue.program(other).words
        groups = all(any(word in name for word in group) for group in words.title)
        return groups and not any(word in name for word in words.never)

    assert [other for other in NINE if names(other)] == [code]


def test_a_program_that_is_not_there_is_said_to_be_unknown(catalogue: Catalogue) -> None:
    with pytest.raises(UnknownProgram, match="no program lunch"):
        catalogue.program("lunch")
    with pytest.raises(UnknownProgram, match=r"普高国家助学金 \(high-school-grant\)"):
        catalogue.program("hihg-school-grant")
    with pytest.raises(UnknownProgram, match=r"普高免学费 .*中职免学费|中职免学费 .*普高免学费"):
        catalogue.program("免学费")
    with pytest.raises(UnknownReport, match="gaoping-2021-2022h1"):
        catalogue.report("other")


def test_every_field_of_a_roster_has_header_words_and_no_word_names_two(catalogue: Catalogue) -> None:
    assert set(catalogue.layout.fields.values()) == set(FIELD_NAMES)
    listed = []
    for path in (shipped_folder() / "layouts").glob("*.yaml"):
        fields = path.read_text(encoding="utf-8").partition("\nfields:")[2].partition("\nvalues:")[0]
        listed += re.findall(r"^  (\w+): \[(.*)\]$", fields.partition("\nmoney:")[0], re.MULTILINE)
    words = [fold(word.strip(' "')) for _, line in listed for word in line.split(",")]
    assert len(words) == len(set(words)) == len(catalogue.layout.fields)


def test_the_digest_is_the_same_on_every_load(catalogue: Catalogue) -> None:
    assert load().digest == catalogue.digest
    assert re.fullmatch(r"[0-9a-f]{64}", catalogue.digest)


def test_the_published_figures_are_those_printed(catalogue: Catalogue) -> None:
    lines = catalogue.report("gaoping-2021-2022h1").lines
    assert [line.amount_wan for line in lines] == [
        *["583.574", "1959.65", "1472.6", "654.606", "544.9", "2050.63", "51", "141.2", "2164"]
    ]
    assert sum(line.count for line in lines[:7]) == 122_478
    assert sum(line.amount_fen for line in lines[:8]) == 7_458_160_000
    assert sum(line.amount_fen for line in lines) == 9_622_160_000


def test_a_published_report_may_come_out_of_any_file(catalogue: Catalogue, tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(
        "code: own\nnames: {zh: 自, en: own}\nfrom: 2021-autumn\nto: 2021-autumn\nreference: none found\n"
        "lines: [{program: vocational-grant, count: 2, amount_wan: 0.20}]\n",
        encoding="utf-8",
    )
    report = report_in(path, catalogue)
    assert (report.start.code, report.end.code) == ("2021-autumn", "2021-autumn")
    assert [(line.count, line.amount_fen, line.amount_wan) for line in report.lines] == [(2, 200_000, "0.20")]


@pytest.mark.parametrize(
    "said", ["high-school-grant", "普高国家助学金", "普通高中国家助学金", "高中助学金", "high-school NATIONAL grant"]
)
def test_a_program_is_understood_by_its_names_and_as_titles_call_it(catalogue: Catalogue, said: str) -> None:
    assert catalogue.program(said).code == "high-school-grant"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_program_is_understood_by_the_name_that_is_printed(catalogue: Catalogue, language: str) -> None:
    for code, program in catalogue.programs.items():
        assert catalogue.program(program.name(language)).code == code

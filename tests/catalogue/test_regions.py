"""Standards of a province on top of the national ones, and an office's own on top of both."""

from __future__ import annotations

from pathlib import Path

import pytest

from aidledger.catalogue.catalogue import Catalogue
from aidledger.catalogue.loading import load
from aidledger.domain.term import Period
from aidledger.errors import CatalogueError, UnknownRegion

WAIVER = "high-school-tuition-waiver"
AUTUMN_2025 = Period(2025, "autumn")
HEAD = "code: yunnan\nnames: {zh: 云南, en: Yunnan}\n"
GRANT = """\
extends: high-school-grant
standards:
  - from: 2025-spring
    replaces: true
    per: year
    reference: 云财教〔2024〕1号
    rates:
      - {amount: 2300}
"""


def own(folder: Path, **files: str) -> Catalogue:
    for name, text in files.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_suffix(".yaml").write_text(text, encoding="utf-8")
    return load(folder)


def lows(catalogue: Catalogue, code: str) -> list[int]:
    return [rate.low_fen for rate in catalogue.program(code).rates(AUTUMN_2025)]


def test_the_national_standards_hold_unless_a_region_is_chosen() -> None:
    national = load()
    sichuan = national.of_region("sichuan")
    assert (national.region, sichuan.region) == ("national", "sichuan")
    assert national.digest != sichuan.digest
    assert sichuan.of_region("national") == national
    assert {category for rate in national.program(WAIVER).rates(AUTUMN_2025) for category in rate.categories}
    assert not any(rate.categories for rate in sichuan.program(WAIVER).rates(AUTUMN_2025))
    assert sichuan.program(WAIVER).for_recipients_of == "high-school-grant"
    assert [fen for fen in lows(sichuan, WAIVER) if fen in {46_000, 34_000, 28_000}] == [46_000, 34_000, 28_000]


def test_what_is_switched_on_stays_on_in_another_region() -> None:
    catalogue = load().switching({"yulu": True, "vocational-grant": False}).of_region("sichuan")
    assert "yulu" in catalogue.in_force
    assert "vocational-grant" not in catalogue.in_force


@pytest.mark.parametrize("typed", ["sichuan", "Sichuan", "四川"])
def test_a_region_is_found_by_code_and_name(typed: str) -> None:
    assert load().region_named(typed).code == "sichuan"
    assert load().region_named("全国").code == "national"


def test_an_unknown_region_is_misuse_and_names_those_there_are() -> None:
    with pytest.raises(UnknownRegion, match="national, sichuan"):
        load().region_named("云南")


def test_an_office_adds_a_region_of_its_own_and_chooses_it(tmp_path: Path) -> None:
    office = "district: 五华区\nregion: yunnan\n"
    catalogue = own(tmp_path, regions__yunnan__region=HEAD, regions__yunnan__grant=GRANT, office=office)
    assert catalogue.region == "yunnan"
    assert lows(catalogue, "high-school-grant") == [115_000]
    assert lows(catalogue.of_region("sichuan"), "high-school-grant") == [65_000, 115_000, 165_000]


def test_an_offices_own_fee_holds_in_every_region(tmp_path: Path) -> None:
    fees = f"extends: {WAIVER}\nfees:\n  - {{school: 金溪中学, from: always, amount: 350, reference: 批复1}}\n"
    catalogue = own(tmp_path, programs__fees=fees)
    for region in ("national", "sichuan"):
        rates = catalogue.of_region(region).program(WAIVER).rates(AUTUMN_2025, school="金溪中学")
        assert [(rate.low_fen, rate.high_fen) for rate in rates] == [(35_000, 35_000)]


@pytest.mark.parametrize(
    ("files", "line", "what"),
    [
        ({"regions__yunnan__grant": GRANT}, 1, "region.yaml"),
        ({"regions__yunnan__region": HEAD.replace("yunnan", "sichuan", 1)}, 1, "yunnan"),
        ({"regions__yunnan__region": HEAD, "regions__yunnan__new": HEAD}, 1, "extends"),
        ({"office": "district: 五华区\nregion: yunnan\n"}, 2, "yunnan"),
        ({"programs__same": f"extends: {WAIVER}\nfor_recipients_of: lunch\n"}, 2, "lunch"),
    ],
)
def test_a_slip_is_refused_with_its_file_and_line(tmp_path: Path, files: dict[str, str], line: int, what: str) -> None:
    with pytest.raises(CatalogueError, match=what) as refused:
        own(tmp_path, **files)
    assert refused.value.facts["line"] == line


def test_an_offices_own_program_takes_the_place_of_one_that_is_not_in_force(tmp_path: Path) -> None:
    text = """\
code: yulu
order: 30
names: {zh: 雨露助学, en: Rain and dew}
stage: vocational
nature: subsidy
unit: person-times
cadence: semester
words: {title: [[雨露]], column: [雨露]}
wording: 雨露{count}人次{amount}万元
reference: none found
standards: office's own
"""
    catalogue = own(tmp_path, programs__yulu=text)
    assert catalogue.in_force["yulu"].name("zh") == "雨露助学"
    assert catalogue.program("yulu").standards == ()

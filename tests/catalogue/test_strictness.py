"""Every slip in an office's file is refused, with the file and the line it stands on."""

from __future__ import annotations

from pathlib import Path

import pytest

from aidledger.catalogue.loading import load, report_in
from aidledger.errors import CatalogueError, SchemasMissing

# Line 1 is "code"; the numbers in the tests below are lines of this text.
PROGRAM = """\
code: nutrition-improvement
order: 10
names: {zh: 营养改善计划, en: Nutrition improvement}
stage: compulsory
nature: subsidy
unit: person-times
cadence: semester
words:
  title:
    - [营养改善, 营养餐]
  column: [营养膳食补助]
wording: 营养改善计划{count}人次{amount}万元
reference: none found
excludes: []
standards:
  - from: 2021-autumn
    per: semester
    reference: none found
    rates:
      - {amount: 500}
  - from: 2023-spring
    per: semester
    reference: none found
    rates:
      - {low: 300, high: 625}
"""
# How the second standard goes on.
LAST = "\n    reference: none found\n    rates:\n      - {low"


def office(folder: Path, text: str, part: str = "programs") -> Path:
    (folder / part).mkdir(parents=True, exist_ok=True)
    (folder / part / "own.yaml").write_text(text, encoding="utf-8")
    return folder


def refused(folder: Path) -> CatalogueError:
    with pytest.raises(CatalogueError) as caught:
        load(folder)
    assert caught.value.facts["file"] == "own.yaml"
    assert str(caught.value).startswith(f"own.yaml:{caught.value.facts['line']}: ")
    return caught.value


def test_the_text_that_the_slips_are_made_in_is_right_itself(tmp_path: Path) -> None:
    assert "nutrition-improvement" in load(office(tmp_path, PROGRAM)).programs


@pytest.mark.parametrize(
    ("right", "wrong", "line", "word"),
    [
        ("nature: subsidy", "nature: subsidy\nnature: grant", 6, "twice"),
        ("nature: subsidy", "nature: gift", 5, "nature"),
        ("nature: subsidy", "nature: subsidy\ncolour: red", 6, "colour"),
        ("nature: subsidy\n", "", 1, "nature"),
        ("{zh: 营养改善计划, en: Nutrition improvement}", "{zh: 营养改善计划}", 3, "names.en"),
        ("{zh: 营养改善计划, en: Nutrition improvement}", '{zh: 营养改善计划, en: ""}', 3, "names.en"),
        ("names: {zh: 营养改善计划, en: Nutrition improvement}\n", "", 1, "names"),
        ("code: nutrition-improvement", "code: Nutrition", 1, "code"),
        ("code: nutrition-improvement", "code: 2021", 1, "code"),
        ("code: nutrition-improvement", "code: high-school-grant", 1, "extends"),
        ("order: 10", "order: '10'", 2, "order"),
        ("order: 10", "order: 10.5", 2, "order"),
        ("order: 10", "order: true", 2, "order"),
        ("order: 10", "order: 0x0a", 2, "order|kind"),
        ("stage: compulsory", "stage: university", 4, "stage"),
        ("cadence: semester", "cadence: month", 7, "cadence"),
        ("cadence: semester", "cadence: year", 17, "year"),
        ("    - [营养改善, 营养餐]", "    - 营养餐", 10, "title"),
        ("reference: none found\nexcludes", "excludes", 1, "reference"),
        ("excludes: []", "excludes: [high-school-grant, lunch]", 14, "lunch"),
        ("excludes: []", "excludes:\n  - high-school-grant\n  - lunch", 16, "lunch"),
        ("from: 2021-autumn", "from: 2021-winter", 16, "2021-winter"),
        ("from: 2021-autumn", "from: autumn", 16, "autumn"),
        ("from: 2023-spring", "from: 2021-autumn", 21, "two standards"),
        ("from: 2023-spring", "from: 2021", 21, "two standards"),
        (f"    per: semester{LAST}", f"    per: week{LAST}", 22, "per"),
        (LAST, LAST.replace("    reference: none found\n", ""), 21, "reference"),
        (LAST, LAST.replace("none found", '""'), 23, "reference"),
        ("wording: 营养改善计划{count}", "wording: 营养改善计划{anzahl}", 12, "anzahl"),
        ("wording: 营养改善计划{count}", "wording: 营养改善计划{count", 12, "wording"),
        ("{amount: 500}", "{amount: 312.505}", 20, "amount"),
        ("{amount: 500}", "{amount: 0}", 20, "amount"),
        ("{amount: 500}", "{amount: -500}", 20, "amount"),
        ("{amount: 500}", "{amount: '500'}", 20, "amount"),
        ("{amount: 500}", "{amount: 1,000}", 20, "amount|000"),
        ("{amount: 500}", "{amount: true}", 20, "amount"),
        ("{amount: 500}", "{amount: 5e2x}", 20, "amount"),
        ("{amount: 500}", "{amount: .inf}", 20, "inf"),
        ("{amount: 500}", "{amount: .nan}", 20, "nan"),
        ("{amount: 500}", "{amount: 500, high: 600}", 20, "either an amount"),
        ("{amount: 500}", "{level: primary}", 20, "either an amount"),
        ("{amount: 500}", "{amount: 500, level: college}", 20, "level"),
        ("{low: 300, high: 625}", "{low: 625, high: 300}", 25, "low"),
        ("{low: 300, high: 625}", "{low: 300}", 25, "low"),
        ("    rates:\n      - {low: 300, high: 625}\n", "    rates: []\n", 24, "rates"),
        ("code: nutrition-improvement", "- a\n- b", 3, ""),
        ("order: 10", "order: [10", 3, ""),
        ("order: 10", "\torder: 10", 2, ""),
    ],
)
def test_a_slip_is_refused_with_its_file_and_line(tmp_path: Path, right: str, wrong: str, line: int, word: str) -> None:
    assert PROGRAM.count(right) == 1
    error = refused(office(tmp_path, PROGRAM.replace(right, wrong)))
    assert error.facts["line"] == line
    assert any(part in str(error) for part in word.split("|"))


def test_an_amount_by_the_year_must_halve_into_whole_fen(tmp_path: Path) -> None:
    odd = PROGRAM.replace(
        "per: semester\n    reference: none found\n    rates:\n      - {amount: 500}",
        "per: year\n    reference: none found\n    rates:\n      - {amount: 500.01}",
    )
    error = refused(office(tmp_path, odd))
    assert error.facts["line"] in {16, 20}
    assert "half" in str(error)


STANDARD_2015 = "from: 2015-spring, per: semester, reference: none found, rates: [{amount: 1000}]"
FEE = "school: 金溪中学, from: 2021-autumn, reference: none found"


def added(code: str, *items: str) -> str:
    """An addition; its items begin on line 3."""
    key = "fees" if items[0].startswith("school") else "standards"
    return f"extends: {code}\n{key}:\n" + "".join(f"  - {{{item}}}\n" for item in items)


@pytest.mark.parametrize("text", ["", "# nothing\n", "code\n", "[]\n"])
def test_a_file_that_holds_no_keys_is_refused(tmp_path: Path, text: str) -> None:
    assert refused(office(tmp_path, text)).facts["line"] == 1


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    folder = office(tmp_path, PROGRAM)
    (folder / "programs" / "own.yaml").write_bytes(PROGRAM.encode("gb18030"))
    assert "UTF-8" in str(refused(folder))


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("extends: lunch\n", 1, "lunch"),
        ("extends: high-school-grant\nnames: {zh: 甲, en: A}\n", 2, "names"),
        (added("high-school-grant", STANDARD_2015), 3, "replaces"),
        (added("high-school-grant", f"{STANDARD_2015}, replaces: true", f"{STANDARD_2015}, replaces: true"), 4, "two"),
        (added("high-school-tuition-waiver", f"{FEE}, amount: 460.005"), 3, "amount"),
        (added("high-school-tuition-waiver", FEE), 3, "amount"),
        (added("high-school-tuition-waiver", f"{FEE}, amount: 460", f"{FEE}, amount: 480"), 4, "two"),
        (added("college-poverty-aid", STANDARD_2015.replace("2015-spring", "2021-autumn")), 3, "year"),
    ],
)
def test_a_slip_in_an_addition_is_refused_with_its_line(tmp_path: Path, text: str, line: int, word: str) -> None:
    error = refused(office(tmp_path, text))
    assert error.facts["line"] == line
    assert word in str(error)


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("code: roster\nfields:\n  nickname: [小名]\n", 3, "nickname"),
        ("code: roster\nfields:\n  name: 小名\n", 3, "name"),
        ("code: list\n", 1, "code"),
        ("code: roster\nfields:\n  name: [小名]\n  name: [乳名]\n", 4, "twice"),
    ],
)
def test_a_slip_in_a_layout_is_refused(tmp_path: Path, text: str, line: int, word: str) -> None:
    error = refused(office(tmp_path, text, "layouts"))
    assert error.facts["line"] == line
    assert word in str(error)


def test_a_header_word_under_two_fields_is_refused(tmp_path: Path) -> None:
    text = "code: roster\nfields:\n  category:\n    - 户籍\n  name:\n    - 小名\n    - 户籍\n"
    error = refused(office(tmp_path, text, "layouts"))
    assert error.facts["line"] in {5, 7}
    assert "户籍" in str(error)


REPORT = """\
code: own
names: {zh: 自, en: own}
from: 2021-autumn
to: 2022-spring
reference: none found
lines:
  - {program: vocational-grant, count: 2, amount_wan: 0.20}
"""


@pytest.mark.parametrize(
    ("right", "wrong", "line", "word"),
    [
        ("vocational-grant", "lunch", 7, "lunch"),
        ("count: 2", "count: 2.5", 7, "count"),
        ("amount_wan: 0.20", "amount_wan: '0.20'", 7, "amount_wan"),
        ("to: 2022-spring", "to: spring", 4, "spring"),
        ("reference: none found\n", "", 1, "reference"),
    ],
)
def test_a_slip_in_a_published_report_is_refused(tmp_path: Path, right: str, wrong: str, line: int, word: str) -> None:
    folder = office(tmp_path, REPORT.replace(right, wrong), "reports")
    error = refused(folder)
    assert error.facts["line"] == line
    assert word in str(error)
    with pytest.raises(CatalogueError):
        report_in(folder / "reports" / "own.yaml", load())


def test_a_folder_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(SchemasMissing, match="nowhere"):
        load(tmp_path / "nowhere")


def test_a_slip_in_the_office_is_refused(tmp_path: Path) -> None:
    (tmp_path / "office.yaml").write_text("district: 顺庆区\ncity: 南充\n", encoding="utf-8")
    with pytest.raises(CatalogueError, match=r"office\.yaml:2: .*city"):
        load(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "a0: &a0 [x]\n" + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 10)),
        "code: &a [*a]\n",
        "code: " + "[" * 5_000 + "]" * 5_000,
    ],
    ids=["laughs", "itself", "deep"],
)
def test_a_file_of_ten_lines_is_not_a_million_values(tmp_path: Path, text: str) -> None:
    assert "own.yaml" in str(refused(office(tmp_path, text)))

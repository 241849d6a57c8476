"""Nobody's full ID or card number is shown, but to who asks for it and says why; and that is kept."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from aidledger.domain.identity import masked_text, masked_words
from tests.builders import people, roster_grid, with_cells, xlsx_bytes
from tests.cli.harness import Ran, aidledger
from tests.imports.make_samples import BORROWER, COLLEGE, FOLDER, GUARDIAN, OLDER, SENIOR, VOCATIONAL, card
from tests.store.ledgers import bring_in, contents, new_ledger, new_place, opened, plain, sample_place


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> str:
    return sample_place(tmp_path_factory.mktemp("private"))


@pytest.fixture(scope="module")
def secrets(ledger: str) -> list[str]:
    """Every full number of the samples: of those who were posted, of guardians, of those in rejected files."""
    with plain(ledger) as books:
        numbers = [row[0] for row in books.exec_driver_sql("SELECT number FROM beneficiary")]
        cards = [
            row[0] for row in books.exec_driver_sql("SELECT DISTINCT account FROM entry WHERE account IS NOT NULL")
        ]
    groups = [people(250, born=born) for born in (SENIOR, OLDER, COLLEGE, BORROWER, VOCATIONAL, GUARDIAN)]
    made_up = [number for group in groups for person in group for number in (person.number, card(person))]
    return [*numbers, *(card for card in cards if len(card) > 8), *made_up]


def _leaks(run: Ran, secrets: Sequence[str]) -> Iterator[str]:
    text = run.stdout + run.stderr
    for secret in secrets:
        if secret in text or secret[:17] in text or secret[-12:] in text:
            yield secret


@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_an_import_shows_no_full_number(tmp_path: Path, secrets: list[str], form: str) -> None:
    run = aidledger("import", FOLDER, "--workers", "1", "--format", form, ledger=new_place(tmp_path))
    assert run.exit_code == 1
    assert list(_leaks(run, secrets)) == []


def test_a_person_is_shown_masked(ledger: str) -> None:
    person = people(1, born=SENIOR)[0]
    [found] = aidledger("person", person.number, "--format", "json", ledger=ledger).json["persons"]
    assert found["number"] == f"{person.number[:6]}********{person.number[-4:]}"
    assert {entry["account"] for entry in found["entries"]} == {f"{'*' * 15}{card(person)[-4:]}"}


def test_a_person_is_found_by_the_ledgers_own_number(ledger: str) -> None:
    person = people(1, born=SENIOR)[0]
    with plain(ledger) as books:
        own = books.exec_driver_sql(f"SELECT id FROM beneficiary WHERE number = '{person.number}'").scalar_one()  # noqa: S608
    [found] = aidledger("person", str(own), "--format", "json", ledger=ledger).json["persons"]
    assert found["name"] == person.name


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    ("command", "seen"), [(("person", "ID"), "person"), (("batch", "1"), "batch 1"), (("trace", "1"), "entry 1")]
)
def test_full_numbers_are_shown_to_who_says_why_and_that_is_kept(
    tmp_path: Path, command: tuple[str, str], seen: str, language: str
) -> None:
    path = sample_place(tmp_path)
    person = people(1, born=SENIOR)[0]
    arguments = [person.number if word == "ID" else word for word in command]
    before = aidledger("verify", "--format", "json", ledger=path).json["head"]
    run = aidledger(
        *("--actor", "张老师", "--lang", language),
        *arguments,
        *("--reveal", "--reason", "卡号有误,核对", "--format", "json"),
        ledger=path,
    )
    assert run.exit_code == 0
    assert person.number in run.stdout
    assert card(person) in run.stdout
    with plain(path) as books:
        query = "SELECT actor, action, facts FROM event WHERE id = (SELECT max(id) FROM event)"
        actor, action, facts = books.exec_driver_sql(query).one()
    assert (actor, action) == ("张老师", "reveal")
    assert json.loads(facts)["reason"] == "卡号有误,核对"
    assert seen in json.loads(facts)["seen"]
    assert person.number not in facts
    after = aidledger("verify", "--expect", before, "--format", "json", ledger=path)
    assert (after.exit_code, after.json["head"] == before) == (0, False)


@pytest.mark.parametrize("reason", [None, "", "   ", "　"])
@pytest.mark.parametrize("command", [("person", "王雨桐"), ("batch", "1")], ids=" ".join)
def test_without_a_reason_nothing_is_shown(ledger: str, command: tuple[str, ...], reason: str | None) -> None:
    before = contents(ledger)
    run = aidledger(*command, "--reveal", *([] if reason is None else ["--reason", reason]), ledger=ledger)
    assert (run.exit_code, run.stdout) == (2, "")
    assert contents(ledger) == before


def _as_typed(number: str) -> dict[str, str]:
    return {
        "plain": number,
        "with spaces": f"{number[:6]} {number[6:14]} {number[14:]}",
        "in groups": " ".join(number[i : i + 3] for i in range(0, 18, 3)),
        "with dashes": "-".join(number[i : i + 6] for i in range(0, 18, 6)),
        "full-width": number.translate({ord(str(digit)): chr(0xFF10 + digit) for digit in range(10)}),
        "after a mark": f"'{number}",
        "with invisible signs": "\u200b".join(number),
    }


TYPED = ("plain", "with spaces", "in groups", "with dashes", "full-width", "after a mark", "with invisible signs")


@pytest.mark.parametrize("typed", TYPED)
def test_a_cell_is_masked_however_a_number_was_typed_in_it(typed: str) -> None:
    number = people(1)[0].number
    for text in (_as_typed(number)[typed], f"身份证{_as_typed(number)[typed]}(已核)"):
        folded = unicodedata.normalize("NFKC", masked_text(text))
        assert number[4:16] not in "".join(sign for sign in folded if sign.isdigit())


@pytest.mark.parametrize(
    "text", ["12000.00", "1,234.56", "￥1000元", "2020级", "高一(1)班", "2021年秋季学期", "王雨桐", ""]
)
def test_what_is_no_number_of_anybody_is_left_as_it_stood(text: str) -> None:
    assert masked_text(text) == text


@pytest.mark.parametrize("typed", TYPED)
@pytest.mark.parametrize("around", ["{}", "张三{}.xlsx", "zhangsan{}", "G{}", "高一 {} (2)", "2021-09-01 {} 2021年"])
def test_words_are_masked_however_a_number_was_typed_into_them(around: str, typed: str) -> None:
    number = people(1)[0].number
    shown = masked_words(around.format(_as_typed(number)[typed]))
    folded = unicodedata.normalize("NFKC", shown)
    assert number[6:14] not in "".join(sign for sign in folded if sign.isdigit())
    assert masked_words(shown) == shown


@pytest.mark.parametrize(
    "number", ["13800138000", "6217200603158866", "62172006031588660012", "511303200603", "5113" * 5]
)
def test_telephones_cards_and_what_is_no_number_of_any_kind_are_masked_in_words(number: str) -> None:
    assert number not in masked_words(f"家长 {number} 来电")


@pytest.mark.parametrize(
    "text",
    [
        "花名册20211123.xlsx",
        "aidledger.db.before-restore-20220301T080000Z",
        "backup-20220301080000.db",
        "backup-202203010800.db",
        "from 2021-09-01 2021-12-31 on",
        "2022-03-01T08:00:00Z",
        "12345678901.00",
        "511300********0076",
        "***************8866",
        "0" * 63 + "1",
        "财教〔2021〕310号",
    ],
)
def test_dates_sums_and_digests_are_left_in_words(text: str) -> None:
    assert masked_words(text) == text


def test_a_trace_masks_a_number_that_was_typed_in_groups(tmp_path: Path) -> None:
    ledger = new_ledger(tmp_path)
    text = _as_typed(people(1)[0].number)["in groups"]
    assert bring_in(ledger, xlsx_bytes(with_cells(roster_grid(2), {"C3": text}))).outcome == "posted"
    run = aidledger("trace", "1", "--format", "json", ledger=ledger.place)
    assert (run.exit_code, text in run.stdout) == (0, False)


@pytest.mark.parametrize("typed", ["plain", "with spaces", "with dashes", "full-width"])
@pytest.mark.parametrize("cell", ["B3", "C3", "D3", "E3", "F3", "G3", "H3"])
def test_a_message_never_repeats_a_number_that_stands_in_another_column(tmp_path: Path, cell: str, typed: str) -> None:
    """Columns that slipped by one put ID and card numbers where names, grades and amounts are read."""
    number = people(1, first=900)[0].number
    headers = ("序号", "姓名", "身份证号", "性别", "年级", "发放金额", "银行卡号", "入学年份")
    grid = with_cells(roster_grid(2, headers=headers, total=False), {cell: _as_typed(number)[typed]})
    path = new_place(tmp_path)
    (tmp_path / "slipped.xlsx").write_bytes(xlsx_bytes(grid))
    result = bring_in(opened(path), (tmp_path / "slipped.xlsx").read_bytes())
    messages = json.dumps([dict(problem.facts) for problem in result.problems], ensure_ascii=False, default=str)
    folded = "".join(sign for sign in unicodedata.normalize("NFKC", messages) if sign.isalnum())
    assert number not in folded


def test_a_number_cell_in_the_column_of_amounts_is_not_repeated(tmp_path: Path) -> None:
    grid = with_cells(roster_grid(2, total=False), {"F3": 6217200603158866})
    result = bring_in(new_ledger(tmp_path), xlsx_bytes(grid))
    assert result.outcome == "rejected"
    assert "621720060315" not in str([dict(problem.facts) for problem in result.problems])

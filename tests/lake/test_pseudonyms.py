"""Pseudonyms: the same in every district that has the key, and telling nothing without it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from aidledger.checks.eligibility import age_on, usual_births
from aidledger.domain.program import Bounds
from aidledger.domain.term import Period
from aidledger.lake.pseudonyms import Pseudonyms
from tests.audit.cases import person
from tests.lake.lakes import BORN, OTHER, exported, grant, ledger_of

_KEY, _OTHER_KEY = b"k" * 32, b"l" * 32
_CARD = "6217003810012345678"


def _cells(lake: Path) -> set[object]:
    return {
        cell
        for path in lake.rglob("*.parquet")
        for column in parquet.read_table(path).columns
        for cell in column.to_pylist()
    }


def test_no_name_number_or_card_is_in_the_lake_and_the_same_child_is_the_same(tmp_path: Path) -> None:
    child = person("a", BORN)
    exported(ledger_of(tmp_path, "here", grant("a", card=_CARD)), tmp_path, "digest")
    lake = exported(ledger_of(tmp_path, "there", grant("a", "东山中学", card=_CARD)), tmp_path, "digest", OTHER)

    texts = "\n".join(str(cell) for cell in _cells(lake))
    for secret in (child.name, child.number, child.number[6:14], _CARD, str(BORN)):
        assert secret not in texts
    people = [parquet.read_table(path).to_pylist() for path in sorted(lake.glob("beneficiary/**/*.parquet"))]
    (here,), (there,) = people
    assert {name: here[name] for name in ("person", "number", "name")} == {
        name: there[name] for name in ("person", "number", "name")
    }


def test_masked_shows_a_part_and_still_tells_apart() -> None:
    masked = Pseudonyms(_KEY, "masked")

    one, other = masked.number("511303200603151234"), masked.number("511303200604161234")

    assert one.startswith("511303********1234 ")
    assert other.startswith("511303********1234 ")
    assert one != other
    assert masked.name("张三丰").startswith("张** ")


def test_another_key_gives_other_pseudonyms() -> None:
    one, other = Pseudonyms(_KEY, "digest"), Pseudonyms(_OTHER_KEY, "digest")

    assert one.fingerprint != other.fingerprint
    for what in (one.number, one.card, one.name):
        assert what("511303200603151234") != getattr(other, what.__name__)("511303200603151234")
    assert one.person("resident-id", "511303200603151234") != one.person("passport", "511303200603151234")
    assert 0 <= one.person("resident-id", "511303200603151234") < 2**63


@given(st.dates(date(1990, 1, 1), date(2022, 12, 31)), st.integers(1, 20), st.booleans())
def test_ages_are_judged_alike_by_what_is_left_of_a_birth_date(born: date, low: int, spring: bool) -> None:
    on = Period(2021, "spring" if spring else "autumn").start
    kept = Pseudonyms(_KEY, "digest").birth(born)

    first, last = usual_births(Bounds(low, low + 3), on)

    assert (born <= first, born > last) == (kept <= first, kept > last)
    assert age_on(born, on) == age_on(kept, on)

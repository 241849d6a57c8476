from __future__ import annotations

from aidledger.demo.faults.key import Expected
from aidledger.domain.finding import Finding
from tests.audit.scores import scores, subject_of


def finding(rule: str, *about: str, program: str | None = None, period: str | None = None) -> Finding:
    return Finding(rule, "error", about, program, period, 1, 0, (), None)


def test_what_was_missed_and_what_is_no_fault_is_named_and_counted() -> None:
    key = [Expected("account-changed", "1"), Expected("account-changed", "2"), Expected("not-asked", "3")]
    found = [finding("account-changed", "resident-id", "2"), finding("account-changed", "resident-id", "4")]

    (score,) = scores(found, key, ["account-changed"])

    assert score.missed == (("1", "", ""),)
    assert score.extra == (("4", "", ""),)
    assert (score.recall, score.precision) == (0.5, 0.5)
    assert str(score) == "account-changed: 2 expected, 2 found, recall 0.500, precision 0.500"


def test_nothing_expected_and_nothing_found_is_all_right() -> None:
    (score,) = scores([], [], ["account-changed"])

    assert (score.recall, score.precision) == (1, 1)


def test_a_finding_is_about_persons_a_card_a_school_or_programs() -> None:
    assert subject_of(finding("likely-same-person", "resident-id", "2", "resident-id", "1")) == "1+2"
    assert subject_of(finding("account-shared", "card", "6217")) == "6217"
    of_school = finding(
        "mixed-rates", "high-school-grant", "2021", "金溪中学", program="high-school-grant", period="2021"
    )
    assert subject_of(of_school) == "金溪中学"
    of_program = finding("tier-average", "high-school-grant", "2021", program="high-school-grant", period="2021")
    assert subject_of(of_program) == "high-school-grant"
    assert subject_of(finding("same-count-two-programs", "2021", "one", "other", program="one", period="2021")) == (
        "one+other"
    )

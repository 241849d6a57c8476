"""Charts drawn on the server: what they show, that each bar leads somewhere, and that they need no colour."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

from aidledger.domain.place import Place
from aidledger.domain.problem import Problem
from aidledger.i18n import translator
from aidledger.operations.results import FileResult, RosterResult
from aidledger.web.charts import counts_of, problems_by_school
from tests.cli.walking import World
from tests.store.ledgers import sample_place
from tests.web.site import Read, visited

if TYPE_CHECKING:
    from starlette.testclient import TestClient

PUBLISHED = "/reports/published?report=gaoping-2021-2022h1"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with visited(sample_place(tmp_path_factory.mktemp("charts"))) as client:
        yield client


def _charts(html: str) -> list[ET.Element]:
    """The drawings of a page; each must be whole XML."""
    return [ET.fromstring(one) for one in re.findall(r"<svg.*?</svg>", html, re.DOTALL)]  # noqa: S314 - our own page


def _said(chart: ET.Element) -> list[str]:
    return ["".join(one.itertext()).strip() for one in chart.iter("text")]


def test_terms_are_stacked_by_program_and_each_part_leads_to_its_entries(client: TestClient) -> None:
    html = client.get("/figures?by=program&by=period").text
    (chart,) = _charts(html)
    table = Read(html).tables[0]
    amount = table.heads.index("Amount (yuan)")
    hrefs = {row[amount].href: row for row in table.rows if row[amount].href}
    drawn = {link.get("href"): str(link.get("aria-label")) for link in chart.iter("a")}
    assert drawn.keys() == hrefs.keys()
    for href, row in hrefs.items():
        assert row[0].text in drawn[href]
        assert drawn[href].endswith(row[amount].text)


def test_parts_are_told_apart_by_number_and_a_stack_says_its_sum(client: TestClient) -> None:
    html = client.get("/figures?by=period&by=program").text
    (chart,) = _charts(html)
    said = _said(chart)
    table = Read(html).tables[0]
    amount = table.heads.index("Amount (yuan)")
    sums: dict[str, float] = {}
    for row in table.rows:
        lent = " · Loans" if "loan" in row[1].text.lower() else ""
        sums[row[0].text + lent] = sums.get(row[0].text + lent, 0) + float(row[amount].text.replace(",", ""))
    for label, fen in sums.items():
        assert f"{fen:,.2f}" in said, label
        assert any(label in one for one in said), label
    legend = re.findall(r'<li><span class="tone\d">(\d+)</span> ([^<]+)</li>', html)
    assert [number for number, _ in legend] == [str(i) for i in range(1, len(legend) + 1)]
    assert {name for _, name in legend} == {row[1].text for row in table.rows}
    assert any(one.isdigit() for one in said)


def test_loans_are_in_no_stack_of_aid(client: TestClient) -> None:
    (chart,) = _charts(client.get("/figures?by=program&by=period").text)
    for group in chart:
        labels = _said(group)
        names = [str(link.get("aria-label")) for link in group.iter("a")]
        assert len({"loan" in name.lower() for name in names}) == 1, labels


def test_printed_and_posted_stand_beside_each_other_and_only_ours_is_a_link(client: TestClient) -> None:
    html = client.get(PUBLISHED).text
    (chart,) = _charts(html)
    table = Read(html).tables[0]
    printed, ledger = (table.heads.index(f"{side} (10k yuan)") for side in ("Published", "Ledger"))
    said = _said(chart)
    for row in table.rows:
        assert f"Published (10k yuan): {row[printed].text}" in said
        assert any(one.startswith(f"Ledger (10k yuan): {row[ledger].text} ") for one in said)
    assert {link.get("href") for link in chart.iter("a")} == {row[ledger].href for row in table.rows}
    outlined = [one for one in chart.iter("rect") if one.get("class") == "printed"]
    assert len(outlined) == len(table.rows)


@pytest.mark.parametrize(
    "path", ["/", "/figures", "/figures?by=school", "/figures?by=program&by=period", PUBLISHED, "/figures?by=grade"]
)
def test_a_chart_is_small_named_and_within_the_policy(client: TestClient, path: str) -> None:
    html = client.get(path).text
    for chart in _charts(html):
        assert chart.get("aria-label")
        # A drawing that is an image hides the links in it from a screen reader.
        assert chart.get("role") == "group"
        assert all("style" not in one.attrib for one in chart.iter())
        for link in chart.iter("a"):
            assert link.get("aria-label") or "".join(link.itertext()).strip()
            assert client.get(str(link.get("href"))).status_code == 200
    assert html.index("<svg") < html.index("<table") if "<svg" in html else True


def test_nothing_is_drawn_of_one_row_or_of_nothing(client: TestClient) -> None:
    for path in ("/figures?by=kind&from=2030-autumn", "/figures?by=program&by=period&from=2030-autumn"):
        assert "<svg" not in client.get(path).text


def _file(problems: int, *schools: str | None) -> FileResult:
    roster = RosterResult("高一", "high-school-grant", "2021-autumn", None, 2, 1, 100, None)
    found = [Problem("name-missing", Place("高一", row, "B"), {}) for row in range(problems)]
    rosters: Sequence[Any] = [replace(roster, school=school) for school in schools]
    return FileResult("a.xlsx", "0" * 64, "roster", "rejected", None, rosters, [], {}, 0, found, [])


def test_problems_are_counted_by_school_the_most_first() -> None:
    files = [
        _file(2, "金溪中学"),
        _file(5, "东山小学", "东山小学"),
        _file(1, None),
        _file(0, "无误小学"),
        _file(1, "金溪中学"),
    ]
    bars = problems_by_school(files, translator("en"))
    assert [(bar.label, bar.figure) for bar in bars] == [
        ("东山小学", "5"),
        ("金溪中学", "3"),
        ("school not recognised", "1"),
    ]
    assert [bar.length for bar in bars] == [100.0, 60.0, 20.0]


def test_counted_things_lead_where_they_are_told_to() -> None:
    bars = counts_of({"a": 1, "b": 3}, {"b": "/x"})
    assert [(bar.label, bar.href) for bar in bars] == [("b", "/x"), ("a", None)]
    assert counts_of({}) == []


def test_coverage_is_the_share_of_the_registers_that_is_aided(world: World) -> None:
    """Three of the six who are paid are on the register; all of those on it are paid."""
    with visited(world.place) as client:
        html = client.get("/schools?period=2021-autumn").text
        (chart,) = _charts(html)
        table = Read(html).tables[-1]
        row = [cell.text for cell in table.rows[0]]
        assert [cell.text for cell in table.totals[0]][1:3] == row[1:3] == ["3", "3"]
        assert row[3] == "100.0%"
        assert _said(chart)[-1] == "100.0% (3 / 3)"


def test_without_a_register_there_is_no_coverage(client: TestClient) -> None:
    assert "Coverage" not in client.get("/schools?period=2022-spring").text

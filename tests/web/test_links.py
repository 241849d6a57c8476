"""Every figure that is a link is the sum of what it leads to, on every page, for every question that a page takes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from aidledger.reports.cuts import DIMENSIONS
from aidledger.reports.dues import DUE_CUTS
from tests.builders import roster_xlsx
from tests.cli.walking import SCHOOL, World
from tests.store.ledgers import bring_in, new_place, opened, sample_place
from tests.web.audits import audited
from tests.web.site import Cell, Read, Table, visited

if TYPE_CHECKING:
    from starlette.testclient import TestClient

TOTALS = re.compile(r"([\d,]+) person-times, persons: ([\d,]+), ([\d,.]+) yuan")
REPORT = "/reports/published?report=gaoping-2021-2022h1"
PERIODS = ("", "2021-autumn", "2022-spring")
NAMES = {
    "high-school-grant": "High-school national grant",
    "compulsory-living-subsidy": "Compulsory-education living subsidy",
}
PROGRAMS = ("", *NAMES)


@dataclass(frozen=True)
class Place:
    """Where a figure stands: the page, its table, the row, and the figure's column."""

    path: str
    table: Table
    row: Sequence[Cell]
    head: str
    total: bool

    def at(self, head: str) -> str:
        """The text of another cell of the row; empty where there is none."""
        return next((cell.text for one, cell in zip(self.table.heads, self.row, strict=True) if one == head), "")


@dataclass
class Site:
    """A ledger's pages, each fetched once."""

    client: TestClient
    pages: dict[str, Read] = field(default_factory=dict)

    def page(self, path: str) -> Read:
        """A page that opens."""
        path = path.partition("#")[0]
        if path not in self.pages:
            answer = self.client.get(path)
            assert answer.status_code == 200, (path, answer.status_code)
            self.pages[path] = Read(answer.text)
        return self.pages[path]

    def rows(self, path: str, number: int = 0) -> list[dict[str, str]]:
        """All rows of a page's table, of all its pages, by their heads."""
        found: list[dict[str, str]] = []
        page = 1
        while True:
            plain = path.partition("#")[0]
            more = f"{plain}{'&' if '?' in plain else '?'}page={page}"
            table = self.page(plain if page == 1 else more).tables[number]
            rows = [row for row in table.rows if len(row) > 1]
            found += [dict(zip(table.heads, (cell.text for cell in row), strict=True)) for row in rows]
            if len(rows) < 200:
                return found
            page += 1


def _number(text: str) -> float:
    return float(text.replace(",", "") or 0)


def _sum(rows: Sequence[Mapping[str, str]], head: str) -> float:
    return sum(_number(row[head]) for row in rows)


# What a figure must be, by the page that it leads to: the value found there.
Judge = Callable[[Site, str, Place], float]


def _entries(site: Site, href: str, place: Place) -> float:
    table = site.page(href).tables[0]
    behind = TOTALS.search(table.caption)
    assert behind is not None, table.caption
    times, persons, amount = map(_number, behind.groups())
    rows = site.rows(href)
    assert _sum(rows, "Amount (yuan)") == pytest.approx(amount)
    shared = [_number(row[-1].text) for row in table.totals if row[0].text == "By share"]
    amount = shared[0] if shared else amount
    head = place.head.lower()
    by_person = place.path.startswith("/reports/published") or place.at("Check") == "report"
    if (
        by_person
        and head in {"ledger", "actual"}
        and _number(place.row[place.table.heads.index(place.head)].text) == persons
    ):
        return persons
    if "10k yuan" in head:
        return amount / 10_000
    if "yuan" in head or head == "claimed":
        return amount
    return persons if "persons" in head else times


def _due(site: Site, href: str, place: Place) -> float:
    rows = site.rows(href)
    if place.head in {"Actual", "Bank"}:
        return len([row for row in rows if _number(row["Paid"]) > 0])
    head = {"Actual (yuan)": "Paid", "Bank (yuan)": "Paid"}.get(place.head, place.head)
    if place.total:  # aid and loans have a total row each
        table = site.page(href).tables[0]
        total = next(row for row in table.totals if row[0].text == place.row[0].text)
        return _number(total[table.heads.index(head)].text)
    return _sum(rows, head)


def _person(site: Site, href: str, place: Place) -> float:
    """A row of one person may be narrowed by its cells or by what the page was asked."""
    asked = {key: values[0] for key, values in parse_qs(urlsplit(place.path).query).items()}
    narrowed = {
        "Program": place.at("Program") or NAMES.get(asked.get("program", ""), ""),
        "Period": place.at("Period") or asked.get("period", ""),
    }
    rows = [row for row in site.rows(href, 1) if all(one in {"", row[head]} for head, one in narrowed.items())]
    moved = [row for row in site.rows(href, 2) if all(one in {"", row[head]} for head, one in narrowed.items())]
    for head in ("Paid", "Under way"):
        if all("waiver" not in row["Program"] and "loan" not in row["Program"] for row in rows):
            assert _sum(moved, head) == pytest.approx(_sum(rows, head)), (href, head)
    if place.head == "Amount (yuan)":  # of an order's line
        line = next(row for row in moved if row["Serial no."] == place.at("Serial no."))
        return _number(line["Under way"]) or _number(place.row[place.table.heads.index(place.head)].text)
    return _sum(rows, place.head)


def _compared(site: Site, href: str, place: Place) -> float:
    asked = parse_qs(urlsplit(href).query)
    lines = site.rows(href)
    if "by" in asked:
        return -_sum(lines, "Left (yuan)") if "Difference" in place.head else _sum(lines, "Expected (yuan)")
    (line,) = lines
    behind = site.rows(href, 1)
    difference = _BEHIND[asked["check"][0]](behind)
    if asked["check"][0] == "report":
        assert difference == pytest.approx(_number(line["Actual (yuan)"]))
        return _number(line[place.head])
    assert difference == pytest.approx(_number(line["Difference (yuan)"])), href
    return _number(line[place.head])


def _off(*whys: str) -> Callable[[Sequence[Mapping[str, str]]], float]:
    def difference(rows: Sequence[Mapping[str, str]]) -> float:
        some = [row for row in rows if row["Why"] in whys]
        return _sum(some, "Amount (yuan)") - sum(
            _number(row["Expected (yuan)"] or row["Amount (yuan)"]) for row in some
        )

    return difference


_BEHIND: Mapping[str, Callable[[Sequence[Mapping[str, str]]], float]] = {
    "standard": _off("no-rate-allows-it"),
    "declared": _off("declares-otherwise"),
    "allotment": _off("exceeds-allotment"),
    "payment": lambda rows: -_sum(rows, "Amount (yuan)"),
    "report": lambda rows: _sum(rows, "Amount (yuan)"),
}


def _batch(site: Site, href: str, place: Place) -> float:
    table = site.page(href).tables[0]
    if place.head == "Person-times":
        said = re.search(r"(-?[\d,]+) person-times", table.caption)
        assert said is not None
        return _number(said[1])
    return _sum(site.rows(href), "Amount (yuan)")


def _order(site: Site, href: str, place: Place) -> float:
    rows = site.rows(href)
    if place.head == "Amount (yuan)":
        return _sum(rows, "Amount (yuan)")
    states = {"Paid": {"paid"}, "Returned": {"failed", "returned"}, "No answer": {"exported", "released", "withdrawn"}}
    return len([row for row in rows if place.head == "Payments" or row["State"] in states[place.head]])


def _finding(site: Site, href: str, place: Place) -> float:
    page = site.page(href)
    if place.head == "Rows":
        return len(site.rows(href))
    shown = place.row[place.table.heads.index(place.head)].text
    if place.head == "Amount (yuan)":
        assert f"Amount in question: {shown.replace(',', '')} yuan" in "".join(page.texts)
        return _number(shown)
    return _number(shown)


def _entry(site: Site, href: str, _place: Place) -> float:
    said = re.search(r"Entry \d+, (-?[\d,.]+) yuan", site.page(href).tables[0].caption)
    assert said is not None
    return _number(said[1])


JUDGES: Sequence[tuple[str, Judge]] = (
    ("/entries?", _entries),
    ("/entries/", _entry),
    ("/payments/due?", _due),
    ("/payments/", _order),
    ("/people/", _person),
    ("/comparisons?", _compared),
    ("/batches/", _batch),
    ("/findings/", _finding),
)
# Columns whose cells name a thing, by its number.
_NAMES = frozenset({"Entry", "Person", "Batch", "Order", "Row", "Finding"})


def judged(site: Site, path: str) -> int:
    """Judge every figure of a page that is a link; how many there were."""
    found = 0
    for table in site.page(path).tables:
        for total, rows in ((False, table.rows), (True, table.totals)):
            for row in rows:
                for head, cell in zip(table.heads, row, strict=len(row) > 1):
                    if cell.href and cell.style == "figure" and head not in _NAMES:
                        found += 1
                        _judge(site, Place(path, table, row, head, total), cell)
    return found


def _judge(site: Site, place: Place, cell: Cell) -> None:
    href = str(cell.href)
    judge = next(judge for start, judge in JUDGES if href.startswith(start))
    behind = judge(site, href, place)
    shown = _number(cell.text)
    signed = place.path.startswith("/reports/bridge")  # what only the first cut holds is taken off
    assert (abs(shown) if signed else shown) == pytest.approx(behind, abs=1e-6), (place.path, place.head, href)


def _questions(seed: int) -> Iterator[str]:
    """Every page that shows figures, asked for each filter and for some combinations of them."""
    some = Random(seed)
    yield from ("/", "/payments", "/batches", "/schools", "/reports/returns", "/findings", REPORT)
    for first, last in (("", ""), ("2021-autumn", "2022-spring"), ("2022-spring", "")):
        span = {"from": first, "to": last}
        yield f"/reports/returns?{urlencode(span)}"
        yield f"/schools/statement?{urlencode({'school': '金溪中学', **span})}"
    for by in [(one,) for one in DIMENSIONS] + some.sample(list(combinations(DIMENSIONS, 2)), 6):
        count, unit = some.choice(("posted", "paid")), some.choice(("yuan", "wan"))
        cuts = [("by", one) for one in by]
        yield f"/figures?{urlencode([*cuts, ('count', count), ('unit', unit), ('from', some.choice(PERIODS))])}"
    for grouped in [some.sample(DUE_CUTS, some.randint(1, 4)) for _ in range(8)]:
        asked = [("by", str(one)) for one in grouped] + [("all", some.choice(("", "yes")))]
        where = [("program", some.choice(PROGRAMS)), ("period", some.choice(PERIODS))]
        yield f"/payments/due?{urlencode([*asked, *where])}"
    for check in ("declared", "standard", "allotment", "payment", "report"):
        yield f"/comparisons?{urlencode({'check': check, 'all': 'yes'})}"
        yield f"/comparisons?{urlencode({'check': check, 'details': 'yes'})}"
    both = ("calendar-year:2021", "school-year:2021", "term:2022-spring", "span:2021-autumn..2022-spring")
    for one, other in (*combinations(both, 2), (both[0], "posted:2021-01-01..2030-01-01")):
        yield f"/reports/bridge?{urlencode({'from-cut': one, 'to-cut': other, 'each': some.choice(('', 'yes'))})}"


@pytest.fixture(scope="module")
def walked(world: World) -> Iterator[Site]:
    """A small ledger with an order, bank returns, allotments, findings and a reversed batch."""
    with visited(world.place) as client:
        audited(client)
        yield Site(client)


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """All nine programs."""
    with visited(sample_place(tmp_path_factory.mktemp("samples"))) as client:
        yield Site(client)


@pytest.mark.parametrize("path", list(_questions(1)))
def test_a_figure_of_a_walk_is_what_it_leads_to(walked: Site, path: str) -> None:
    judged(walked, path)


@pytest.mark.parametrize("path", [path for path in _questions(2) if path != "/findings"])
def test_a_figure_of_nine_programs_is_what_it_leads_to(samples: Site, path: str) -> None:
    judged(samples, path)


def test_a_total_is_of_all_rows_not_of_the_page_and_a_page_is_jumped_to(tmp_path: Path) -> None:
    place = new_place(tmp_path)
    with closing(opened(place)) as ledger:
        assert bring_in(ledger, roster_xlsx(430)).outcome == "posted"
    with visited(place) as client:
        shown = client.get("/batches/1?page=3")
        table = Read(shown.text).tables[0]
        assert len(table.rows) == 30
        assert table.totals[0][table.heads.index("Amount (yuan)")].text == "430,000.00"
        jump = re.search(r'<form class="jump".*?</form>', client.get("/entries?figure=kind=aid&page=2").text, re.DOTALL)
        assert jump is not None
        assert 'name="figure" value="kind=aid"' in jump[0]
        assert 'name="page" min="1" max="3" value="2"' in jump[0]
        assert jump[0].count('name="page"') == 1


@pytest.mark.parametrize(
    "path", ["/payments/due?by=program", "/schools?period=2021-autumn", "/schools/statement?school=金溪中学"]
)
def test_amounts_are_shown_in_10k_yuan_where_that_is_asked_for_but_exports_stay(samples: Site, path: str) -> None:
    plain, wan = samples.page(path), samples.page(f"{path}&unit=wan")
    seen = 0
    for table, other in zip(plain.tables, wan.tables, strict=True):
        for rows, others in ((table.rows, other.rows), (table.totals, other.totals)):
            for row, same in zip(rows, others, strict=True):
                for head, cell, shown in zip(other.heads, row, same, strict=True):
                    if cell.text != shown.text:
                        seen += 1
                        assert "10k yuan" in f"{other.caption} {head}", head
                        assert _number(shown.text) * 10_000 == pytest.approx(_number(cell.text))
                        assert cell.href == shown.href
    assert seen > 0
    for form in ("json", "csv"):
        assert (
            samples.client.get(f"{path}&format={form}").text
            == samples.client.get(f"{path}&unit=wan&format={form}").text
        )
    narrowed = re.search(r'<form class="filters".*?</form>', samples.client.get(f"{path}&unit=wan").text, re.DOTALL)
    assert narrowed is not None
    assert 'name="unit" value="wan"' in narrowed[0]


@pytest.mark.parametrize(
    "figure",
    ["person=999999", "person=511300200603157060", "person=x", "roster=1.99", "roster=x", "declared=no,school="],
)
def test_a_figure_of_nobody_and_no_roster_is_refused(samples: Site, figure: str) -> None:
    answer = samples.client.get(f"/entries?{urlencode({'figure': figure})}")
    assert answer.status_code in {400, 404, 409}
    assert "511300200603157060" not in answer.text


def test_terminal_and_page_are_asked_the_same_figure(walked: Site, world: World) -> None:
    """Of a person, a roster, and the rosters that state totals."""
    for figure in ("person=1", "roster=1.1", f"declared=yes,school={SCHOOL}", "payment=paid,count=paid"):
        said = walked.client.get(f"/entries?{urlencode({'figure': figure, 'format': 'json'})}")
        assert said.status_code == 200
        assert said.json() == world.run("report", "entries", figure, "--format", "json").json


def test_what_was_paid_in_no_term_is_nothing(walked: Site) -> None:
    table = walked.page("/figures?by=program&count=paid&from=2029-autumn").tables[0]
    assert [row for row in table.rows if len(row) > 1] == []
    assert {cell.text for row in table.totals for cell in row[1:]} <= {"", "0", "0.00"}


def test_what_others_printed_leads_nowhere(samples: Site) -> None:
    table = samples.page(REPORT).tables[0]
    for head in ("Published", "Published (10k yuan)"):
        assert {row[table.heads.index(head)].href for row in table.rows} == {None}


def test_a_paper_is_signed_dated_and_bears_the_head(samples: Site) -> None:
    html = samples.client.get("/figures").text
    signing = re.search(r'<p class="signing">(.*?)</p>', html, re.DOTALL)
    assert signing is not None
    assert "Prepared by:" in signing[1]
    assert "Checked by:" in signing[1]
    assert re.search(r"Date: \d{4}-\d\d-\d\d", signing[1])
    assert re.search(r"Ledger head: [0-9a-f]{64}", html)

"""Schools and their names on the page: renamed, merged and told apart again, each after its figures were shown."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from aidledger.operations import actors
from tests.builders import roster_grid, xlsx_bytes
from tests.store.ledgers import bring_in, new_place, opened
from tests.web.site import OURS, visited

PAGE = "/settings/schools"
OLD, NEW, OTHER = "金溪中学", "金溪实验中学", "江北中学"
TITLE = "{school}2021年秋季学期普通高中国家助学金花名册"
SAID = {"date": "2022-02-01", "why": "青府办3号"}


@pytest.fixture
def place(tmp_path: Path) -> str:
    place = new_place(tmp_path)
    ledger = opened(place)
    for i, name in enumerate((OLD, OTHER)):
        bring_in(ledger, xlsx_bytes(roster_grid(2 + i, title=TITLE.format(school=name), first=5 * i)), f"{i}.xlsx")
    ledger.close()
    return place


def _hidden(text: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="([a-z]+)" value="([^"]*)">', text))


def test_a_school_is_renamed_after_its_figures_were_shown_and_that_is_undone(place: str) -> None:
    with visited(place) as client:
        shown = client.post(PAGE, data={"deed": "rename", "school": OLD, "into": NEW, **SAID}, headers=OURS)
        assert f"{OLD} is {NEW} now" in shown.text
        assert "2,000.00" in shown.text
        assert NEW not in client.get(PAGE).text
        client.post(PAGE, data=_hidden(shown.text) | {"confirmed": "yes"}, headers=OURS)
        listed = client.get(PAGE).text
        assert f"{OLD} → {NEW}" in listed
        assert NEW in client.get("/schools").text
        assert OLD not in client.get("/schools?period=2021-autumn").text
        (number,) = re.findall(rf'<option value="(\d+)">{OLD} → {NEW}', listed)
        asked = client.post(PAGE, data={"deed": "undo", "school": number, "why": "误"}, headers=OURS)
        client.post(PAGE, data=_hidden(asked.text) | {"confirmed": "yes"}, headers=OURS)
        assert OLD in client.get("/schools?period=2021-autumn").text


def test_two_schools_become_one(place: str) -> None:
    with visited(place) as client:
        data = {"deed": "merge", "school": OLD, "into": OTHER, **SAID}
        assert "5,000.00" in client.post(PAGE, data=data, headers=OURS).text
        client.post(PAGE, data=data | {"confirmed": "yes"}, headers=OURS)
        assert "5,000.00" in client.get("/figures?by=school").text
        again = client.post(PAGE, data=data, headers=OURS)
        assert again.status_code == 400
        assert "counts as" in again.text


@pytest.mark.parametrize(
    "data",
    [
        {"deed": "merge", "school": OLD, "into": OTHER, "why": "x"},
        {"deed": "merge", "school": OLD, "into": OTHER, "date": "2022-02-01"},
        {"deed": "undo", "school": "99", "why": "x"},
        {"deed": "rename", "school": "", "into": "", **SAID},
    ],
)
def test_what_is_incomplete_is_refused(place: str, data: dict[str, str]) -> None:
    with visited(place) as client:
        assert client.post(PAGE, data=data | {"confirmed": "yes"}, headers=OURS).status_code in {400, 404}


def test_a_clerk_sees_the_schools_and_no_form(place: str) -> None:
    ledger = opened(place)
    actors.name(ledger, "office", "clerk")
    actors.name(ledger, "somebody", "reviewer")
    ledger.close()
    with visited(place) as client:
        shown = client.get(PAGE)
        assert OLD in shown.text
        assert 'name="deed"' not in shown.text
        data = {"deed": "merge", "school": OLD, "into": OTHER, **SAID}
        assert client.post(PAGE, data=data, headers=OURS).status_code == 403

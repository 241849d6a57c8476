"""Page Settings: whose standards hold and which programs the office runs; every page follows at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from aidledger.operations import actors
from tests.store.ledgers import new_place, opened
from tests.web.site import OURS, visited

PAGE = "/settings/programs"


@pytest.fixture
def place(tmp_path: Path) -> str:
    return new_place(tmp_path)


def test_programs_and_region_are_changed_on_the_page_and_hold_at_once(place: str) -> None:
    with visited(place) as client:
        before = client.get(PAGE).text
        assert 'value="yulu"' in before
        assert 'value="national" selected' in before
        assert (
            "雨露"
            not in client.get("/figures?by=program", headers={"accept-language": "zh"}).text.partition("<main")[2]
        )
        sent = client.post(PAGE, data={"region": "sichuan", "program": ["high-school-grant", "yulu"]}, headers=OURS)
        assert sent.status_code == 200
        assert 'value="sichuan" selected' in sent.text
        assert 'value="yulu" checked' in sent.text
        assert 'value="vocational-grant" checked' not in sent.text
        assert "1150" in client.get(f"{PAGE}?period=2025-autumn").text
        assert "Vocational national grant" not in client.get("/figures").text
    with visited(place) as again:
        assert 'value="yulu" checked' in again.get(PAGE).text


def test_who_may_not_change_the_settings_sees_no_form_and_is_refused(place: str) -> None:
    ledger = opened(place)
    actors.name(ledger, "office", "clerk")
    actors.name(ledger, "somebody", "reviewer")
    ledger.close()
    with visited(place) as client:
        shown = client.get(PAGE)
        assert shown.status_code == 200
        assert "<fieldset>" not in shown.text
        assert client.post(PAGE, data={"program": ["yulu"]}, headers=OURS).status_code == 403
        assert 'value="yulu"' not in client.get(PAGE).text

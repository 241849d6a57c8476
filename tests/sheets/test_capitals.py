"""Amounts in the capital numerals of cheques."""

from __future__ import annotations

import pytest

from aidledger.sheets.recognition.capitals import capital_fen


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("壹仟元整", 100_000),
        ("壹仟圆正", 100_000),
        ("壹万贰仟叁佰元整", 1_230_000),
        ("叁佰壹拾贰元伍角", 31_250),
        ("叁佰壹拾贰元伍角整", 31_250),
        ("拾伍元整", 1_500),
        ("壹拾万零伍佰元正", 10_050_000),
        ("叁仟零伍元", 300_500),
        ("伍佰捌拾叁万伍仟柒佰肆拾元整", 583_574_000),
        ("壹仟玖佰伍拾玖万陆仟伍佰元整", 1_959_650_000),
        ("贰仟零伍拾万元陆角叁分", 2_050_000_063),
        ("壹亿零贰拾万叁仟元", 10_020_300_000),
        ("零仟伍佰元整", 50_000),
    ],
)
def test_an_amount_in_capitals_is_read(text: str, fen: int) -> None:
    assert capital_fen(text) == fen


@pytest.mark.parametrize(
    "text", ["", "整", "元", "壹仟", "一千元", "三千元整", "壹贰叁元", "叁佰肆仟元", "约壹仟元", "壹仟元左右", "1仟元"]
)
def test_what_is_not_written_as_on_a_cheque_is_no_amount(text: str) -> None:
    assert capital_fen(text) is None

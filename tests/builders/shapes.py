"""The shapes in which schools send one and the same roster, by group; those of a group exclude each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from random import Random

from tests.builders.books import Page
from tests.builders.drafts import Draft
from tests.builders.files import Cell
from tests.builders.shaping import (
    Shape,
    above,
    amounts,
    amounts_in_yuan,
    below,
    cells,
    columns_reversed,
    columns_shuffled,
    details,
    foot,
    headers,
    in_wan_by_header,
    look,
    money_beside,
    money_headers,
    note,
    others,
    page_beside,
    places,
    rows_reversed,
    rows_shuffled,
    school_column,
    spaced_title,
    sum_beside,
    summary_of_classes,
    summary_of_people,
    term,
    term_column,
    with_classes,
    wordings,
)

_TERMS = (
    *("2021年秋季学期", "2021年秋期", "2021秋", "21年秋", "2021年（秋）", "2021年度秋季"),
    *(
        "2021-2022学年第一学期",
        "2021—2022学年度上学期",
        "2021-2022学年(上)",
        "2021-2022学年度第1学期",
        "2021-2022学年上期",
    ),
    *("2021－2022学年秋季学期", "2021至2022学年度第一学期", "二〇二一年秋", "二○二一年秋季学期", "二零二一年秋季"),
    *("2021年下半年", "２０２１年秋季学期", "2021 年 秋 季 学 期", "2021-2022学年度（上）"),
)
_NUMBERS: Mapping[str, Callable[[str], str]] = {
    "parted by spaces": lambda text: f"{text[:6]} {text[6:14]} {text[14:]}",
    "parted by no-break spaces": lambda text: f"{text[:6]}\xa0{text[6:14]}　{text[14:]}",
    "quoted": lambda text: f"“{text}”",
    "after an apostrophe": lambda text: f"'{text}",
    "after a full-width apostrophe": lambda text: f"＇{text}",
    "full-width": lambda text: text.translate({**{ord("0") + i: 0xFF10 + i for i in range(10)}, ord("X"): "Ｘ"}),
    "lower-case": str.lower,
    "broken into lines": lambda text: f"{text[:10]}\n{text[10:]}",
    "among blanks": lambda text: f" {text} \t",
    "with marks that nobody sees": lambda text: f"\ufeff\u202d{text[:4]}\u200b{text[4:]}\u202c",
}
_NAMES: Mapping[str, Callable[[str], str]] = {
    "parted by a space": lambda text: f"{text[0]} {text[1:]}",
    "parted by a wide space": lambda text: f"{text[0]}　{text[1:]}",
    "among blanks": lambda text: f" {text}　",
    "broken into lines": lambda text: f"{text[0]}\n{text[1:]}",
    "dots •": lambda text: text.replace("·", "•"),
    "dots ・": lambda text: text.replace("·", "・"),
    "dots ．": lambda text: text.replace("·", "．"),
    "dots with spaces": lambda text: text.replace("·", " · "),
}
_AMOUNTS: Mapping[str, Callable[[Decimal], Cell]] = {
    "text": lambda amount: f"{amount.normalize():f}",
    "text with decimals": lambda amount: f"{amount:.6f}",
    "¥": lambda amount: f"¥{amount.normalize():f}",
    "￥": lambda amount: f"￥ {amount.normalize():f}",
    "full-width": lambda amount: f"{amount.normalize():f}".translate(
        {**{ord("0") + i: 0xFF10 + i for i in range(10)}, ord("."): "．"}
    ),
    "thousands": lambda amount: f"{amount.normalize():,f}",
    "full-width thousands": lambda amount: f"{amount.normalize():,f}".replace(",", "，"),
    "among blanks": lambda amount: f" {amount.normalize():f}　",
    "after an apostrophe": lambda amount: f"'{amount.normalize():f}",
}
_HEADERS: Mapping[str, Callable[[str], str]] = {
    "parted by spaces": " ".join,
    "parted by wide spaces": "　".join,
    "broken into lines": lambda text: f"{text[:2]}\n{text[2:]}" if len(text) > 2 else "\r\n".join(text),
    "starred": lambda text: f"*{text}",
    "with a note": lambda text: f"{text}（必填）",
    "with a colon": lambda text: f"{text}：",
}
_WORDINGS: Mapping[str, Mapping[str, str]] = {
    "long": {
        "name": "受助学生姓名",
        "number": "公民身份号码",
        "account": "社会保障卡号",
        "class": "班级名称",
        "boarding": "是否寄宿",
        "category": "家庭经济困难类型",
    },
    "short": {
        "serial": "No.",
        "name": "学生",
        "number": "身份证",
        "account": "卡号",
        "class": "班",
        "boarding": "寄宿/走读",
    },
    "full-width letters": {"serial": "Ｎｏ．", "number": "ＩＤ号"},
    "for either": {"number": "身份证号/护照号", "name": "姓名/Name", "account": "银行卡号（社保卡号）"},
}
_UNITS = ("（元）", "/元", "(单位:元)", "\n（元）", "（人民币元）")


_SIGNED: list[list[Cell]] = [["填表人:张三", None, None, "审核人:李四"], ["校长签字:", None, None, "2021年12月3日"]]
_REPORTED: list[Cell] = ["填报单位(盖章):", None, None, "填报时间:2021年12月3日"]

# In the order in which they are applied.
SHAPES: Mapping[str, Mapping[str, Shape]] = {
    "term": {text: term(text) for text in _TERMS},
    "said": {
        "all in the sheet's name": places(school="sheet", term="sheet", program="sheet"),
        "all in the file's name": places(school="file", term="file", program="file"),
        "all in folders": places(school="folder", term="folder", program="folder"),
        "term in the sheet's name": places(term="sheet"),
        "term in the file's name": places(term="file"),
        "term in a folder's name": places(term="folder"),
        "program in the sheet's name": places(program="sheet"),
        "program in the file's name": places(program="file"),
        "program in a folder's name": places(program="folder"),
        "school in the file's name": places(school="file"),
        "school in a folder's name": places(school="folder"),
        "school in a line": places(school="line"),
        "school in a line, the rest in the file's name": places(school="line", term="file", program="file"),
        "term in a column": term_column,
        "school in a column": school_column,
        "spaces between all signs": spaced_title,
    },
    "numbers": {name: cells(("number", "account", "student_number"), write) for name, write in _NUMBERS.items()},
    "names": {name: cells(("name",), write) for name, write in _NAMES.items()},
    "columns beside": {
        "guardian before": others("监护人姓名", "监护人身份证号", "监护人联系电话", before=True),
        "guardian behind": others("监护人姓名", "监护人身份证号码", "监护人银行卡号", before=False),
        "householder before": others("户主姓名", "户主身份证号", before=True),
        "householder behind": others("户主姓名", "户主身份证号码", "家长电话", before=False),
        "teacher": others("班主任", "班主任电话", before=True),
        "parents": others("父亲姓名", "父亲身份证号", "母亲姓名", "母亲身份证号", before=True),
        "holder of the card": others("开户人姓名", "开户人身份证号", before=False),
        "guardian in a group": others("姓名", "身份证号", "联系电话", before=True, group="监护人信息"),
        "due and paid": money_beside("应发金额", 2),
        "paid and due": money_beside("应发金额", 2, behind=True),
        "a standard": money_beside("补助标准", 1),
        "a year's standard": money_beside("年补助标准", 2),
        "a sum": sum_beside,
        "details": details,
    },
    "unit": {
        "万元 in the header": in_wan_by_header,
        "单位:万元": note("单位:万元", wan=True),
        "(单位：万元)": note("(单位：万元)", wan=True),
        "单位:元": note("单位:元"),
        "金额单位：人民币元": note("金额单位：人民币元"),
        **{f"header{unit}": money_headers(unit) for unit in _UNITS},
    },
    "amounts": {**{name: amounts(write) for name, write in _AMOUNTS.items()}, "元": amounts_in_yuan},
    "wordings": {name: wordings(words) for name, words in _WORDINGS.items()},
    "headers": {name: headers(write) for name, write in _HEADERS.items()},
    "columns": {"shuffled": columns_shuffled, "reversed": columns_reversed},
    "rows": {"shuffled": rows_shuffled, "reversed": rows_reversed},
    "header": {"two rows": look(grouped=True)},
    "pages": {
        "header again": look(repeated="header"),
        "title and header again": look(repeated="title and header"),
        "blank, title and header again": look(repeated="blank, title and header"),
        "sums of pages": look(totals="pages"),
        "sums of pages and header again": look(totals="pages", repeated="header"),
        "sums of pages, title and header again": look(totals="pages", repeated="title and header"),
    },
    "blank lines": {"every 3": look(blank_every=3), "every 4": look(blank_every=4)},
    "totals": {
        name: look(totals=name)
        for name in ("plain", "persons", "count", "capitals", "capitals alone", "words", "classes")
    },
    "above": {
        "two lines": above("高坪区学生资助管理中心"),
        "three lines": above("高坪区教育和科技体育局", "学生资助管理中心"),
        "four lines": above("附件2", "高坪区教育和科技体育局", "学生资助管理中心"),
    },
    "below": {
        "reported": below(_REPORTED),
        "blank": below([]),
        "reported, blank": below(_REPORTED, []),
        "a note": below(["说明:本表一式三份，学校、教育局各存一份。"]),
    },
    "foot": {
        "signed": foot(*_SIGNED),
        "blank, signed": foot([], *_SIGNED),
        "notes": foot(["备注:1.本表由学校填报。"], ["2.金额以元为单位。"]),
        "serial numbers": look(empty_serials=(13, 14, 15)),
        "以下空白": foot(["以下空白"]),
    },
    "offset": {
        "C6": look(offset=(5, 2)),
        "B1": look(offset=(0, 1)),
        "A4": look(offset=(3, 0)),
    },
}
# Only where there are sheets.
BOOK_SHAPES: Mapping[str, Mapping[str, Shape]] = {
    "class": {"merged": look(merged_class=True)},
    "sheets": {
        "one a class": look(by_class=True),
        "a class hidden": look(by_class=True, states="hidden"),
        "a class very hidden": look(by_class=True, states="veryHidden"),
        "summary of people": with_classes(page_beside(summary_of_people)),
        "summary of people first": with_classes(page_beside(summary_of_people, before=True)),
        "summary of classes": with_classes(page_beside(summary_of_classes)),
        "summary of classes first": with_classes(page_beside(summary_of_classes, before=True)),
        "an empty sheet": page_beside(lambda _: Page("Sheet2", [])),
        "an empty sheet first": page_beside(lambda _: Page("Sheet0", []), before=True),
        "notes": page_beside(lambda _: Page("填表说明", [["填表说明"], ["1.金额以元为单位。"]])),
        "notes first": page_beside(lambda _: Page("填表说明", [["填表说明"], ["1.金额以元为单位。"]]), before=True),
    },
    "hidden": {"rows": look(hidden_rows=True), "columns": look(hidden_columns=True)},
}
ALL_SHAPES: Mapping[str, Mapping[str, Shape]] = {**SHAPES, **BOOK_SHAPES}


def shaped(draft: Draft, looks: Mapping[str, str], seed: int = 0) -> Draft:
    """The draft with some shapes, named by their groups, applied in the order of the groups."""
    rng = Random(seed)
    for group, shapes in ALL_SHAPES.items():
        if group in looks:
            shapes[looks[group]](draft, rng)
    return draft

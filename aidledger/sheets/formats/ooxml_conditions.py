"""Conditional formats of an .xlsx that hide cells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from xml.etree import ElementTree as ET

from aidledger.sheets.formats.conditions import Area, Condition, condition
from aidledger.sheets.formats.looks import WHITE
from aidledger.sheets.formats.number_formats import formatted
from aidledger.sheets.formats.ooxml_formulas import column_index
from aidledger.sheets.formats.ooxml_looks import child, colour, inside
from aidledger.sheets.formats.package import XML_DAMAGES

_FORMAT = re.compile(rb"<(?:\w+:)?conditionalFormatting\b([^<>]*)>(.*?)</(?:\w+:)?conditionalFormatting>", re.DOTALL)
_RULE = re.compile(rb"<(?:\w+:)?cfRule\b([^<>]*)(?:/>|>(.*?)</(?:\w+:)?cfRule>)", re.DOTALL)
_FORMULA = re.compile(rb"<(?:\w+:)?formula>([^<]*)<")
_ANY_STYLE = re.compile(rb"<(?:\w+:)?dxf[\s>]")
_ATTRIBUTE = rb"""\b%b=["']([^"']*)["']"""
_RANGES, _KIND, _STYLE, _OPERATOR = (
    re.compile(_ATTRIBUTE % name) for name in (b"sqref", b"type", b"dxfId", b"operator")
)
_AREA = re.compile(r"([A-Z]{1,3})([0-9]{1,7})(?::([A-Z]{1,3})([0-9]{1,7}))?")
# Errors are reported anyway, and hiding a blank or 0 does no harm.
_HARMLESS = {"containsErrors", "containsBlanks"}
_HARMLESS_FORMULA = re.compile(
    r"IS(?:ERROR|ERR|NA|BLANK)\([^()]*\)|LEN\(TRIM\([^()]*\)\)=0|\$?[A-Z]{1,3}\$?[0-9]+=(?:0|\"\")", re.IGNORECASE
)
_SOME_NUMBER = 1234.5


def hiding_styles(styles: bytes | None) -> frozenset[int]:
    """The indexes of differential styles that hide a value: ``;;;``, or white on white."""
    if styles is None or not _ANY_STYLE.search(styles):
        return frozenset()
    try:
        root = ET.fromstring(styles)  # noqa: S314 - a DOCTYPE was refused
    except XML_DAMAGES:
        return frozenset()
    return frozenset(number for number, style in enumerate(inside(root, "dxfs")) if _hides(style))


def _hides(style: ET.Element) -> bool:
    code, font, fill = (child(style, name) for name in ("numFmt", "font", "fill"))
    if code is not None and formatted(code.get("formatCode", "General"), _SOME_NUMBER) == "":
        return True
    return font is not None and colour(child(font, "color")) == WHITE and (fill is None or _background(fill) == WHITE)


def _background(fill: ET.Element) -> str | None:
    """The background colour. Unlike those of cells, a solid differential fill uses bgColor."""
    pattern = child(fill, "patternFill")
    return None if pattern is None else colour(child(pattern, "bgColor"))


def conditions_of(part: bytes, end: int, hiding: frozenset[int]) -> Iterator[Condition]:
    """The conditional formats of a sheet that hide values; they follow its rows in the XML."""
    for found in _FORMAT.finditer(part, end) if hiding else ():
        areas = list(_areas(_text(_RANGES.search(found[1]))))
        for rule in _RULE.finditer(found[2]):
            style = _text(_STYLE.search(rule[1]))
            if style.isdecimal() and int(style) in hiding:
                yield from _condition(areas, rule[1], rule[2] or b"")


def _condition(areas: list[Area], attributes: bytes, inner: bytes) -> Iterator[Condition]:
    kind = _text(_KIND.search(attributes))
    formulas = [unescape(formula.decode("utf-8", "replace")).strip() for formula in _FORMULA.findall(inner)]
    if kind in _HARMLESS or (kind == "expression" and all(map(_HARMLESS_FORMULA.fullmatch, formulas))):
        return
    yield condition(areas, _text(_OPERATOR.search(attributes)) if kind == "cellIs" else "", formulas)


def _text(found: re.Match[bytes] | None) -> str:
    return found[1].decode("utf-8", "replace") if found else ""


def _areas(ranges: str) -> Iterator[Area]:
    for found in map(_AREA.fullmatch, ranges.split()):
        if found is not None:
            first = int(found[2]) - 1, column_index(found[1])
            yield first, (int(found[4]) - 1, column_index(found[3])) if found[3] else first

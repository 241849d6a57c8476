"""Validation rules of a blank roster, as formulas that Excel, WPS and LibreOffice accept.

Excel rejects array constants in validation, and formulas longer than 255 characters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aidledger.domain.money import yuan_text
from aidledger.domain.program import Rate
from aidledger.i18n import N_, Language, Translate
from aidledger.sheets.template.columns import BOARDINGS, DOCUMENT_TYPES, LEVELS, TemplateColumn, meant_for
from aidledger.sheets.template.roster import BlankRoster

FORMULA_MAX = 255
MESSAGE_MAX = 225
_FIRST_YEAR = 1990
# The sequences 1 to 17 and 1 to 19. By columns, as rows may be inserted but columns may not.
_PLACES_17, _PLACES_19 = "COLUMN($A$1:$Q$1)", "COLUMN($A$1:$S$1)"


@dataclass(frozen=True, slots=True)
class CellRule:
    """The validation of one column.

    ``formula``: true for a valid cell; None where only the list counts. ``listed``: the drop-down list, if any.
    ``message``: in the reader's language, what is valid. ``strict``: nothing else is accepted.
    """

    message: str
    formula: str | None = None
    listed: tuple[str, ...] = ()
    strict: bool = True


def rules_of(
    blank: BlankRoster, columns: Sequence[TemplateColumn], cells: Mapping[str, str], translate: Translate
) -> dict[str, CellRule]:
    """The rules by field; ``cells``: the first pupil's cells by field, as references for formulas."""
    choose = translate(N_("Choose from the list."))
    rules = {
        column.field: CellRule(choose, listed=column.choices, strict=not column.offered)
        for column in columns
        if column.choices
    }
    number = N_(
        "A resident ID number has 18 characters, the last a check digit. For another document, choose its type."
    )
    account = N_("A card or account number has 12 to 19 digits and nothing else.")
    rules["number"] = CellRule(
        translate(number), number_formula(cells["number"], cells["document_type"], blank.language)
    )
    rules["account"] = CellRule(translate(account), account_formula(cells["account"]))
    rules["amount"] = _amount_rule(blank, cells, translate)
    if "entry_year" in cells:
        rules["entry_year"] = _entry_year_rule(blank, cells["entry_year"], translate)
    return rules


def number_formula(number: str, document_type: str, language: Language) -> str:
    """A formula that validates an ID number.

    A resident ID number: length, birth date and check digit, whose weights are powers of 2 modulo 11 (GB 11643-1999).
    Other numbers must only differ from it in length, by which the reader tells them apart.
    """
    others = ",".join(f'{document_type}="{DOCUMENT_TYPES[name][language]}"' for name in ("passport", "other"))
    weighted = f"SUMPRODUCT(MID({number},{_PLACES_17},1)*2^(18-{_PLACES_17}))"
    check_digit = f'MID("10X98765432",MOD({weighted},11)+1,1)=RIGHT({number})'
    born = f'--TEXT(--MID({number},7,8),"0-00-00")>0'
    resident = f"AND(LEN({number})=18,{born},{check_digit})"
    return f"IF(OR({others}),AND(LEN({number})>4,LEN({number})<>18),{resident})"


def account_formula(account: str) -> str:
    """A formula that checks for 12 to 19 digits."""
    digits = f"SUMPRODUCT(--ISNUMBER(--MID({account},{_PLACES_19},1)))"
    return f"AND(LEN({account})>11,LEN({account})<20,{digits}=LEN({account}))"


def school_formula(cell: str, endings: Sequence[str]) -> str | None:
    """A formula that checks for a known ending of school names; None where it would be too long."""
    shortest = [end for end in endings if not any(other != end and other in end for other in endings)]
    found = ",".join(f"FIND({_quoted(ending)},{cell})" for ending in shortest)
    formula = f"COUNT({found})>0"
    return formula if len(formula) <= FORMULA_MAX else None


def _amount_rule(blank: BlankRoster, cells: Mapping[str, str], translate: Translate) -> CellRule:
    rates, amount = blank.rates, cells["amount"]
    if not rates:
        message = translate(N_("An amount in yuan, more than 0, with at most two decimals."))
        return CellRule(message, f"AND({amount}>0,ROUND({amount},2)={amount})")
    exact = all(rate.low_fen == rate.high_fen for rate in rates)
    conditional = any(meant_for(rate, blank.language) for rate in rates)
    alternatives = dict.fromkeys(_alternative(rate, cells, blank.language) for rate in rates)
    formula = f"OR({','.join(alternatives)})"
    if len(formula) > FORMULA_MAX:
        low, high = min(rate.low_fen for rate in rates), max(rate.high_fen for rate in rates)
        formula = _within(amount, low, high)
    allowed = "; ".join(dict.fromkeys(rate_text(rate, blank.language) for rate in rates))
    message = translate(N_("The standard allows (yuan): {allowed}.")).format(allowed=allowed)
    if len(message) > MESSAGE_MAX:
        message = translate(N_("The standard does not allow this amount; see the notes sheet."))
    listed = tuple(dict.fromkeys(_plain(rate.low_fen) for rate in rates)) if exact and not conditional else ()
    return CellRule(message, formula, listed)


def _alternative(rate: Rate, cells: Mapping[str, str], language: Language) -> str:
    """The condition of one rate: its pupils, as far as columns identify them, and its amount."""
    terms = [f'{cells["level"]}="{LEVELS[rate.level][language]}"'] if rate.level else []
    terms += [f'{cells["boarding"]}="{BOARDINGS[rate.boarding][language]}"'] if rate.boarding else []
    terms += [f"{cells['tier']}={_quoted(rate.label)}"] if rate.label else []
    amount = cells["amount"]
    if rate.low_fen == rate.high_fen:
        terms.append(f"{amount}={_plain(rate.low_fen)}")
        return f"AND({','.join(terms)})" if len(terms) > 1 else terms[0]
    return f"AND({','.join([*terms, *_bounds(amount, rate.low_fen, rate.high_fen)])})"


def _within(cell: str, low_fen: int, high_fen: int) -> str:
    return f"AND({','.join(_bounds(cell, low_fen, high_fen))})"


def _bounds(cell: str, low_fen: int, high_fen: int) -> list[str]:
    """Conditions for a range of amounts in whole 分."""
    return [f"{cell}>={_plain(low_fen)}", f"{cell}<={_plain(high_fen)}", f"ROUND({cell},2)={cell}"]


def _entry_year_rule(blank: BlankRoster, cell: str, translate: Translate) -> CellRule:
    years = blank.program.entry_years
    low = years.low if years and years.low else _FIRST_YEAR
    high = years.high if years and years.high else blank.period.year
    message = translate(N_("The program is for those who entered in {years}.")).format(years=f"{low}-{high}")
    return CellRule(message, f"AND({cell}>={low},{cell}<={high},INT({cell})={cell})")


def rate_text(rate: Rate, language: Language) -> str:
    """A rate with the pupils it applies to."""
    return " ".join([*meant_for(rate, language), amount_text(rate.low_fen, rate.high_fen)])


def amount_text(low_fen: int, high_fen: int | None = None) -> str:
    """An amount in 元, or a range."""
    low, high = _plain(low_fen), _plain(low_fen if high_fen is None else high_fen)
    return low if low == high else f"{low}–{high}"


def _plain(amount_fen: int) -> str:
    return yuan_text(amount_fen).removesuffix(".00")


def _quoted(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"'

"""What the cells of a blank roster accept, as formulas that Excel, WPS and LibreOffice understand.

A rule holds no array in braces: Excel refuses those in validations, and any longer than 255 characters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aidledger.domain.money import yuan_text
from aidledger.domain.program import Rate
from aidledger.i18n import N_, Language, Translate
from aidledger.sheets.template.columns import BOARDINGS, DOCUMENT_TYPES, LEVELS, TemplateColumn, meant_for
from aidledger.sheets.template.roster import BlankRoster

FORMULA_LONGEST = 255
MESSAGE_LONGEST = 225
_FIRST_YEAR = 1990
# 1 to 17 and 1 to 19 as they are counted by columns: rows may be inserted, columns may not.
_PLACES_17, _PLACES_19 = "COLUMN($A$1:$Q$1)", "COLUMN($A$1:$S$1)"


@dataclass(frozen=True, slots=True)
class Rule:
    """A check of one column.

    ``formula`` is true where a cell is right, None where only a list says so; ``listed``: the drop-down list, where
    few values are right for everybody. ``message`` says, in the reader's language, what is right. ``strict``: nothing
    else is accepted.
    """

    message: str
    formula: str | None = None
    listed: tuple[str, ...] = ()
    strict: bool = True


def rules_of(
    blank: BlankRoster, columns: Sequence[TemplateColumn], cells: Mapping[str, str], translate: Translate
) -> dict[str, Rule]:
    """The rules by field; ``cells`` are the first pupil's cells by field, as formulas name them."""
    choose = translate(N_("Choose from the list."))
    rules = {
        column.field: Rule(choose, listed=column.choices, strict=not column.offered)
        for column in columns
        if column.choices
    }
    number = N_("A resident ID number has 18 characters, the last a check digit. For another document choose its type.")
    account = N_("A card or account number has 12 to 19 digits and nothing else.")
    rules["number"] = Rule(translate(number), number_formula(cells["number"], cells["document_type"], blank.language))
    rules["account"] = Rule(translate(account), account_formula(cells["account"]))
    rules["amount"] = _amount_rule(blank, cells, translate)
    if "entry_year" in cells:
        rules["entry_year"] = _entry_year_rule(blank, cells["entry_year"], translate)
    return rules


def number_formula(number: str, document_type: str, language: Language) -> str:
    """Whether an ID number is right.

    A resident one by length, date of birth and check digit: its weights are powers of 2 (GB 11643-1999, mod 11).
    Another one is only not of a resident one's length, by which it would be taken for one.
    """
    others = ",".join(f'{document_type}="{DOCUMENT_TYPES[name][language]}"' for name in ("passport", "other"))
    weighted = f"SUMPRODUCT(MID({number},{_PLACES_17},1)*2^(18-{_PLACES_17}))"
    check_digit = f'MID("10X98765432",MOD({weighted},11)+1,1)=RIGHT({number})'
    born = f'--TEXT(--MID({number},7,8),"0-00-00")>0'
    resident = f"AND(LEN({number})=18,{born},{check_digit})"
    return f"IF(OR({others}),AND(LEN({number})>4,LEN({number})<>18),{resident})"


def account_formula(account: str) -> str:
    """Whether a card number is 12 to 19 digits."""
    digits = f"SUMPRODUCT(--ISNUMBER(--MID({account},{_PLACES_19},1)))"
    return f"AND(LEN({account})>11,LEN({account})<20,{digits}=LEN({account}))"


def school_formula(cell: str, endings: Sequence[str]) -> str | None:
    """Whether a school's name has an ending by which it is recognised; None where there are too many to ask."""
    shortest = [one for one in endings if not any(other != one and other in one for other in endings)]
    found = ",".join(f"FIND({_quoted(ending)},{cell})" for ending in shortest)
    formula = f"COUNT({found})>0"
    return formula if len(formula) <= FORMULA_LONGEST else None


def _amount_rule(blank: BlankRoster, cells: Mapping[str, str], translate: Translate) -> Rule:
    rates, amount = blank.rates, cells["amount"]
    if not rates:
        message = translate(N_("An amount in yuan, more than 0, with at most two decimals."))
        return Rule(message, f"AND({amount}>0,ROUND({amount},2)={amount})")
    exact = all(rate.low_fen == rate.high_fen for rate in rates)
    conditional = any(meant_for(rate, blank.language) for rate in rates)
    alternatives = dict.fromkeys(_alternative(rate, cells, blank.language) for rate in rates)
    formula = f"OR({','.join(alternatives)})"
    if len(formula) > FORMULA_LONGEST:
        low, high = min(rate.low_fen for rate in rates), max(rate.high_fen for rate in rates)
        formula = _within(amount, low, high)
    allowed = "; ".join(dict.fromkeys(rate_text(rate, blank.language) for rate in rates))
    message = translate(N_("The standard allows (yuan): {allowed}.")).format(allowed=allowed)
    if len(message) > MESSAGE_LONGEST:
        message = translate(N_("The standard does not allow this amount; see the sheet of notes."))
    listed = tuple(dict.fromkeys(_plain(rate.low_fen) for rate in rates)) if exact and not conditional else ()
    return Rule(message, formula, listed)


def _alternative(rate: Rate, cells: Mapping[str, str], language: Language) -> str:
    """One rate: for whom, as far as the columns say, and how much."""
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
    """From the one to the other, in whole 分."""
    return [f"{cell}>={_plain(low_fen)}", f"{cell}<={_plain(high_fen)}", f"ROUND({cell},2)={cell}"]


def _entry_year_rule(blank: BlankRoster, cell: str, translate: Translate) -> Rule:
    years = blank.program.entry_years
    low = years.low if years and years.low else _FIRST_YEAR
    high = years.high if years and years.high else blank.period.year
    message = translate(N_("The program is for those who entered in {years}.")).format(years=f"{low}-{high}")
    return Rule(message, f"AND({cell}>={low},{cell}<={high},INT({cell})={cell})")


def rate_text(rate: Rate, language: Language) -> str:
    """A rate and for whom it is, in one phrase."""
    return " ".join([*meant_for(rate, language), amount_text(rate.low_fen, rate.high_fen)])


def amount_text(low_fen: int, high_fen: int | None = None) -> str:
    """An amount in yuan, or from the one to the other."""
    low, high = _plain(low_fen), _plain(low_fen if high_fen is None else high_fen)
    return low if low == high else f"{low}–{high}"


def _plain(amount_fen: int) -> str:
    return yuan_text(amount_fen).removesuffix(".00")


def _quoted(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"'

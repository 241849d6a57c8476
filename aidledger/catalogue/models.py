"""Pydantic models of the files in schemas/."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from aidledger.domain.layout import FieldName
from aidledger.domain.listing import (
    CHANGES,
    FEE_ITEMS,
    HARDSHIP_CATEGORIES,
    HARDSHIP_LEVELS,
    OUTCOMES,
    POPULATION_STATUSES,
    SOURCES,
    STATUSES,
    ListKind,
)
from aidledger.domain.money import yuan_to_fen
from aidledger.domain.program import Basis, Believed, Boarding, Cadence, Level, Nature, Stage, Unit
from aidledger.domain.region import NATIONAL
from aidledger.domain.term import Period
from aidledger.errors import UnknownPeriod

NONE_FOUND = "none found"
# The days after a document within which money that it allots is usually paid.
DAYS_TO_PAY = 90
ALWAYS = "always"
OWN = "office's own"


def _period_code(value: object) -> object:
    try:
        return Period.parse(str(value)).code
    except UnknownPeriod as error:
        raise ValueError(str(error)) from None


def _start(value: object) -> object:
    return value if value == ALWAYS else _period_code(value)


def _money(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValueError("an amount in 元 is expected")  # noqa: TRY004 - pydantic reports ValueError only
    yuan = Decimal(value)
    yuan_to_fen(yuan)
    return yuan


def _day_of_year(text: str) -> str:
    try:
        datetime.strptime(f"2001-{text}", "%Y-%m-%d")  # noqa: DTZ007 - no time of day; 2001 has no 29 February
    except ValueError:
        raise ValueError("a day is expected as MM-DD, 12-31") from None
    return text


def _category(name: str) -> str:
    if name not in HARDSHIP_CATEGORIES:
        what = f"{name} is none of the categories: {', '.join(HARDSHIP_CATEGORIES)}"
        raise ValueError(what)
    return name


def _wording(text: str) -> str:
    try:
        text.format(count=0, amount="", district="", year="")
    except (KeyError, IndexError, ValueError, AttributeError) as error:
        what = f"{error} in braces; they may name count, amount, district and year"
        raise ValueError(what) from None
    return text


def _standards_or_own(value: object) -> object:
    """Standards, at least one; none where the office sets the amounts itself."""
    if value == OWN:
        return ()
    if value in ((), []):
        what = f"at least one standard is expected, or {OWN}"
        raise ValueError(what)
    return value


Yuan = Annotated[Decimal, BeforeValidator(_money), Field(gt=0)]
PeriodCode = Annotated[str, BeforeValidator(_period_code)]
Start = Annotated[str, BeforeValidator(_start)]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
Wording = Annotated[str, Field(min_length=1), AfterValidator(_wording)]
Text = Annotated[str, Field(min_length=1)]
CategoryName = Annotated[str, AfterValidator(_category)]
YearOfStage = Annotated[int, Field(ge=1, le=9)]


class Strict(BaseModel):
    """Forbids unknown keys and type coercion."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Names(Strict):
    """A name in both languages."""

    zh: Text
    en: Text


class RateModel(Strict):
    """One amount, or a range from ``low`` to ``high``, in 元 per person; or an amount a day for at most ``days``."""

    amount: Yuan | None = None
    low: Yuan | None = None
    high: Yuan | None = None
    basis: Basis = "norm"
    level: Level | None = None
    boarding: Boarding | None = None
    label: Text | None = None
    categories: Annotated[tuple[CategoryName, ...], Field(strict=False)] = ()
    days: Annotated[int, Field(ge=1, le=366)] | None = None

    @model_validator(mode="after")
    def _days_of_a_day(self) -> RateModel:
        if (self.basis == "daily") != (self.days is not None) or (self.days and self.amount is None):
            raise ValueError("an amount a day has basis: daily, the amount, and the days at most")
        return self

    @model_validator(mode="after")
    def _one_or_span(self) -> RateModel:
        exact = self.amount is not None and self.low is None and self.high is None
        span = self.amount is None and self.low is not None and self.high is not None and self.low <= self.high
        if not (exact or span):
            raise ValueError("either an amount, or low and high with low not above high")
        return self


class StandardModel(Strict):
    """A standard in force from a period on."""

    start: Start = Field(alias="from")
    per: Cadence
    reference: Text
    rates: Annotated[tuple[RateModel, ...], Field(min_length=1, strict=False)]
    average: Yuan | None = None
    grades: Annotated[tuple[YearOfStage, ...], Field(strict=False)] = ()
    note: Text | None = None
    replaces: bool = False
    fee_where_lower: bool = False
    believed: Annotated[tuple[Believed, ...], Field(strict=False)] = ()


class EndingModel(Strict):
    """The last period for which a program is paid; ``years``: to courses of that length; ``grade``: in that year."""

    last: PeriodCode
    years: Annotated[int, Field(ge=1, le=9)] | None = None
    grade: YearOfStage | None = None


class TurnedModel(Strict):
    """The age that a pupil must have reached ``by`` a day (MM-DD) of the year in which the school year begins."""

    age: Annotated[int, Field(ge=1, le=30)]
    by: Annotated[str, AfterValidator(_day_of_year)]


class MajorsModel(Strict):
    """Words of majors that are left out, and of those among them that are not."""

    never: Annotated[tuple[Text, ...], Field(strict=False, min_length=1)]
    but: Annotated[tuple[Text, ...], Field(strict=False)] = ()


Percent = Annotated[int, Field(ge=1, le=100)]


class ShareModel(Strict):
    """The least percent of a program's money that comes from each source, from a period on."""

    start: Start = Field(alias="from")
    central: Percent | None = None
    provincial: Percent | None = None
    city: Percent | None = None
    county: Percent | None = None
    reference: Text


class FeeModel(Strict):
    """A school's own fee per period (元), in force from a period on."""

    school: Text
    start: Start = Field(alias="from")
    amount: Yuan
    reference: Text


class DeadlineModel(Strict):
    """The last day (MM-DD) for paying a kind of period, in force from a period on."""

    start: Start = Field(alias="from")
    term: Literal["spring", "autumn", "year"]
    by: Annotated[str, AfterValidator(_day_of_year)]
    reference: Text


class BoundsModel(Strict):
    """An integer range; either end may be open."""

    low: int | None = None
    high: int | None = None


Texts = Annotated[tuple[Text, ...], Field(strict=False)]


class WordsModel(Strict):
    """The words by which titles and column headers name a program."""

    title: Annotated[tuple[Texts, ...], Field(strict=False, min_length=1)]
    column: Texts
    never: Texts = ()
    over: Annotated[tuple[Code, ...], Field(strict=False)] = ()


class ProgramModel(Strict):
    """A program."""

    code: Code
    order: int
    names: Names
    stage: Stage
    nature: Nature
    unit: Unit
    cadence: Cadence
    words: WordsModel
    wording: Wording
    continues: bool = False
    reference: Text
    standards: Annotated[tuple[StandardModel, ...], BeforeValidator(_standards_or_own), Field(strict=False)]
    fees: Annotated[tuple[FeeModel, ...], Field(strict=False)] = ()
    entry_years: BoundsModel | None = None
    ages: BoundsModel | None = None
    grades: Texts = ()
    excludes: Annotated[tuple[Code, ...], Field(strict=False)] = ()
    certified: bool = False
    deadlines: Annotated[tuple[DeadlineModel, ...], Field(strict=False)] = ()
    note: Text | None = None
    believed: bool = False
    in_force: bool = True
    by_school: bool = False
    for_recipients_of: Code | None = None
    ends: Annotated[tuple[EndingModel, ...], Field(strict=False)] = ()
    turned: TurnedModel | None = None
    public_fee: bool = False
    majors: MajorsModel | None = None
    shares: Annotated[tuple[ShareModel, ...], Field(strict=False)] = ()


class AdditionModel(Strict):
    """A region's or an office's additions to a program: standards, fees, deadlines, wording, whom it is for."""

    extends: Code
    standards: Annotated[tuple[StandardModel, ...], Field(strict=False)] = ()
    fees: Annotated[tuple[FeeModel, ...], Field(strict=False)] = ()
    deadlines: Annotated[tuple[DeadlineModel, ...], Field(strict=False)] = ()
    shares: Annotated[tuple[ShareModel, ...], Field(strict=False)] = ()
    wording: Wording | None = None
    note: Text | None = None
    for_recipients_of: Code | None = None


class RegionModel(Strict):
    """A region with standards of its own: ``regions/CODE/region.yaml``, beside its additions to programs."""

    code: Code
    names: Names


class SchoolModel(Strict):
    """A school by the name that the ledger prints, and its other names in rosters."""

    name: Text
    aliases: Texts = ()


class OfficeModel(Strict):
    """The office that keeps the ledger, and the schools that rosters call by several names."""

    district: Text
    region: Code = NATIONAL
    schools: Annotated[tuple[SchoolModel, ...], Field(strict=False)] = ()
    days_to_pay: Annotated[int, Field(ge=1, le=1000)] = DAYS_TO_PAY


class PublishedLineModel(Strict):
    """One published figure; ``amount_wan`` in 万元, with its decimals as printed."""

    program: Code
    count: int
    amount_wan: int | Decimal


class ReportModel(Strict):
    """The totals of a published report."""

    code: Code
    names: Names
    district: Text | None = None
    region: Code = NATIONAL
    start: PeriodCode = Field(alias="from")
    end: PeriodCode = Field(alias="to")
    reference: Text
    lines: Annotated[tuple[PublishedLineModel, ...], Field(strict=False, min_length=1)]


def _days_of_year(text: str) -> str:
    first, _, last = text.partition("..")
    if _day_of_year(first) > _day_of_year(last or first):
        what = f"{last} is before {first}"
        raise ValueError(what)
    return text


class HolidayYearModel(Strict):
    """The public holidays of a year: days off (MM-DD, or MM-DD..MM-DD), and weekend days that are worked instead."""

    year: Annotated[int, Field(ge=2000, le=2100)]
    reference: Text
    off: Annotated[tuple[Annotated[str, AfterValidator(_days_of_year)], ...], Field(strict=False)]
    worked: Annotated[tuple[Annotated[str, AfterValidator(_day_of_year)], ...], Field(strict=False)] = ()


class HolidaysModel(Strict):
    """Public holidays by year."""

    years: Annotated[tuple[HolidayYearModel, ...], Field(strict=False, min_length=1)]


class MoneyWordsModel(Strict):
    """Words in the headers of money columns, beside those of programs."""

    around: Texts = ()
    nouns: Texts = ()
    parts: Texts = ()
    due: Texts = ()
    paid: Texts = ()


class LineWordsModel(Strict):
    """Words that start rows other than a pupil's."""

    total: Texts = ()
    subtotal: Texts = ()
    beside_totals: Texts = ()
    closing: Texts = ()
    summary: Texts = ()


class SchoolWordsModel(Strict):
    """Words by which the name of a school is recognised."""

    labels: Texts = ()
    kinds: Texts = ()
    endings: Texts = ()


# The values that words stand for, by group.
VALUE_GROUPS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "sex": ("male", "female"),
        "boarding": ("boarder", "day"),
        "level": ("preschool", "primary", "junior", "senior", "vocational", "undergraduate", "graduate"),
        "document_type": ("resident-id", "residence-permit", "passport", "other"),
        "hardship_level": HARDSHIP_LEVELS,
        "category": HARDSHIP_CATEGORIES,
        "status": STATUSES,
        "change": CHANGES,
        "population_status": POPULATION_STATUSES,
        "fee_item": FEE_ITEMS,
        "outcome": OUTCOMES,
        "source": tuple(f"{source}-funds" for source in SOURCES),
    }
)
_VALUES = frozenset(value for group in VALUE_GROUPS.values() for value in group)


def _value(name: str) -> str:
    if name not in _VALUES:
        what = f"{name} is none of the values: {', '.join(sorted(_VALUES))}"
        raise ValueError(what)
    return name


ValueName = Annotated[str, AfterValidator(_value)]


class LayoutModel(Strict):
    """The words of one kind of list."""

    code: ListKind
    titles: Texts = ()
    fields: dict[FieldName, Texts] = Field(default_factory=dict)
    own: Texts = ()
    others: Texts = ()
    money: MoneyWordsModel = MoneyWordsModel()
    lines: LineWordsModel = LineWordsModel()
    school: SchoolWordsModel = SchoolWordsModel()
    values: dict[ValueName, Texts] = Field(default_factory=dict)

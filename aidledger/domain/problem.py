"""Problems of an imported file: a stable code, a place, and the facts of its sentence, which is rendered on output."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from aidledger.domain.place import Place


class Severity(StrEnum):
    """``error`` blocks posting; ``conflict`` contradicts totals or ledger; ``warning`` does not block."""

    ERROR = "error"
    CONFLICT = "conflict"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Kind:
    """What a problem code stands for: severity, sentence and hint.

    ``listed`` replaces the sentence for a list other than a roster (the facts name the ``list``); ``offering`` replaces
    it where the row holds an alternative (the facts hold what is ``offered``).
    """

    severity: Severity
    message: str
    hint: str
    listed: str | None = None
    offering: str | None = None

    def sentence(self, facts: Mapping[str, object]) -> str:
        """The sentence for these facts, untranslated."""
        if self.listed and "list" in facts:
            return self.listed
        return self.offering if self.offering and "offered" in facts else self.message


def _error(message: str, hint: str, offering: str | None = None, listed: str | None = None) -> Kind:
    return Kind(Severity.ERROR, message, hint, listed, offering)


def _conflict(message: str, hint: str, listed: str | None = None) -> Kind:
    return Kind(Severity.CONFLICT, message, hint, listed)


def _warning(message: str, hint: str, offering: str | None = None) -> Kind:
    return Kind(Severity.WARNING, message, hint, offering=offering)


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "unreadable-file": _error(
            "The file cannot be read: {why}.",
            "Open it in Excel or WPS, save it as .xlsx and import that.",
        ),
        "encrypted-file": _error(
            "The workbook is protected by a password.",
            "Ask the school for a copy without a password.",
        ),
        "file-too-large": _error(
            "The file is beyond what is read: {what} over {limit}.",
            "Split it, or clear the formatting of empty rows and columns and save it again.",
        ),
        "no-header": _error(
            "No header row was found: no row names at least a name or an ID number and one more column.",
            "Put the column names into one row above the students.",
            offering="No header row was found. Row {row} looks like one: {offered} understood; {unknown} not. "
            "Missing: {missing}.",
            listed="No header row was found. The rows look like a bank's list: names, cards, figures. A first row, "
            "such as 户名, 卡号, 金额(分), 处理标志, says what they are and what the amounts are counted in.",
        ),
        "missing-column": _error(
            "There is no single column for {field}. The header has: {headers}.",
            "Name the column with --map 'HEADER={field}'.",
            offering="{offered} add up to {actual}, and {whole} says {declared}: which of them is paid cannot be told.",
        ),
        "empty-roster": _error(
            "There is no student under the header.",
            "If the school has nobody to pay, there is no file to send.",
        ),
        "program-unknown": _error(
            "Title, sheet name, file name and columns do not say which program this is.",
            "Write the program into the title, or import the file with --program CODE.",
        ),
        "program-ambiguous": _error(
            "This could be any of: {programs}.",
            "Write the program into the title, give each its own money column, or use --program CODE.",
        ),
        "period-unknown": _error(
            "Title, sheet name and file name do not say which {cadence} is paid for{found}.",
            "Write it into the title (2021年秋季学期), or import the file with --period.",
        ),
        "part-ambiguous": _error(
            "Which part of the term is paid is said in different ways: {parts}.",
            "Write one month or instalment into title, sheet name and file name, or import the file with --part.",
        ),
        "id-missing": _error("The ID number is missing.", "Fill it in."),
        "id-format": _error(
            "{value} is not an ID number: {why}.",
            "Compare it with the household register.",
        ),
        "id-checksum": _error(
            "The ID number {value} has a typing error: its last character should be {expected} if the rest is right.",
            "Compare it with the household register.",
        ),
        "id-birthdate": _error(
            "The ID number {value} has no real day of birth in it.",
            "Compare it with the household register.",
        ),
        "id-precision-lost": _error(
            "Excel stored this ID number as a number and lost its last digits.",
            "Format the column as text and type the number again.",
            offering="Excel stored this ID number as a number and lost its last digits. The student number{where} "
            "holds {offered}, if that is the same person's.",
        ),
        "name-missing": _error("The name is missing.", "Fill it in.", offering="“{offered}” is not a name."),
        "amount-missing": _error("The amount is missing.", "Fill it in, or delete the row if nothing is paid."),
        "amount-format": _error("“{value}” is not an amount in 元.", "Write digits with at most two decimals."),
        "outside-table": _error(
            "Somebody stands here outside of the table that was read.",
            "Move the row under the columns of the table, or delete what does not belong to the list.",
        ),
        "row-too-long": _error(
            "The row has {count} fields, the header {expected}: a comma, of an amount perhaps, cuts one in two.",
            "Put the field into quotes, or write the amount without a comma.",
        ),
        "title-between": _error(
            "Another list begins here, “{value}”, and has no header of its own.",
            "Put a header below this title, or send a file for each list.",
        ),
        "ditto-mark": _error(
            "“{value}” stands for another cell, and here every row needs its own.", "Write out what it stands for."
        ),
        "amount-merged": _error(
            "One amount is merged over {count} students, and nothing says whose it is.",
            "Take the cells apart, and give every student an amount in a column.",
        ),
        "amount-split": _error(
            "元, 角 and 分 stand in columns of their own.", "Write the whole amount into one column, in 元: 312.50."
        ),
        "not-to-be-paid": _conflict(
            "“{value}” says that this is not paid, and an amount stands beside it.",
            "Take out whoever is not paid, or delete the remark.",
        ),
        "unit-unknown": _error(
            "The amounts are in {unit}, which nothing converts into 元.",
            "Write amounts in 元, or name 元, 万元, 千元, 百元, 角 or 分 in the header.",
        ),
        "invisible-mark": _error(
            "The cell holds an invisible mark ({value}) that turns what stands behind it.",
            "Type the cell again, do not paste it.",
        ),
        "amount-not-positive": _error(
            "The amount is {amount}; a payment is more than 0.",
            "Correct it, or delete the row if nothing is paid.",
        ),
        "formula-without-value": _error(
            "The cell holds a formula that was never calculated.",
            "Open the file in Excel or WPS and save it, or paste the values.",
        ),
        "cell-error": _error("The cell shows an error ({value}).", "Mend the formula, or type the value."),
        "number-format": _error(
            "The cell's number format ({format}) shows something else than the number that the cell holds.",
            "Give the cell the format “General”, and type what is meant.",
        ),
        "struck-out-part": _error(
            "Part of what stands in the cell is crossed out, raised or lowered.",
            "Type into the cell what counts, and nothing else.",
        ),
        "struck-out": _conflict(
            "The cell is crossed out.",
            "Delete the row if it does not count; if it does, take away the line through it.",
        ),
        "declared-total-mismatch": _conflict(
            "The roster declares {declared} {unit}, its rows make {actual}.",
            "Find the row that is missing or too many, or correct the total.",
        ),
        "duplicate-in-file": _conflict(
            "The same ID number is paid under {program} for {period} in row {first_row}{first_sheet} already.",
            "Delete one of the two, or correct the ID number.",
            listed="The same stands in row {first_row}{first_sheet} already.",
        ),
        "duplicate-in-ledger": _conflict(
            "This person was paid under {program} for {period} already: batch {batch}, row {first_row}, {school}.",
            "Delete the row. If it pays another month or instalment, write that into the title, or import the file "
            "with --part (9月, 第二批, 补差); if both were really paid, with --record-conflicts.",
            listed="The same stands in the {list} of batch {batch}, row {first_row}, already.",
        ),
        "duplicate-in-run": _conflict(
            "This person stands in {file}{first_sheet}, row {first_row}, too, which was sent in the same round and "
            "was rejected.",
            "Find out which of the two is right, and delete the row from the other; if one file is an earlier version, "
            "leave it out.",
        ),
        "name-id-mismatch": _conflict(
            "This ID number stands beside {name} here, and beside {other} elsewhere: {file}{where}.",
            "Find out which of the two is right.",
        ),
        "outcome-unknown": _error(
            "“{value}” does not say whether the bank paid.",
            "Write 成功 or 失败, or add the bank's word to schemas/layouts.",
        ),
        "document-missing": _error(
            "The number of the document (文号) by which the money was allotted is missing.",
            "Write it into its column or into the title.",
            listed="The number of the receipt or document by which the money came back is missing.",
        ),
        "not-a-payment": _error(
            "This list pays nobody: it says “{word}”.",
            "Import the list of those who were paid. What came back is a list of its own: 退款名单, 追缴名单.",
        ),
        "date-missing": _error(
            "The day on which the money came back is missing.", "Write it into its column or into the title."
        ),
        "payment-ambiguous": _conflict(
            "Several payments of the ledger could be meant: {payments}.",
            "Write program and term into the title, or import the file with --program and --period.",
        ),
        "payment-differs": _conflict(
            "The bank's amount is {amount}; the ledger holds {paid} for this person.",
            "Find out which amount is right.",
        ),
        "payment-other-payee": _conflict(
            "The serial number {serial} is of another payment: {what} differs.",
            "Find out whom the bank paid, and correct the line.",
        ),
        "payment-unmatched": _conflict(
            "The ledger holds no payment that this line could be the return of.",
            "Import the roster first, or correct the number and the amount.",
        ),
        "payment-not-released": _conflict(
            "Payment order {order} is {state}: no bank should have seen it.",
            "Release the order with the file that went to the bank, then import the return.",
        ),
        "recovery-unmatched": _conflict(
            "The ledger knows of no payment to this person under {program} for {period} that could have come back.",
            "Import the roster and the bank's return first, or correct number, program and term.",
        ),
        "recovery-exceeds": _conflict(
            "{amount} came back; only {owed} is to be claimed back under {program} for {period}.",
            "Import the corrected roster first, or correct the amount.",
        ),
        "value-unknown": _warning(
            "“{value}” is not understood.",
            "Correct it, or add the word to schemas/layouts.",
        ),
        "amount-off-standard": _warning(
            "{amount} is not what the standard allows ({allowed}; {reference}).",
            "Correct the amount, or note why it differs.",
        ),
        "sex-id-mismatch": _warning(
            "The sex is given as {stated}, the ID number says {actual}.", "Correct one of them."
        ),
        "birth-id-mismatch": _warning(
            "The date of birth differs from that in the ID number.",
            "Correct one of them.",
        ),
        "age-out-of-range": _warning(
            "Aged {age} at the start of the term; {low} to {high} is usual for {program}.",
            "Check the ID number and the program.",
        ),
        "entry-year-ineligible": _warning(
            "Entered in {entry_year}; {program} is for those who entered {years}.",
            "Check the year of entry.",
        ),
        "account-format": _warning(
            "The card number {value} is not one of 12 to 19 digits.",
            "Compare it with the card.",
            offering="Excel stored this card number as a number and lost its last digits: {offered} is not the card's.",
        ),
        "account-rounded": _warning(
            "The card number {value} ends in zeros, as Excel leaves it when it has lost the last digits.",
            "Compare it with the card, and type it into a column of text.",
        ),
        "account-zeros-lost": _warning(
            "The card number {value} is stored as a number and shorter than the others: zeros before it may be lost.",
            "Compare it with the card, and type it into a column of text.",
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem, its place, and the facts of its sentence. Facts never hold a full ID or card number."""

    code: str
    place: Place = Place()
    facts: Mapping[str, object] = field(default_factory=dict)

    @property
    def kind(self) -> Kind:
        """Severity and wording of its code."""
        return KINDS[self.code]

    @property
    def severity(self) -> Severity:
        """The severity of its code."""
        return KINDS[self.code].severity

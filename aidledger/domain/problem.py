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
            "The file is too large to read: {what} exceeds {limit}.",
            "Split it, or clear the formatting of empty rows and columns and save it again.",
        ),
        "no-header": _error(
            "No header row found: no row names at least a name or ID number column and one more.",
            "Put the column names in one row above the pupils.",
            offering=(
                "No header row found. Row {row} looks like one. Understood: {offered}; not understood: {unknown}; "
                "missing: {missing}."
            ),
            listed=(
                "No header row found. The rows look like a bank's list: names, cards, figures. Add a first row such "
                "as 户名, 卡号, 金额(分), 处理标志, which names the columns and the unit of the amounts."
            ),
        ),
        "missing-column": _error(
            "No single column is the {field}. The header has: {headers}.",
            "Give the column its usual name, or say which one it is.",
            offering="{offered} add up to {actual}, but {whole} says {declared}: which of them is paid is unclear.",
        ),
        "empty-roster": _error(
            "There are no pupils below the header.",
            "A school with nobody to pay need not send a file.",
        ),
        "program-unknown": _error(
            "None of title, sheet name, file name and columns says which program this is.",
            "Write the program in the title, or name it when you import the file.",
        ),
        "program-ambiguous": _error(
            "This could be any of: {programs}.",
            "Write the program in the title, give each program its own amount column, or name the program when you "
            "import the file.",
        ),
        "program-not-in-force": _error(
            "The catalogue has {program}, but the office does not run it.",
            "Switch the program on in the office's settings, then import the file again.",
        ),
        "program-without-pupils": _error(
            "{program} is kept as a count and an amount per school and term, not as a list of pupils.",
            "Import the document's amounts per school instead.",
        ),
        "period-unknown": _error(
            "None of title, sheet name and file name says which {cadence} is paid for{found}.",
            "Write it in the title (2021年秋季学期), or give it when you import the file.",
        ),
        "part-ambiguous": _error(
            "The file contradicts itself about which part of the term is paid: {parts}.",
            "Write the same month or instalment in title, sheet name and file name, or give the part when you "
            "import the file.",
        ),
        "id-missing": _error("The ID number is missing.", "Fill it in."),
        "id-format": _error(
            "{value} is not an ID number: {why}.",
            "Compare it with the household register.",
        ),
        "id-checksum": _error(
            "The ID number {value} has a typing error: if the rest is right, its last character is {expected}.",
            "Compare it with the household register.",
        ),
        "id-birthdate": _error(
            "The ID number {value} contains an impossible date of birth.",
            "Compare it with the household register.",
        ),
        "id-precision-lost": _error(
            "Excel stored this ID number as a number and lost its last digits.",
            "Format the column as text and type the number again.",
            offering=(
                "Excel stored this ID number as a number and lost its last digits. The student number{where} "
                "contains {offered}, if that is the same person's."
            ),
        ),
        "name-missing": _error("The name is missing.", "Fill it in.", offering="“{offered}” is not a name."),
        "amount-missing": _error("The amount is missing.", "Fill it in, or delete the row if nothing is paid."),
        "amount-format": _error("“{value}” is not an amount in 元.", "Write digits with at most two decimals."),
        "outside-table": _error(
            "There is a person here, outside the table that was read.",
            "Move the row into the table's columns, or delete what does not belong to the list.",
        ),
        "row-too-long": _error(
            "The row has {count} fields, the header {expected}: a comma, perhaps in an amount, splits one.",
            "Quote the field, or write the amount without a comma.",
        ),
        "title-between": _error(
            "Another list begins here, “{value}”, without a header of its own.",
            "Put a header below this title, or send each list as its own file.",
        ),
        "ditto-mark": _error(
            "“{value}” repeats another cell, but here every row needs its own value.", "Write the value out."
        ),
        "amount-merged": _error(
            "One amount is merged over {count} pupils, and nothing says whose it is.",
            "Unmerge the cells, and give every pupil an amount.",
        ),
        "amount-split": _error(
            "元, 角 and 分 are in separate columns.", "Write the whole amount in one column, in 元: 312.50."
        ),
        "not-to-be-paid": _conflict(
            "“{value}” says that this is not paid, but there is an amount.",
            "Remove those who are not paid, or delete the remark.",
        ),
        "unit-unknown": _error(
            "The amounts are in {unit}, which cannot be converted to 元.",
            "Write amounts in 元, or name 元, 万元, 千元, 百元, 角 or 分 in the header.",
        ),
        "invisible-mark": _error(
            "The cell holds an invisible character ({value}) that reverses the text after it.",
            "Retype the cell; do not paste it.",
        ),
        "amount-not-positive": _error(
            "The amount is {amount}; a payment must be more than 0.",
            "Correct it, or delete the row if nothing is paid.",
        ),
        "formula-without-value": _error(
            "The cell holds a formula without a calculated value.",
            "Open and save the file in Excel or WPS, or paste the values.",
        ),
        "cell-error": _error("The cell shows an error ({value}).", "Correct the formula, or type the value."),
        "number-format": _error(
            "The cell's number format ({format}) shows something other than the number in the cell.",
            "Set the cell's format to “General”, and type what is meant.",
        ),
        "struck-out-part": _error(
            "Part of the cell's text is struck out, superscript or subscript.",
            "Keep only the text that counts.",
        ),
        "struck-out": _conflict(
            "The cell is struck out.",
            "Delete the row if it does not count; if it does, remove the strikethrough.",
        ),
        "declared-total-mismatch": _conflict(
            "The roster declares {declared} {unit}, but its rows add up to {actual}.",
            "Find the missing or extra row, or correct the total.",
        ),
        "duplicate-in-file": _conflict(
            "The same ID number is already paid under {program} for {period} in row {first_row}{first_sheet}.",
            "Delete one of the two, or correct the ID number.",
            listed="Row {first_row}{first_sheet} already says the same.",
        ),
        "duplicate-in-ledger": _conflict(
            "This person was already paid under {program} for {period}: batch {batch}, row {first_row}, {school}.",
            "Delete the row. If it pays another month or instalment (9月, 第二批, 补差), write that in the title.",
            listed="The {list} of batch {batch}, row {first_row}, already says the same.",
        ),
        "duplicate-in-run": _conflict(
            "This person is also in {file}{first_sheet}, row {first_row}, which was imported at the same time and "
            "rejected.",
            "Find out which file is right, and delete the row from the other; if one is an earlier version, leave "
            "it out.",
        ),
        "name-id-mismatch": _conflict(
            "This ID number belongs to {name} here, but to {other} in {file}{where}.",
            "Find out which of the two is right.",
        ),
        "outcome-unknown": _error(
            "“{value}” does not say whether the bank paid.",
            "Write 成功 or 失败, or add the bank's word to schemas/layouts.",
        ),
        "document-missing": _error(
            "The number of the document (文号) that allotted the money is missing.",
            "Write it in its column or in the title.",
            listed="The number of the receipt or document for the recovered money is missing.",
        ),
        "not-a-payment": _error(
            "This list pays nobody: it says “{word}”.",
            "Import the list of those who were paid. Recoveries go in a list of their own: 退款名单, 追缴名单.",
        ),
        "date-missing": _error(
            "The date on which the money came back is missing.", "Write it in its column or in the title."
        ),
        "day-missing": _error(
            "The list does not say of which day it is.",
            "Write the day into its title or its name (…_20250902).",
        ),
        "population-unknown": _error(
            "Nothing says whom the list is of: neither title nor name, and no column of the category.",
            "Write it into the title or the name: 脱贫户信息, 农村低保, 持证残疾人.",
        ),
        "day-of-death-missing": _error("The day of death is missing, or is no date.", "Complete it."),
        "count-format": _error("“{value}” is no number of persons.", "Write the number in digits."),
        "member-not-read": _warning(
            "“{value}” is no ID number: nothing is kept of this person.",
            "Correct the number if the person is a child or a student.",
        ),
        "card-not-read": _warning(
            "This is no card number: nothing is kept of this person.",
            "Format the column as text and enter all digits.",
        ),
        "payment-ambiguous": _conflict(
            "This could be any of several payments in the ledger: {payments}.",
            "Write program and term in the title, or give them when you import the file.",
        ),
        "payment-differs": _conflict(
            "The bank's amount is {amount}; the ledger has {paid} for this person.",
            "Find out which amount is right.",
        ),
        "payment-other-payee": _conflict(
            "The serial number {serial} belongs to another payment: {what} differs.",
            "Find out whom the bank paid, and correct the line.",
        ),
        "payment-unmatched": _conflict(
            "No payment in the ledger matches this line.",
            "Import the roster first, or correct number and amount.",
        ),
        "payment-not-released": _conflict(
            "Payment order {order} is {state}: the bank should not have it.",
            "Release the order with the file that went to the bank, then import the return.",
        ),
        "recovery-unmatched": _conflict(
            "The ledger has no payment to this person under {program} for {period} that could have come back.",
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
            "The sex is given as {stated}, but the ID number says {actual}.", "Correct one of them."
        ),
        "birth-id-mismatch": _warning(
            "The date of birth differs from the one in the ID number.",
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
            "The card number {value} does not have 12 to 19 digits.",
            "Compare it with the card.",
            offering=(
                "Excel stored this card number as a number and lost its last digits: {offered} is not the card's "
                "number."
            ),
        ),
        "account-rounded": _warning(
            "The card number {value} ends in zeros, as numbers do whose last digits Excel has lost.",
            "Compare it with the card, and type it in a column formatted as text.",
        ),
        "account-zeros-lost": _warning(
            "The card number {value} is stored as a number and is shorter than the others: leading zeros may be lost.",
            "Compare it with the card, and type it in a column formatted as text.",
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

"""The kind of a list, by its title and columns, and whether it pays anybody at all."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter

from aidledger.domain.hardship import worded
from aidledger.domain.layout import Layout
from aidledger.domain.listing import ListKind
from aidledger.sheets.formats.grid import Cell
from aidledger.sheets.recognition.header import Header
from aidledger.sheets.recognition.titles import Surroundings

# Titles of lists made before anything is paid, or of pupils who are not paid; some may be paid later (补发).
_UNPAID = re.compile(
    r"不予(?:资助|发放|补助|减免)|取消资助|拟(?:资助|发放|享受|补助|减免|补发|受助)|公示(?:花?名[单册]|表|册)"
)
_UNPAID_AS_YET = re.compile(r"停发|未发放|(?:暂缓|暂停|缓期)发放")
_PAYS_AGAIN = re.compile(r"补发|重发|(?:重新|再次|二次|恢复)发放")
_PAYS_BACK = re.compile(r"(?:退[票汇款]|失败).{0,8}?(?:补发|重发|(?:重新|再次|二次)发放)")
_PAYS = re.compile(rf"{_PAYS_AGAIN.pattern}|发放(?:花?名[单册]|表|明细|清单|登记)")
# Fields that only a bank fills in.
_BANK_FIELDS = frozenset({"outcome", "payee", "serial_no"})
_RECOVERY_FIELDS = frozenset({"recovered_on", "recovery_reason"})
_APART: tuple[ListKind, ...] = ("national-export", "death", "fee-receipt", "staff", "population")
_OF_SUMS: tuple[ListKind, ...] = ("allotment", "quota", "school-amounts")
_OF_PUPILS, _RECOVERS = re.compile(r"学生|幼儿|在校|认定"), re.compile(r"追缴|退款|退回|收回|清退|停发")


@dataclass(frozen=True, slots=True)
class Kinds:
    """The evidence on one table. ``filled``: the fields with a value in any row."""

    header: Header
    around: Surroundings
    layout: Layout
    filled: Container[str]
    rows: Sequence[Sequence[Cell]]

    def kind(self) -> ListKind:
        """The kind of the table. One with amounts is a roster unless a bank return or list of recoveries."""
        fields = self.header.fields.keys()
        if not {"name", "number", "payee"} & fields:
            return self._of_nobody()
        apart = self._apart()
        if apart is not None:
            return apart
        if self._recovers():
            return "recovery"
        if self.header.money:
            return "bank-return" if self._of_a_bank() else "roster"
        return self._of_people()

    def _of_nobody(self) -> ListKind:
        """The kind of a table without a person's own columns."""
        fields = self.header.fields.keys()
        if "staff_name" in fields:
            return "staff"
        if self.header.members:
            return "population"
        if self.header.of_sums and {"persons", "places"} & fields and self._called(_OF_SUMS) != "allotment":
            return "quota" if "places" in fields or self._called(_OF_SUMS) == "quota" else "school-amounts"
        return "allotment"

    def _apart(self) -> ListKind | None:
        """The kind of a list that states other facts of people than their aid; None where it is none of these."""
        called = self._called(_APART)
        if called == "national-export":
            return "national-export" if self.header.money else None
        if self._of_deaths(called):
            return "death"
        if self._of_fees(called):
            return "fee-receipt"
        if called == "staff" and self._of_staff():
            return "staff"
        return "population" if called == "population" and self._of_households() else None

    def _pays(self) -> bool:
        """Whether it has amounts, and a program is named around it."""
        return bool(self.header.money) and self._names_program()

    def _names_program(self) -> bool:
        return any(source.programs for source in self.around.sources)

    def _of_deaths(self, called: ListKind | None) -> bool:
        if self.header.money or _RECOVERS.search(self._title()):
            return False
        return called == "death" or "died_on" in self.filled

    def _of_fees(self, called: ListKind | None) -> bool:
        """Whether it lists fees collected: called so, or with nothing else in its money columns."""
        fees = {"fee", "refunded"} & self.header.fields.keys()
        if called == "fee-receipt":
            return bool(fees) or (bool(self.header.money) and not self._names_program())
        return "fee" in fees and not self.header.money and not self._names_program()

    def _of_staff(self) -> bool:
        of_pupils = _OF_PUPILS.search(self._title()) or "student_number" in self.header.fields
        return not (of_pupils or self._pays())

    def _of_households(self) -> bool:
        """Whether a list called one of a hardship population is no school's list of pupils, and pays nobody."""
        fields = self.header.fields.keys()
        if self._pays() or {"program", "term", "tier", "hardship_level"} & fields:
            return False
        in_households = bool(self.header.members) or bool({"household", "relation"} & fields)
        if self._called(("certification", "population")) == "certification":
            return in_households and not {"grade", "class"} & fields
        return in_households or not _OF_PUPILS.search(self._title())

    def _title(self) -> str:
        return "\n".join(source.text for source in self.around.sources)

    def not_a_payment(self, kind: ListKind) -> str | None:
        """The word that marks a roster (or untitled register) as not paid, or possibly not paid; None without one."""
        if kind not in {"roster", "register"} or (kind == "register" and self._called() == "register"):
            return None
        reason = next((name for name in ("unpaid_reason", "recovery_reason") if name in self.filled), None)
        if reason is not None:
            return self.header.texts[self.header.fields[reason][0]]
        recovered = self._recovered_header()
        return recovered or next(self._refusing_words(), None)

    def _refusing_words(self) -> Iterator[str]:
        for source in self.around.sources:
            for match in _UNPAID.finditer(source.text):
                yield match[0]
            as_yet = _UNPAID_AS_YET.search(source.text)
            if as_yet and not _PAYS_AGAIN.search(source.text):
                yield as_yet[0]
        word, _ = self._titled("recovery")
        if word:
            yield word
        word, text = self._titled("bank-return")
        if self._outcome(word) and ("reason" in self.filled or not _PAYS_BACK.search(text)):
            yield word

    def _recovers(self) -> bool:
        """Whether it lists recoveries, rather than payments that a bank returned or that are made again."""
        fields = self.header.fields.keys()
        if "payee" in fields and "name" not in fields:
            return False
        word, text = self._titled("recovery")
        if word:
            return not _PAYS.search(text)
        recovered = self._recovered_header()
        if not recovered and not any(name in self.filled for name in _RECOVERY_FIELDS):
            return False
        bank_word, _ = self._titled("bank-return")
        if bank_word:
            return not (_BANK_FIELDS | {"account"}) & fields and not _is_returned(bank_word)
        paying = [column for column in self.header.money if column.role in {"paid", "plain", "due"}]
        if recovered and any(self._pays_somebody(column.index) for column in paying):
            return False
        titled = any(_PAYS.search(source.text) for source in self.around.sources)
        return not titled and "outcome" not in self.filled

    def _of_a_bank(self) -> bool:
        if "outcome" in self.filled:
            return True
        fields = self.header.fields.keys()
        word, text = self._titled("bank-return")
        if self._outcome(word):
            of_bank = _is_returned(word) or bool((_BANK_FIELDS | {"account", "reason"}) & fields)
            return of_bank and not _PAYS_BACK.search(text)
        return self._called() == "bank-return" and bool({"reason", "payee"} & fields)

    def _of_people(self) -> ListKind:
        """The kind of a table of people without amounts."""
        fields = self.header.fields.keys()
        called = self._called()
        if called in {"certification", "register"}:
            return called
        if any(source.programs for source in self.around.sources):
            return "roster"  # it lacks its money column
        if "hardship_level" in fields:
            return "certification"
        return "register" if {"status", "left_on", "change"} & fields else "roster"

    def _called(
        self, kinds: Sequence[ListKind] = ("certification", "register", "bank-return", "allotment")
    ) -> ListKind | None:
        """The kind that the first source with a matching word names (title, sheet, file, folder); longest word wins."""
        for source in (*self.around.sources, *self.around.folders):
            titles = self.layout.titles
            words = [(len(word), kind) for kind in kinds for word in titles.get(kind, ()) if word in source.text]
            if words:
                return max(words)[1]
        return None

    def _titled(self, kind: ListKind) -> tuple[str, str]:
        """A word of the kind in title, sheet or file name, preferably one with an outcome, and its text."""
        matches = [
            (self._outcome(word) is not None, word, source.text)
            for source in self.around.sources
            for word in self.layout.titles.get(kind, ())
            if word in source.text
        ]
        return max(matches, key=itemgetter(0), default=(False, "", ""))[1:]

    def _outcome(self, word: str) -> str | None:
        return worded(word, self.layout.values["outcome"]) if word else None

    def _recovered_header(self) -> str | None:
        """The header of a column of recovered amounts, if any is filled."""
        columns = (column for column in self.header.money if column.role == "recovered")
        return next((column.header for column in columns if self._pays_somebody(column.index)), None)

    def _pays_somebody(self, index: int) -> bool:
        return any(row[index] not in {"", 0} for row in self.rows)


def _is_returned(word: str) -> bool:
    """Whether only a bank uses the word: a school may call its list of refunds 退款清单, too."""
    return "退款" not in word

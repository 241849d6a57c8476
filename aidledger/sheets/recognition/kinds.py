"""Which kind of list a table is, by what its title calls it and by its columns; and whether it pays anybody at all."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass

from aidledger.domain.hardship import worded
from aidledger.domain.layout import Layout
from aidledger.domain.listing import ListKind
from aidledger.sheets.formats.grid import Cell
from aidledger.sheets.recognition.header import Header
from aidledger.sheets.recognition.titles import Surroundings

# What a list is called that is made before anything is paid, or of those who are not; some of it may end (补发).
_UNPAID = re.compile(
    r"不予(?:资助|发放|补助|减免)|取消资助|拟(?:资助|发放|享受|补助|减免|补发|受助)|公示(?:花?名[单册]|表|册)"
)
_UNPAID_AS_YET = re.compile(r"停发|未发放|(?:暂缓|暂停|缓期)发放")
_PAYS_AGAIN = re.compile(r"补发|重发|(?:重新|再次|二次|恢复)发放")
_PAYS_BACK = re.compile(r"(?:退[票汇款]|失败).{0,8}?(?:补发|重发|(?:重新|再次|二次)发放)")
_PAYS = re.compile(rf"{_PAYS_AGAIN.pattern}|发放(?:花?名[单册]|表|明细|清单|登记)")
# What only a bank knows of a payment.
_OF_A_BANK = frozenset({"outcome", "payee", "serial_no"})
_OF_RECOVERIES = frozenset({"recovered_on", "recovery_reason"})


@dataclass(frozen=True, slots=True)
class Kinds:
    """What one table is told by. ``filled``: the fields that somebody's row says something of."""

    header: Header
    around: Surroundings
    layout: Layout
    filled: Container[str]
    rows: Sequence[Sequence[Cell]]

    def kind(self) -> ListKind:
        """A table that pays is a roster, whatever else it is called; nothing else has amounts of pupils in it."""
        fields = self.header.fields.keys()
        if not {"name", "number", "payee"} & fields:
            return "allotment"
        if self._recovers():
            return "recovery"
        if self.header.money:
            return "bank-return" if self._of_a_bank() else "roster"
        return self._of_people()

    def not_a_payment(self, kind: ListKind) -> str | None:
        """The word by which a list says that it pays nobody, or may say so; None for those of another kind."""
        if kind not in {"roster", "register"} or (kind == "register" and self._called() == "register"):
            return None
        reason = next((name for name in ("unpaid_reason", "recovery_reason") if name in self.filled), None)
        if reason is not None:
            return self.header.texts[self.header.fields[reason][0]]
        recovered = self._recovered_header()
        return recovered or next(self._refusing_words(), None)

    def _refusing_words(self) -> Iterator[str]:
        for said in self.around.sources:
            for match in _UNPAID.finditer(said.text):
                yield match[0]
            as_yet = _UNPAID_AS_YET.search(said.text)
            if as_yet and not _PAYS_AGAIN.search(said.text):
                yield as_yet[0]
        word, _ = self._titled("recovery")
        if word:
            yield word
        word, text = self._titled("bank-return")
        if self._outcome(word) and ("reason" in self.filled or not _PAYS_BACK.search(text)):
            yield word

    def _recovers(self) -> bool:
        """Whether it says what came back, and not what a bank sent back or what is paid again."""
        fields = self.header.fields.keys()
        if "payee" in fields and "name" not in fields:
            return False
        word, text = self._titled("recovery")
        if word:
            return not _PAYS.search(text)
        recovered = self._recovered_header()
        if not recovered and not any(name in self.filled for name in _OF_RECOVERIES):
            return False
        of_bank, _ = self._titled("bank-return")
        if of_bank:
            return not (_OF_A_BANK | {"account"}) & fields and not _is_sent_back(of_bank)
        paying = [column for column in self.header.money if column.role in {"paid", "plain", "due"}]
        if recovered and any(self._pays_somebody(column.index) for column in paying):
            return False
        titled = any(_PAYS.search(said.text) for said in self.around.sources)
        return not titled and "outcome" not in self.filled

    def _of_a_bank(self) -> bool:
        if "outcome" in self.filled:
            return True
        fields = self.header.fields.keys()
        word, text = self._titled("bank-return")
        if self._outcome(word):
            of_bank = _is_sent_back(word) or bool((_OF_A_BANK | {"account", "reason"}) & fields)
            return of_bank and not _PAYS_BACK.search(text)
        return self._called() == "bank-return" and bool({"reason", "payee"} & fields)

    def _of_people(self) -> ListKind:
        """A table of people without amounts."""
        fields = self.header.fields.keys()
        called = self._called()
        if called in {"certification", "register"}:
            return called
        if any(said.programs for said in self.around.sources):
            return "roster"  # one that lacks its money column
        if "hardship_level" in fields:
            return "certification"
        return "register" if {"status", "left_on", "change"} & fields else "roster"

    def _called(self) -> ListKind | None:
        """The kind whose word the first source that says any (title, sheet, file, folder) has; the longest counts."""
        kinds: tuple[ListKind, ...] = ("certification", "register", "bank-return", "allotment")
        for said in (*self.around.sources, *self.around.folders):
            titles = self.layout.titles
            words = [(len(word), kind) for kind in kinds for word in titles.get(kind, ()) if word in said.text]
            if words:
                return max(words)[1]
        return None

    def _titled(self, kind: ListKind) -> tuple[str, str]:
        """The word of a kind in title, sheet or file name, one with an outcome first, and the text that has it."""
        found = [
            (self._outcome(word) is not None, word, said.text)
            for said in self.around.sources
            for word in self.layout.titles.get(kind, ())
            if word in said.text
        ]
        return max(found, key=lambda one: one[0], default=(False, "", ""))[1:]

    def _outcome(self, word: str) -> str | None:
        return worded(word, self.layout.values["outcome"]) if word else None

    def _recovered_header(self) -> str | None:
        """The header of a column of money that came back, where anything did."""
        columns = (column for column in self.header.money if column.role == "recovered")
        return next((column.header for column in columns if self._pays_somebody(column.index)), None)

    def _pays_somebody(self, index: int) -> bool:
        return any(row[index] not in {"", 0} for row in self.rows)


def _is_sent_back(word: str) -> bool:
    """Whether only a bank can say so: a school's list of refunds may be called 退款清单, too."""
    return "退款" not in word

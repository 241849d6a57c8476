"""What was removed of a person, and what stays and why, as JSON and as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aidledger.domain.identity import RESIDENT_RULES
from aidledger.domain.table import Answer, Column
from aidledger.i18n import N_, Translate
from aidledger.presentation.result import Result, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aidledger.operations.rights import Forgotten

_ACCOUNTS = N_("accounting vouchers must be kept for at least 30 years (会计档案管理办法, Order 79 of 2015)")
_JUDGED_BY = N_("payments are judged by it, and the digest of its batch depends on it")
# What is held about a person, and why it stays.
_STAYS = {
    "identity": (N_("name and document number"), N_("the digest of every row about the person depends on them")),
    "birth-date-and-sex": (N_("birth date and sex"), N_("they are part of the ID number")),
    "entries": (
        N_("entries, with card, guardian's name, grade and class, and a student number not first recorded"),
        _ACCOUNTS,
    ),
    "certifications": (N_("rows of certification lists"), _JUDGED_BY),
    "enrolments": (N_("rows of school registers, with the student number"), _JUDGED_BY),
    "bank-returns": (N_("lines of bank returns"), _ACCOUNTS),
    "recoveries": (N_("rows of lists of recoveries"), _ACCOUNTS),
    "payment-orders": (N_("lines of payment orders"), _ACCOUNTS),
    "notices": (N_("public notices that name the person"), N_("they prove that the payment was announced")),
    "accesses": (N_("lines of the access log"), N_("they prove who saw the person's numbers")),
    "files": (N_("files that name the person, unchanged"), N_("they prove the entries, and each has a digest")),
}
_REMOVED = {"sex": N_("the sex"), "student_number": N_("the student number")}


def forgotten_result(done: Forgotten, translate: Translate) -> Result:
    """``forget``."""
    return Result(lambda: _shape(done, translate), table(_answer(done, translate)))


def _shape(done: Forgotten, translate: Translate) -> dict[str, Any]:
    """``forget``."""
    who = done.held.identity
    return {
        "person": who.person,
        "name": who.name,
        "number": who.number,
        "removed": list(done.removed),
        "stays": [{"what": what, "count": count, "why": translate(_STAYS[what][1])} for what, count in _stays(done)],
    }


def _answer(done: Forgotten, translate: Translate) -> Answer:
    """One row for each kind of record that stays."""
    columns = (
        Column("what", N_("What stays"), "word"),
        Column("count", N_("Rows"), "count"),
        Column("why", N_("Why"), "word"),
    )
    rows = [(_STAYS[what][0], count, _STAYS[what][1]) for what, count in _stays(done)]
    facts = {
        "person": done.held.identity.person,
        "removed": translate(N_(", ")).join(translate(_REMOVED[one]) for one in done.removed),
    }
    title = N_("Removed from person {person}: {removed}")
    if not done.removed:
        title = N_("Refused: everything held about person {person} must be kept. The request was recorded.")
    notes = (
        N_("Earlier backups, exports and copies are not affected: delete them where they are."),
        N_("A later file that names the person is kept as it comes; the import says so."),
    )
    return Answer(title, columns, rows, notes=notes, facts=facts)


def _stays(done: Forgotten) -> Iterator[tuple[str, int]]:
    held = done.held
    counts = {
        "identity": 1,
        "birth-date-and-sex": int(held.identity.document_type in RESIDENT_RULES),
        "entries": len(held.entries),
        "certifications": len(held.of("certification")),
        "enrolments": len(held.of("register")),
        "bank-returns": len(held.of("bank-return")),
        "recoveries": len(held.of("recovery")),
        "payment-orders": len(held.ordered),
        "notices": len({one.notice for one in held.announced}),
        "accesses": done.looked,
        "files": len(held.files),
    }
    return ((what, count) for what, count in counts.items() if count)

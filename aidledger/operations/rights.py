"""The rights of data subjects: a copy of their data, who saw it, and its removal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from aidledger.audit.rule import Scope
from aidledger.audit.rules import RULES
from aidledger.audit.running import run
from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.finding import Decision, Finding
from aidledger.domain.identity import mask_number, masked_text
from aidledger.errors import AmbiguousPerson
from aidledger.operations.people import named
from aidledger.operations.views import Reveal, Viewed, view
from aidledger.store.chain.decisions import decisions, history
from aidledger.store.ledger import Books, Ledger
from aidledger.store.postings.lookups import PersonRecord
from aidledger.store.privacy import accesses as log
from aidledger.store.privacy import forgetting
from aidledger.store.privacy.accesses import Access
from aidledger.store.privacy.forgetting import ForgetRequest
from aidledger.store.privacy.holdings import Holdings, holdings


@dataclass(frozen=True, slots=True)
class Looked:
    """An access to full numbers; ``certain``: it showed this person's, rather than perhaps."""

    access: Access
    certain: bool


@dataclass(frozen=True, slots=True)
class Copy:
    """Everything held about a person."""

    held: Holdings
    findings: Sequence[Finding]
    decisions: Mapping[str, Sequence[Decision]]
    looked: Sequence[Looked]
    requests: Sequence[ForgetRequest]


@dataclass(frozen=True, slots=True)
class Forgotten:
    """The columns removed of a person, and everything that stays."""

    held: Holdings
    removed: Sequence[str]
    looked: int


def export(ledger: Ledger, catalogue: Catalogue, text: str, reveal: Reveal) -> Viewed[Copy]:
    """Everything about one person, in full; logged before it is handed out.

    Raises UnknownPerson, AmbiguousPerson.
    """

    def read(books: Books) -> Copy:
        person = _one(books, text).person
        held = holdings(books, person)
        found = run(Scope(books, catalogue, ledger.clock().date()), RULES, decisions(books)).findings
        findings = [one for one in found if _concerns(one, held)]
        decided = history(books)
        return Copy(
            held,
            findings,
            {one.id: decided.get(one.id, []) for one in findings},
            _looked(log.accesses(books, None, None, None), held, {one.id for one in findings}),
            forgetting.requests(books, person),
        )

    return view(ledger, read, reveal, lambda copy: f"export {copy.held.identity.person}")


def accesses(ledger: Ledger, first: date | None, last: date | None, actor: str | None) -> list[Access]:
    """The accesses to full numbers between two dates (UTC), of everybody or of one actor."""
    with ledger.reading() as books:
        return log.accesses(books, first, last, actor)


def forget(ledger: Ledger, text: str, reason: str) -> Forgotten:
    """Remove what nothing depends on of a person's data; record the request even if there is nothing to remove.

    Raises UnknownPerson, AmbiguousPerson, MasterDataAltered.
    """
    with ledger.writing("forget") as books:
        person = _one(books, text).person
        # A reason is kept forever: it must not contain the numbers to be removed.
        removed = forgetting.forget(books, ledger.moment(), ledger.actor, person, masked_text(reason))
        held = holdings(books, person)
        looked = _looked(log.accesses(books, None, None, None), held, set())
        return Forgotten(held, removed, sum(one.certain for one in looked))


def _one(books: Books, text: str) -> PersonRecord:
    """The one person who is meant; raises UnknownPerson, AmbiguousPerson."""
    found = named(books, text)
    if len(found) > 1:
        candidates = ", ".join(f"{one.person} {one.name} {mask_number(one.number)}" for one in found)
        raise AmbiguousPerson(candidates=candidates)
    return found[0]


def _concerns(finding: Finding, held: Holdings) -> bool:
    number, entries = held.identity.number, {entry.entry for entry in held.entries}
    return number in finding.about or any(row.number == number or row.entry in entries for row in finding.evidence)


# The log does not say whom these showed; the audit showed its findings at that time.
_UNCERTAIN = frozenset({"audit", "findings", "sample", "reconcile", "figure", "export parquet"})


def _looked(requests: Sequence[Access], held: Holdings, findings: set[str]) -> list[Looked]:
    """The accesses that showed this person's full numbers, or may have."""
    person = {str(held.identity.person)}
    orders = {str(one.order) for one in held.ordered}
    subjects = {
        "person": person,
        "export": person,
        "entry": {str(entry.entry) for entry in held.entries},
        "batch": {str(entry.batch) for entry in held.entries} | {str(one.batch) for one in held.listed},
        "pay export": orders,
        "pay order": orders,
        "finding": findings,
    }
    found = []
    for access in requests:
        kind, which = access.subject
        certain = bool(subjects.get(kind, set()) & set(which.split(", ")))
        if certain or kind in _UNCERTAIN:
            found.append(Looked(access, certain))
    return found

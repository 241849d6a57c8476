"""The answers in a filled-in working paper: read, judged against the findings as they are, then recorded."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, cast, get_args

from aidledger.audit.running import Audit
from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.finding import DEEDS, PAPER_TITLES, STATES, Finding, State
from aidledger.domain.role import same_name
from aidledger.errors import AidLedgerError, DecisionUnexplained, PaperOfAnother, PaperUnreadable
from aidledger.i18n import N_, Language, Translate, translator
from aidledger.operations.auditing import audit, today_of
from aidledger.operations.deciding import Proposal, decide_together, meanwhile
from aidledger.operations.examining import run_guarded
from aidledger.operations.files import read
from aidledger.operations.sides import kept_of
from aidledger.operations.views import Viewed
from aidledger.sheets.formats.failures import FileRefused
from aidledger.sheets.formats.limits import DEFAULT_LIMITS
from aidledger.sheets.working_paper import PaperLine, WorkingPaper, read_paper
from aidledger.store.chain import events
from aidledger.store.ledger import Ledger

# A paper may be titled in any language, whoever reads it.
TRANSLATIONS: Sequence[Translate] = [translator(language) for language in get_args(Language)]
PAPER_MAX_BYTES = DEFAULT_LIMITS.file_size_max_bytes
_REASON_MAX = 500
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", re.ASCII)


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """A line of a working paper that is not recorded: the finding it names, its cell, and why (facts fill it in)."""

    finding: str
    cell: str
    why: str
    facts: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Answers:
    """What a working paper would record, on which findings, and what not. ``blank``: lines without a decision."""

    proposals: Sequence[Proposal]
    findings: Sequence[Finding]
    refused: Sequence[RefusedLine]
    blank: int

    @property
    def amount_fen(self) -> int:
        """The money in question, in 分."""
        return sum(one.amount_fen for one in self.findings)

    @property
    def digest(self) -> str:
        """What the button that records is bound to."""
        return hashlib.sha256(repr(self.proposals).encode()).hexdigest()


def keep(ledger: Ledger, paper: WorkingPaper) -> None:
    """Keep a working paper for who sent it in, until it is recorded or another comes."""
    lines = [(line.row, dict(line.texts), sorted(line.faulty)) for line in paper.lines]
    kept_of(ledger).put(_kind(ledger), None, [paper.sheet, dict(paper.columns), lines, sorted(paper.heads)])


def kept(ledger: Ledger) -> WorkingPaper | None:
    """The working paper that the actor sent in and has not recorded; None without one."""
    found = kept_of(ledger).get(_kind(ledger))
    if found is None:
        return None
    sheet, columns, lines, heads = cast("list[Any]", found[1])
    return WorkingPaper(
        sheet, columns, [PaperLine(row, texts, frozenset(faulty)) for row, texts, faulty in lines], frozenset(heads)
    )


def drop(ledger: Ledger) -> None:
    """The actor's working paper is recorded."""
    kept_of(ledger).drop(_kind(ledger))


def _kind(ledger: Ledger) -> str:
    return f"paper {same_name(ledger.actor)}"


def taken_in(ledger: Ledger, content: bytes, translations: Sequence[Translate]) -> WorkingPaper:
    """Read a working paper of this ledger, titled in one of these languages.

    Raises PaperUnreadable, PaperOfAnother; NotNamed, OtherRole for whom the office does not let decide.
    """
    titles = {field: {said(title) for said in translations} for field, title in PAPER_TITLES.items()}
    ledger.require("decide")
    try:
        paper: WorkingPaper | None = run_guarded(read_paper, content, titles, DEFAULT_LIMITS, limits=DEFAULT_LIMITS)
    except FileRefused:
        paper = None
    if paper is None or not paper.heads:
        raise PaperUnreadable
    with ledger.reading("decide") as books:
        if all(events.actions_since(books, head) is None for head in paper.heads):
            raise PaperOfAnother
    return paper


def answer(ledger: Ledger, catalogue: Catalogue, path: Path, *, dry_run: bool = False) -> Viewed[Answers]:
    """Record what a filled-in working paper says, or only tell what that would be; returns the head afterwards.

    The findings are those of an audit that runs now. Lines that cannot be recorded are told, and hinder no others.
    Raises PaperUnreadable, PaperOfAnother, what ``decide_together`` raises, NotNamed, OtherRole.
    """
    source = read(path, PAPER_MAX_BYTES)
    if source.failure is not None:
        raise PaperUnreadable
    paper = taken_in(ledger, source.content, TRANSLATIONS)
    audited = audit(ledger, catalogue)
    found = judged(ledger, paper, audited.found, TRANSLATIONS)
    if dry_run or not found.proposals:
        return Viewed(found, audited.head)
    return Viewed(found, decide_together(ledger, catalogue, audited, found.proposals).head)


def judged(ledger: Ledger, paper: WorkingPaper, audited: Audit, translations: Sequence[Translate]) -> Answers:
    """What a working paper would record on the findings of an audit, as they are now."""
    words = _words(translations)
    known = {one.id: one for one in audited.findings}
    today = today_of(ledger)
    proposals: dict[str, Proposal] = {}
    refused: list[RefusedLine] = []
    blank = 0
    for line in paper.lines:
        if not line.faulty and not line.texts["decision"] and not line.texts["reason"] and not line.texts["until"]:
            blank += 1
            continue
        try:
            proposal = _proposal(line, known, words, proposals, today)
        except _NotTaken as not_taken:
            cell = f"{paper.sheet}!{paper.columns[not_taken.field]}{line.row}"
            refused.append(RefusedLine(line.texts["id"][:40], cell, not_taken.why, not_taken.told))
        else:
            proposals[proposal.id] = proposal
    return Answers(list(proposals.values()), [known[one] for one in proposals], refused, blank)


class _NotTaken(Exception):
    """Why a line is not recorded, and the field whose cell is to be looked at."""

    def __init__(self, field: str, why: str, **told: object) -> None:
        super().__init__(why)
        self.field, self.why, self.told = field, why, told

    @classmethod
    def by(cls, field: str, error: AidLedgerError) -> _NotTaken:
        """With the words of an error."""
        return cls(field, error.template(), **error.facts)


def _words(translations: Sequence[Translate]) -> Mapping[str, State]:
    """The states by the words that name them: the codes, their names, and what is done."""
    found: dict[str, State] = {}
    for state in STATES:
        for word in (state, DEEDS[state]):
            found |= {_folded(said(word)): state for said in translations} | {_folded(word): state}
    return found


def _folded(word: str) -> str:
    return "".join(word.casefold().split())


def _proposal(
    line: PaperLine,
    known: Mapping[str, Finding],
    words: Mapping[str, State],
    before: Collection[str],
    today: date,
) -> Proposal:
    """What a line asks for; raises _NotTaken."""
    for field in PAPER_TITLES:
        if field in line.faulty:
            raise _NotTaken(field, N_("This cell holds an error, a formula without a value, or is struck out."))
    finding = known.get(line.texts["id"])
    if finding is None:
        raise _NotTaken("id", N_("The last audit has no such finding."))
    if finding.id in before:
        raise _NotTaken("id", N_("This finding is in the paper twice; the first one counts."))
    if not line.texts["digest"].startswith(f"{finding.facts_digest}-"):
        raise _NotTaken("digest", N_("The facts behind this finding have changed since the paper was made."))
    if line.texts["digest"] != finding.shown:
        raise _NotTaken.by("digest", meanwhile(finding))
    state = words.get(_folded(line.texts["decision"]))
    if state is None:
        raise _NotTaken("decision", N_("This is not a decision. Write one of: {deeds}."), deeds=tuple(DEEDS.values()))
    return _complete(line, finding, state, today)


def _complete(line: PaperLine, finding: Finding, state: State, today: date) -> Proposal:
    """The proposal with its day and its reason; raises _NotTaken."""
    if len(line.texts["reason"]) > _REASON_MAX:
        raise _NotTaken("reason", N_("The reason is longer than {most} characters."), most=_REASON_MAX)
    until = _day(line.texts["until"])
    proposal = Proposal(finding.id, finding.shown, state, line.texts["reason"], until)
    try:
        proposal.require(today)
    except AidLedgerError as error:
        field = "reason" if isinstance(error, DecisionUnexplained) else "until"
        raise _NotTaken.by(field, error) from error
    return proposal


def _day(text: str) -> date | None:
    """A day as people write it; raises _NotTaken."""
    if not text:
        return None
    found = _DAY.fullmatch(text)
    try:
        return date(*map(int, found.groups())) if found else date.fromisoformat(text)
    except ValueError:
        raise _NotTaken("until", N_("This is not a date. Write it as 2026-11-30.")) from None

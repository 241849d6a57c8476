"""Results as tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from aidledger.cli.shapes import person_times_of
from aidledger.domain.identity import mask_account, mask_number, masked_text
from aidledger.domain.money import yuan_text
from aidledger.domain.table import Answer, Cell, Column, time_text
from aidledger.i18n import N_, Language, Translate, translator
from aidledger.reports.balances import BALANCE_COLUMNS, balance_cells

if TYPE_CHECKING:
    from aidledger.catalogue.catalogue import Catalogue
    from aidledger.domain.program import Program, Rate, Standard
    from aidledger.domain.term import Period
    from aidledger.operations.ledgers import BatchContent
    from aidledger.operations.people import PersonHistory
    from aidledger.operations.results import ImportResult
    from aidledger.operations.tracing import Trace
    from aidledger.store.chain.mappings import Remembered
    from aidledger.store.postings.lookups import BatchRecord, EntryRecord
    from aidledger.store.verifying.verify import Verdict

_PROGRAM = Column("program", N_("Program"))
_PERIOD = Column("period", N_("Period"), "period")
_SCHOOL = Column("school", N_("School"))
_SHEET = Column("sheet", N_("Sheet"))
_ROW = Column("row", N_("Row"), "count")
_PERSON_TIMES = Column("person_times", N_("Person-times"), "count")
_AMOUNT = Column("amount", N_("Amount (yuan)"), "yuan")
_BATCH = Column("batch", N_("Batch"), "count")
_FILE = Column("file", N_("File"))


def files(result: ImportResult, catalogue: Catalogue, language: Language) -> Answer:
    """What became of every file: one row per roster in it, or one for the file."""
    rows: list[Sequence[Cell]] = []
    for file in result.files:
        for roster in file.rosters or (None,):
            program = roster.program if roster else None
            rows.append(
                (
                    file.path,
                    file.outcome,
                    file.batch,
                    roster.sheet if roster else None,
                    catalogue.programs[program].name(language) if program else None,
                    roster.period if roster else None,
                    roster.school if roster else None,
                    roster.person_times if roster else 0,
                    roster.amount_fen if roster else 0,
                    len(file.problems),
                )
            )
    columns = (
        _FILE,
        Column("outcome", N_("Outcome"), "word"),
        _BATCH,
        _SHEET,
        _PROGRAM,
        _PERIOD,
        _SCHOOL,
        _PERSON_TIMES,
        _AMOUNT,
        Column("problems", N_("Problems"), "count"),
    )
    return Answer(N_("Imported files"), columns, rows)


def batches(records: Sequence[BatchRecord]) -> Answer:
    """The list of batches."""
    columns = (
        _BATCH,
        Column("posted_at", N_("Posted"), "time"),
        Column("posted_by", N_("By")),
        Column("kind", N_("Kind"), "word"),
        _FILE,
        _PERSON_TIMES,
        _AMOUNT,
        Column("state", N_("State"), "word"),
    )
    rows = [
        (
            record.batch,
            record.posted_at,
            record.posted_by,
            record.kind,
            record.file or (f"→ {record.reverses}" if record.reverses else None),
            record.person_times,
            record.amount_fen,
            record.state,
        )
        for record in records
    ]
    return Answer(N_("Batches"), columns, rows)


def mappings(found: Sequence[Remembered]) -> Answer:
    """The columns that are remembered."""
    columns = (
        _SCHOOL,
        Column("header", N_("Header")),
        Column("field", N_("Field")),
        Column("at", N_("Remembered"), "time"),
        Column("by", N_("By")),
    )
    rows = [(one.school, one.header, one.field, one.at, one.by) for one in found]
    return Answer(N_("Remembered columns"), columns, rows)


_ENTRY_COLUMNS = (
    Column("entry", N_("Entry"), "count"),
    Column("person", N_("Person"), "count"),
    _SHEET,
    _ROW,
    Column("name", N_("Name")),
    Column("number", N_("ID number")),
    _PROGRAM,
    _PERIOD,
    _SCHOOL,
    _AMOUNT,
    Column("account", N_("Account")),
    Column("state", N_("State"), "word"),
)


def batch(content: BatchContent, catalogue: Catalogue, language: Language, *, reveal: bool) -> Answer:
    """One batch's entries."""
    record = content.record
    rows = [_entry(entry, catalogue, language, reveal=reveal) for entry in content.entries]
    facts = {
        "batch": record.batch,
        "file": record.file or record.kind,
        "at": time_text(record.posted_at),
        "by": record.posted_by,
        "count": record.person_times,
        "amount": yuan_text(record.amount_fen),
    }
    title = N_("Batch {batch}: {file}, posted {at} by {by}, {count} person-times, {amount} yuan")
    return Answer(title, _ENTRY_COLUMNS, rows, facts=facts)


def _entry(entry: EntryRecord, catalogue: Catalogue, language: Language, *, reveal: bool) -> Sequence[Cell]:
    return (
        entry.entry,
        entry.person,
        entry.sheet,
        entry.row,
        entry.name_stated or entry.name,
        entry.number if reveal else mask_number(entry.number),
        catalogue.programs[entry.program].name(language),
        entry.period,
        entry.school,
        entry.amount_fen,
        entry.account if reveal else mask_account(entry.account),
        _state(entry),
    )


def _state(entry: EntryRecord) -> str:
    if entry.reversal_of is not None:
        return N_("reversal")
    return N_("in-force") if entry.in_force else N_("reversed")


def people(found: Sequence[PersonHistory], catalogue: Catalogue, language: Language, *, reveal: bool) -> Answer:
    """Everybody found, with all entries."""
    rows = [_entry(entry, catalogue, language, reveal=reveal) for history in found for entry in history.entries]
    in_force = [entry for history in found for entry in history.entries if entry.in_force]
    aid, loans = (
        [entry for entry in in_force if (catalogue.programs[entry.program].nature == "loan") is lent]
        for lent in (False, True)
    )
    facts = {
        "persons": len(found),
        "count": person_times_of(aid),
        "amount": yuan_text(sum(entry.amount_fen for entry in aid)),
        "lent": yuan_text(sum(entry.amount_fen for entry in loans)),
        "also": ", ".join(
            f"{one.person} {one.number if reveal else mask_number(one.number)}"
            for history in found
            for one in history.also
        ),
    }
    title = N_("{persons} person(s), {count} person-times in force, {amount} yuan")
    notes = [
        *([N_("Lent beside that: {lent} yuan")] if loans else []),
        *([N_("The same people under other numbers, which were corrected: {also}")] if facts["also"] else []),
    ]
    return Answer(title, _ENTRY_COLUMNS, rows, notes=notes, facts=facts)


def claims(found: Sequence[PersonHistory], catalogue: Catalogue, language: Language) -> Answer:
    """What became of each claim of the people found."""
    columns = (_ENTRY_COLUMNS[1], Column("name", N_("Name")), _PROGRAM, _PERIOD, *BALANCE_COLUMNS)
    rows = [
        (
            history.person.person,
            history.person.name,
            catalogue.programs[str(row.program)].name(language),
            row.period,
            *balance_cells(row.balance),
        )
        for history in found
        for row in history.claims
    ]
    return Answer(N_("What was claimed and paid (yuan)"), columns, rows)


def trace(found: Trace, *, reveal: bool) -> Answer:
    """The cells behind an entry."""
    columns = (Column("column", N_("Column")), Column("header", N_("Header")), Column("value", N_("Value")))
    rows = [(cell.column, cell.header, cell.value if reveal else masked_text(cell.value)) for cell in found.cells]
    facts = {
        "entry": found.entry.entry,
        "batch": found.batch.batch,
        "at": time_text(found.batch.posted_at),
        "by": found.batch.posted_by,
        "file": found.origin.file,
        "sheet": found.origin.sheet,
        "row": found.origin.row,
        "sha256": found.batch.sha256,
        "amount": yuan_text(found.entry.amount_fen),
    }
    title = N_("Entry {entry}, {amount} yuan: batch {batch} ({at}, {by}), {file}, sheet {sheet}, row {row}")
    return Answer(title, columns, rows, notes=(N_("The file's SHA-256 is {sha256}."),), facts=facts)


def verdict(found: Verdict, translate: Translate) -> Answer:
    """What verify found."""
    columns = (_BATCH, Column("entry", N_("Entry"), "count"), Column("what", N_("What")))
    rows = [
        (
            fault.batch,
            fault.entry,
            translate(fault.what).format(**{"batch": fault.batch, "entry": fault.entry, **fault.facts}),
        )
        for fault in (*found.faults, *found.unjudged)
    ]
    facts = {
        "batches": found.batches,
        "entries": found.entries,
        "faults": len(found.faults),
        "head": found.head,
        "passed": found.passed,
        "seal_key": found.sealed_by or "",
    }
    title = N_("{batches} batches, {entries} entries: every digest and total agrees")
    if found.faults:
        title = N_("{batches} batches, {entries} entries; faults: {faults}")
    elif found.unjudged:
        title = N_("{batches} batches, {entries} entries: every digest and total agrees; seals are not judged")
    elif found.passed:
        title = N_("{batches} batches, {entries} entries: what was looked into agrees")
    notes = [N_("Head: {head}")]
    if found.sealed_by and not rows:
        notes.insert(
            0,
            N_(
                "Sealed with the key {seal_key}: without it, nothing recorded here was changed or added. "
                "Whether something at the end is missing, --expect tells."
            ),
        )
    if found.passed:
        notes.insert(0, N_("The first {passed} batches were verified before, up to the head of --since."))
    return Answer(title, columns if rows else (), rows, notes=notes, facts=facts)


def programs(catalogue: Catalogue, period: Period, language: Language) -> Answer:
    """The catalogue with the standards of a period."""
    columns = (
        Column("code", N_("Code")),
        Column("name", N_("Program")),
        Column("unit", N_("Counted in"), "word"),
        Column("standard", N_("Per period (yuan)")),
        Column("since", N_("Since"), "period"),
    )
    rows: list[Sequence[Cell]] = []
    for one in catalogue.programs.values():
        standard = one.standard_for(period)
        since = standard.start.code if standard and standard.start else None
        rows.append((one.code, one.name(language), one.unit, _rates(standard) if standard else None, since))
    return Answer(N_("Programs, with the standards for {period}"), columns, rows, facts={"period": period})


def program(one: Program, language: Language) -> Answer:
    """One program's standards through time."""
    translate = translator(language)
    columns = (
        Column("from", N_("From"), "period"),
        Column("rates", N_("Per period (yuan)")),
        Column("average", N_("Average"), "yuan"),
        Column("reference", N_("Document")),
    )
    rows = [
        (
            standard.start.code if standard.start else None,
            "; ".join(_rate(rate, translate) for rate in standard.rates),
            standard.average_fen,
            standard.reference or "—",
        )
        for standard in one.standards
    ]
    facts = {
        "code": one.code,
        "name": one.name(language),
        "reference": one.reference or "—",
        "note": translate(one.note) if one.note else "—",
        "excludes": ", ".join(one.excludes) or "—",
    }
    notes = (
        N_("Document of the program: {reference}. A dash: none was found."),
        N_("Never together with: {excludes}."),
        "{note}",
    )
    return Answer("{code}: {name}", columns, rows, notes=notes, facts=facts)


def _rates(standard: Standard) -> str:
    return ", ".join(dict.fromkeys(_rate_amount(rate) for rate in standard.rates))


def _rate_amount(rate: Rate) -> str:
    low, high = (yuan_text(fen).removesuffix(".00") for fen in (rate.low_fen, rate.high_fen))
    return low if low == high else f"{low}-{high}"


def _rate(rate: Rate, translate: Translate) -> str:
    words = [translate(word) for word in (rate.label, rate.level, rate.boarding) if word]
    if rate.basis != "norm":
        words.append(translate(rate.basis))
    return f"{_rate_amount(rate)} ({', '.join(words)})" if words else _rate_amount(rate)

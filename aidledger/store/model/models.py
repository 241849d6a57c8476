"""The tables as models. Entries, batches, rosters, source files and events are only ever added to (immutability.py).

No behaviour lives here: SQLModel does not validate table models, so what comes in was checked before, and the
constraints are the last wall. Statements are made of tables.py, which `make compiled` writes from this: loading
sqlmodel takes longer than all else that a question to the ledger needs.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, Index, LargeBinary, Text, UniqueConstraint, column
from sqlmodel import Field, SQLModel

from aidledger.store.model.columns import CODE, DIGEST, FEN, HEX, ID, MOMENT
from aidledger.store.model.fields import key, optional_reference, reference


class CatalogueVersion(SQLModel, table=True):
    """A state of the catalogue that has judged entries."""

    __tablename__ = "catalogue"
    id: int = key()
    digest: str = Field(sa_type=HEX, unique=True)
    loaded_at: str = Field(sa_type=MOMENT)
    loaded_by: str = Field(sa_type=Text)


class ProgramRow(SQLModel, table=True):
    """A program of aid, by its code."""

    __tablename__ = "program"
    id: int = key()
    code: str = Field(sa_type=CODE, unique=True)
    name_zh: str = Field(sa_type=Text)
    name_en: str = Field(sa_type=Text)
    stage: str = Field(sa_type=CODE)
    nature: str = Field(sa_type=CODE)
    unit: str = Field(sa_type=CODE)
    cadence: str = Field(sa_type=CODE)


class StandardRow(SQLModel, table=True):
    """One rate of a dated standard as it was loaded: 分 per person and period. ``start`` empty: from the beginning."""

    __tablename__ = "standard"
    id: int = key()
    catalogue_id: int = reference("catalogue.id", index=True)
    program_id: int = reference("program.id")
    start: str = Field(sa_type=CODE)
    low_fen: int = Field(sa_type=FEN)
    high_fen: int = Field(sa_type=FEN)
    basis: str = Field(sa_type=CODE)
    level: str | None = Field(default=None, sa_type=CODE)
    boarding: str | None = Field(default=None, sa_type=CODE)
    label: str | None = Field(default=None, sa_type=Text)
    school: str | None = Field(default=None, sa_type=Text)
    average_fen: int | None = Field(default=None, sa_type=FEN)
    reference: str | None = Field(default=None, sa_type=Text)


class School(SQLModel, table=True):
    """A school by the name that the ledger prints."""

    __tablename__ = "school"
    id: int = key()
    name: str = Field(sa_type=Text, unique=True)


class SchoolAlias(SQLModel, table=True):
    """Another name by which rosters call a school."""

    __tablename__ = "school_alias"
    name: str = Field(primary_key=True, sa_type=Text)
    school_id: int = reference("school.id")


class Beneficiary(SQLModel, table=True):
    """A person who receives aid, by the document that proves who it is; name as first recorded."""

    __tablename__ = "beneficiary"
    __table_args__ = (UniqueConstraint("number", "document_type"),)
    id: int = key()
    document_type: str = Field(sa_type=CODE)
    number: str = Field(sa_type=CODE)
    name: str = Field(sa_type=Text)
    birth_date: date | None = None
    sex: str | None = Field(default=None, sa_type=CODE)
    student_number: str | None = Field(default=None, sa_type=CODE)


class SourceFile(SQLModel, table=True):
    """A school's file, byte for byte, by what it hashes to."""

    __tablename__ = "source_file"
    sha256: str = Field(primary_key=True, sa_type=HEX)
    size_bytes: int = Field(sa_type=ID)
    content: bytes = Field(sa_type=LargeBinary)


class Batch(SQLModel, table=True):
    """What was posted together: one file, or the reversal of a batch.

    Its entries are ``first_entry`` and those that follow, ``entries`` in number; person-times and amount are its
    control totals, net.
    """

    __tablename__ = "batch"
    __table_args__ = (
        # Few batches supersede another: whether a batch is in force is asked without going through all of them.
        Index(
            "batch_superseding",
            "supersedes",
            sqlite_where=column("supersedes").is_not(None),
            postgresql_where=column("supersedes").is_not(None),
        ),
    )
    id: int = key()
    kind: str = Field(sa_type=CODE)
    file_name: str | None = Field(default=None, sa_type=Text)
    source_sha256: str | None = Field(default=None, foreign_key="source_file.sha256", sa_type=HEX, index=True)
    posted_at: str = Field(sa_type=MOMENT)
    posted_by: str = Field(sa_type=Text)
    catalogue_id: int = reference("catalogue.id")
    reverses: int | None = optional_reference("batch.id", unique=True)
    supersedes: int | None = optional_reference("batch.id")
    reason: str | None = Field(default=None, sa_type=Text)
    first_entry: int = Field(sa_type=ID)
    entries: int = Field(sa_type=ID)
    person_times: int = Field(sa_type=ID)
    amount_fen: int = Field(sa_type=FEN)
    digest: str = Field(sa_type=HEX)


class RosterRow(SQLModel, table=True):
    """One sheet's payments under one program in a batch, and what the sheet declared of itself."""

    __tablename__ = "roster"
    id: int = key()
    batch_id: int = reference("batch.id", index=True)
    sheet: str = Field(sa_type=Text)
    header_row: int = Field(sa_type=ID)
    program_id: int = reference("program.id")
    period: str = Field(sa_type=CODE)
    school_id: int | None = optional_reference("school.id")
    person_times: int = Field(sa_type=ID)
    amount_fen: int = Field(sa_type=FEN)
    declared_row: int | None = Field(default=None, sa_type=ID)
    declared_person_times: int | None = Field(default=None, sa_type=ID)
    declared_amount_fen: int | None = Field(default=None, sa_type=FEN)


class Entry(SQLModel, table=True):
    """One disbursement to one person under one program for one period, or the reversal of one (amount negative).

    ``occurrence`` counts the entries of a person, program and period from 1, so that no second one slips in beside
    the first; a reversal carries the negative of what it reverses. ``name_stated`` is kept where the roster's name
    is not the beneficiary's. ``part``: which part of the term is paid (domain/part.py), None where none is named.
    """

    __tablename__ = "entry"
    __table_args__ = (
        Index("entry_once", "program_id", "period", "beneficiary_id", "occurrence", unique=True),
        Index("entry_of_person", "beneficiary_id", "program_id", "period", "occurrence"),
        Index(
            "entry_reversed_once",
            "reversal_of",
            unique=True,
            sqlite_where=column("reversal_of").is_not(None),
            postgresql_where=column("reversal_of").is_not(None),
        ),
        Index(
            "entry_other_name",
            "name_stated",
            sqlite_where=column("name_stated").is_not(None),
            postgresql_where=column("name_stated").is_not(None),
        ),
        # Few payments are parts of a term: those are looked at apart wherever person-times are counted.
        Index(
            "entry_in_parts",
            "program_id",
            "period",
            "beneficiary_id",
            sqlite_where=column("part").is_not(None),
            postgresql_where=column("part").is_not(None),
        ),
        CheckConstraint("(reversal_of IS NULL) = (amount_fen > 0)", name="reversal_sign"),
        CheckConstraint("(reversal_of IS NULL) = (occurrence > 0)", name="reversal_occurrence"),
    )
    id: int = key()
    batch_id: int = reference("batch.id")
    roster_id: int = reference("roster.id")
    row: int = Field(sa_type=ID)
    program_id: int = reference("program.id")
    period: str = Field(sa_type=CODE)
    beneficiary_id: int = reference("beneficiary.id")
    school_id: int | None = optional_reference("school.id")
    occurrence: int = Field(sa_type=ID)
    amount_fen: int = Field(sa_type=FEN)
    name_stated: str | None = Field(default=None, sa_type=Text)
    account: str | None = Field(default=None, sa_type=Text)
    level: str | None = Field(default=None, sa_type=CODE)
    boarding: str | None = Field(default=None, sa_type=CODE)
    grade: str | None = Field(default=None, sa_type=Text)
    class_name: str | None = Field(default=None, sa_type=Text)
    tier: str | None = Field(default=None, sa_type=Text)
    category: str | None = Field(default=None, sa_type=Text)
    entry_year: int | None = Field(default=None, sa_type=ID)
    reversal_of: int | None = Field(default=None, foreign_key="entry.id", sa_type=ID)
    digest: bytes = Field(sa_type=DIGEST)
    guardian: str | None = Field(default=None, sa_type=Text)
    part: str | None = Field(default=None, sa_type=CODE)


class BatchTotal(SQLModel, table=True):
    """What a batch pays under a program for a period at a school, net of what it reverses; see totals.py.

    ``payments`` counts every entry, also those that are parts of one person-time.
    """

    __tablename__ = "batch_total"
    batch_id: int = Field(primary_key=True, foreign_key="batch.id", sa_type=ID)
    number: int = Field(primary_key=True, sa_type=ID)
    program_id: int = reference("program.id")
    period: str = Field(sa_type=CODE)
    school_id: int | None = optional_reference("school.id")
    payments: int = Field(sa_type=ID)
    amount_fen: int = Field(sa_type=FEN)


class Event(SQLModel, table=True):
    """Who did what when: the links of the chain. ``facts`` is JSON; a batch's event holds the batch's digest."""

    __tablename__ = "event"
    __table_args__ = (Index("event_action", "action"),)
    id: int = key()
    at: str = Field(sa_type=MOMENT)
    actor: str = Field(sa_type=Text)
    action: str = Field(sa_type=CODE)
    batch_id: int | None = optional_reference("batch.id")
    facts: str = Field(sa_type=Text)
    digest: str = Field(sa_type=HEX)


class KeptEntry(SQLModel, table=True):
    """An entry that belongs to a roster although another batch posted it, recorded by ``batch_id``.

    A new version of a roster keeps the earlier version's entries where nothing changed; a new version that is taken
    back gives the earlier one's entries back.
    """

    __tablename__ = "kept_entry"
    batch_id: int = reference("batch.id", index=True)
    roster_id: int = Field(primary_key=True, foreign_key="roster.id", sa_type=ID)
    entry_id: int = Field(primary_key=True, foreign_key="entry.id", sa_type=ID)


class NumberCorrection(SQLModel, table=True):
    """A person whose document a new version of a roster corrected: both are the same one's, and so are their claims."""

    __tablename__ = "number_correction"
    batch_id: int = Field(primary_key=True, foreign_key="batch.id", sa_type=ID)
    earlier_id: int = Field(primary_key=True, foreign_key="beneficiary.id", sa_type=ID)
    beneficiary_id: int = reference("beneficiary.id")


class Listing(SQLModel, table=True):
    """One sheet of a list that pays nobody; ``kind`` says which of the tables below holds its rows.

    ``period``: the school year of a certification list, the semester of a school register.
    """

    __tablename__ = "listing"
    id: int = key()
    batch_id: int = reference("batch.id", index=True)
    kind: str = Field(sa_type=CODE)
    sheet: str = Field(sa_type=Text)
    header_row: int = Field(sa_type=ID)
    period: str | None = Field(default=None, sa_type=CODE)
    school_id: int | None = optional_reference("school.id")
    records: int = Field(sa_type=ID)
    amount_fen: int | None = Field(default=None, sa_type=FEN)


class Certification(SQLModel, table=True):
    """A pupil whose family's hardship was certified for a school year (教财〔2018〕16号).

    ``categories``: codes in the order of the catalogue, separated by blanks.
    """

    __tablename__ = "certification"
    id: int = key()
    batch_id: int = reference("batch.id", index=True)
    listing_id: int = reference("listing.id")
    row: int = Field(sa_type=ID)
    beneficiary_id: int = reference("beneficiary.id", index=True)
    period: str = Field(sa_type=CODE)
    school_id: int | None = optional_reference("school.id")
    level: str | None = Field(default=None, sa_type=CODE)
    categories: str = Field(default="", sa_type=Text)
    category_stated: str | None = Field(default=None, sa_type=Text)
    grade: str | None = Field(default=None, sa_type=Text)
    class_name: str | None = Field(default=None, sa_type=Text)
    name_stated: str | None = Field(default=None, sa_type=Text)
    digest: bytes = Field(sa_type=DIGEST)


class Enrolment(SQLModel, table=True):
    """A pupil in a school's register for a semester; ``left_on`` is a day, or a month where no day was given."""

    __tablename__ = "enrolment"
    id: int = key()
    batch_id: int = reference("batch.id", index=True)
    listing_id: int = reference("listing.id")
    row: int = Field(sa_type=ID)
    beneficiary_id: int = reference("beneficiary.id", index=True)
    period: str = Field(sa_type=CODE)
    school_id: int | None = optional_reference("school.id")
    student_number: str | None = Field(default=None, sa_type=CODE)
    status: str = Field(sa_type=CODE)
    status_stated: str | None = Field(default=None, sa_type=Text)
    left_on: str | None = Field(default=None, sa_type=CODE)
    level: str | None = Field(default=None, sa_type=CODE)
    grade: str | None = Field(default=None, sa_type=Text)
    class_name: str | None = Field(default=None, sa_type=Text)
    boarding: str | None = Field(default=None, sa_type=CODE)
    entry_year: int | None = Field(default=None, sa_type=ID)
    name_stated: str | None = Field(default=None, sa_type=Text)
    digest: bytes = Field(sa_type=DIGEST)


class Allotment(SQLModel, table=True):
    """Money allotted to a program for a period out of one source (中央/省/市/县) by a document (文号)."""

    __tablename__ = "allotment"
    id: int = key()
    batch_id: int = reference("batch.id", index=True)
    listing_id: int = reference("listing.id")
    row: int = Field(sa_type=ID)
    document: str = Field(sa_type=Text)
    issued_on: str | None = Field(default=None, sa_type=CODE)
    program_id: int = reference("program.id")
    period: str = Field(sa_type=CODE)
    source: str = Field(sa_type=CODE)
    amount_fen: int = Field(sa_type=FEN)
    digest: bytes = Field(sa_type=DIGEST)


class Recovery(SQLModel, table=True):
    """Money that came back from a person, under which program and for which period, when and by which document."""

    __tablename__ = "recovery"
    id: int = key()
    batch_id: int = reference("batch.id", index=True)
    listing_id: int = reference("listing.id")
    row: int = Field(sa_type=ID)
    beneficiary_id: int = reference("beneficiary.id", index=True)
    program_id: int = reference("program.id")
    period: str = Field(sa_type=CODE)
    school_id: int | None = optional_reference("school.id")
    amount_fen: int = Field(sa_type=FEN)
    recovered_on: str = Field(sa_type=CODE)
    document: str = Field(sa_type=Text)
    reason: str | None = Field(default=None, sa_type=Text)
    name_stated: str | None = Field(default=None, sa_type=Text)
    digest: bytes = Field(sa_type=DIGEST)


class BankReturn(SQLModel, table=True):
    """What the bank says of one payment: ``paid``, ``failed``, or ``returned`` after it was paid (退票).

    ``entry_id`` where the payment was recognised, ``order_id`` where it is a line of an order.
    """

    __tablename__ = "bank_return"
    id: int = key()
    batch_id: int = reference("batch.id", index=True)
    listing_id: int = reference("listing.id")
    row: int = Field(sa_type=ID)
    entry_id: int | None = Field(default=None, foreign_key="entry.id", sa_type=ID, index=True)
    number: str | None = Field(default=None, sa_type=CODE)
    name: str = Field(sa_type=Text)
    account: str | None = Field(default=None, sa_type=Text)
    amount_fen: int = Field(sa_type=FEN)
    outcome: str = Field(sa_type=CODE)
    reason: str | None = Field(default=None, sa_type=Text)
    paid_on: str | None = Field(default=None, sa_type=CODE)
    serial_no: str | None = Field(default=None, sa_type=Text)
    digest: bytes = Field(sa_type=DIGEST)
    order_id: int | None = optional_reference("payment_order.id")


class PaymentOrder(SQLModel, table=True):
    """What a bank was asked to pay in one file: what was due for a period, under one program or (None) several.

    ``after_batch`` was the last batch then: what later batches say of its payments is said of this order. ``digest``
    covers the lines as they stand in the file. Release and withdrawal are events of the chain.
    """

    __tablename__ = "payment_order"
    id: int = key()
    program_id: int | None = optional_reference("program.id")
    period: str = Field(sa_type=CODE)
    school_id: int | None = optional_reference("school.id")
    exported_at: str = Field(sa_type=MOMENT)
    exported_by: str = Field(sa_type=Text)
    after_batch: int = Field(sa_type=ID)
    lines: int = Field(sa_type=ID)
    amount_fen: int = Field(sa_type=FEN)
    digest: str = Field(sa_type=HEX)


class PaymentOrderLine(SQLModel, table=True):
    """One line of such a file: ``serial`` counts from 1; the card is the one that the file named."""

    __tablename__ = "payment_order_line"
    __table_args__ = (UniqueConstraint("order_id", "entry_id"),)
    order_id: int = Field(primary_key=True, foreign_key="payment_order.id", sa_type=ID)
    serial: int = Field(primary_key=True, sa_type=ID)
    entry_id: int = reference("entry.id", index=True)
    account: str = Field(sa_type=Text)
    amount_fen: int = Field(sa_type=FEN)


class Notice(SQLModel, table=True):
    """A public notice (公示) of who is to be paid under a program for a period: its term, and over whom."""

    __tablename__ = "notice"
    id: int = key()
    program_id: int = reference("program.id")
    period: str = Field(sa_type=CODE)
    school_id: int | None = optional_reference("school.id")
    posted_from: str = Field(sa_type=CODE)
    posted_until: str = Field(sa_type=CODE)
    made_at: str = Field(sa_type=MOMENT)
    made_by: str = Field(sa_type=Text)
    persons: int = Field(sa_type=ID)
    digest: str = Field(sa_type=HEX)


class NoticeLine(SQLModel, table=True):
    """Somebody whom a notice named, by the entry that it covered."""

    __tablename__ = "notice_line"
    notice_id: int = Field(primary_key=True, foreign_key="notice.id", sa_type=ID)
    entry_id: int = Field(primary_key=True, foreign_key="entry.id", sa_type=ID)

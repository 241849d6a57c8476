"""The tables as models. Most tables are append-only (immutability.py).

Models have no behaviour: SQLModel does not validate table models, so callers check values first and the constraints
are the last line of defence. Queries use tables.py, which `make compiled` generates from this module: loading sqlmodel
takes longer than everything else that a query needs.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, Index, LargeBinary, Text, UniqueConstraint, column
from sqlmodel import Field, SQLModel

from aidledger.store.model.columns import CODE, DIGEST, FEN, HEX, ID, MOMENT
from aidledger.store.model.fields import key, optional_reference, reference


class CatalogueVersion(SQLModel, table=True):
    """A version of the catalogue by which entries were posted."""

    __tablename__ = "catalogue"
    id: int = key()
    digest: str = Field(sa_type=HEX, unique=True)
    loaded_at: str = Field(sa_type=MOMENT)
    loaded_by: str = Field(sa_type=Text)


class ProgramRow(SQLModel, table=True):
    """An aid program, by its code."""

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
    """One rate of a standard as it was loaded, in 分 per person and period; in force from ``start`` (empty: always)."""

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
    """A school, by its printed name."""

    __tablename__ = "school"
    id: int = key()
    name: str = Field(sa_type=Text, unique=True)


class SchoolAlias(SQLModel, table=True):
    """Another name that rosters use for a school."""

    __tablename__ = "school_alias"
    name: str = Field(primary_key=True, sa_type=Text)
    school_id: int = reference("school.id")


class Beneficiary(SQLModel, table=True):
    """A person who receives aid, by identity document; the name is as first recorded."""

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
    """An imported file, byte for byte, by its SHA-256."""

    __tablename__ = "source_file"
    sha256: str = Field(primary_key=True, sa_type=HEX)
    size_bytes: int = Field(sa_type=ID)
    content: bytes = Field(sa_type=LargeBinary)


class Batch(SQLModel, table=True):
    """One file posted whole, or the reversal of a batch.

    Its ``entries`` entries have consecutive ids from ``first_entry``. Person-times and amount are its control totals,
    net of reversals.
    """

    __tablename__ = "batch"
    __table_args__ = (
        # Few batches supersede another: a partial index tells whether a batch is in force.
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
    """One sheet's payments under one program in a batch, with the sheet's own control totals (``declared_…``)."""

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
    """One amount posted for one person, program and period, or its reversal (negative amount).

    ``occurrence`` numbers the entries of a claim from 1 and is unique, so that concurrent posting cannot pay twice; a
    reversal has the negative of the occurrence that it reverses. ``name_stated``: the roster's name, if it is not the
    beneficiary's; ``student_number``: its 学籍号, likewise. ``part``: the part of the period that is paid
    (domain/part.py), None for the whole.
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
        Index(
            "entry_student_number",
            "beneficiary_id",
            "student_number",
            sqlite_where=column("student_number").is_not(None),
            postgresql_where=column("student_number").is_not(None),
        ),
        # Few payments are parts of a period; counting person-times looks them up separately.
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
    student_number: str | None = Field(default=None, sa_type=CODE)
    major: str | None = Field(default=None, sa_type=Text)


class BatchTotal(SQLModel, table=True):
    """A batch's total for one program, period and school, net of reversals; see totals.py.

    ``payments`` counts every entry, even parts of the same person-time.
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
    """A link of the chain: who did what, when. ``facts`` is JSON; a batch's event holds the batch's digest."""

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
    """An entry that belongs to a roster although another batch posted it; ``batch_id`` recorded that.

    A new version of a roster keeps the unchanged entries of the earlier version; reversing the new version returns
    entries to the earlier one.
    """

    __tablename__ = "kept_entry"
    batch_id: int = reference("batch.id", index=True)
    roster_id: int = Field(primary_key=True, foreign_key="roster.id", sa_type=ID)
    entry_id: int = Field(primary_key=True, foreign_key="entry.id", sa_type=ID)


class NumberCorrection(SQLModel, table=True):
    """A document number that a new version of a roster corrected: both beneficiaries are one person with one claim."""

    __tablename__ = "number_correction"
    batch_id: int = Field(primary_key=True, foreign_key="batch.id", sa_type=ID)
    earlier_id: int = Field(primary_key=True, foreign_key="beneficiary.id", sa_type=ID)
    beneficiary_id: int = reference("beneficiary.id")


class Listing(SQLModel, table=True):
    """One sheet of a list other than a roster; ``kind`` says which table below holds its rows.

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

    ``categories``: codes in catalogue order, separated by spaces. ``boarding``: where the list says it.
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
    boarding: str | None = Field(default=None, sa_type=CODE)
    certified_on: str | None = Field(default=None, sa_type=CODE)
    digest: bytes = Field(sa_type=DIGEST)


class Enrolment(SQLModel, table=True):
    """A pupil in a school's register for a semester; dates are months where the register gives no day.

    ``change``: what the register states (学籍变动情况), on ``changed_on``; ``left_on``: only of those who left.
    """

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
    change: str | None = Field(default=None, sa_type=CODE)
    changed_on: str | None = Field(default=None, sa_type=CODE)
    major: str | None = Field(default=None, sa_type=Text)
    name_stated: str | None = Field(default=None, sa_type=Text)
    digest: bytes = Field(sa_type=DIGEST)


class Allotment(SQLModel, table=True):
    """Money that a document (文号) allots to a program for a period, from one source (中央/省/市/县)."""

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
    """Money recovered from a person for a program and period: when, and by which document."""

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


class PopulationMember(SQLModel, table=True):
    """A child or student in a list of a hardship population (脱贫户, 低保, 监测对象 …); nobody else of it is kept.

    ``source``: which list it is; of several in force, the one with the newest ``as_of`` counts. ``household``: the row
    where the household begins in the same listing.
    """

    __tablename__ = "population"
    id: int = key()
    batch_id: int = reference("batch.id", index=True)
    listing_id: int = reference("listing.id")
    row: int = Field(sa_type=ID)
    beneficiary_id: int = reference("beneficiary.id", index=True)
    source: str = Field(sa_type=CODE)
    category: str = Field(sa_type=CODE)
    status: str | None = Field(default=None, sa_type=CODE)
    as_of: str = Field(sa_type=CODE)
    household: int = Field(sa_type=ID)
    relation: str | None = Field(default=None, sa_type=Text)
    name_stated: str | None = Field(default=None, sa_type=Text)
    digest: bytes = Field(sa_type=DIGEST)


class SchoolAmount(SQLModel, table=True):
    """Aid that a document states by school as a number of persons and an amount, without naming anybody.

    ``school_id``: None for the whole district.
    """

    __tablename__ = "school_amount"
    id: int = key()
    batch_id: int = reference("batch.id", index=True)
    listing_id: int = reference("listing.id")
    row: int = Field(sa_type=ID)
    program_id: int = reference("program.id")
    period: str = Field(sa_type=CODE)
    school_id: int | None = optional_reference("school.id")
    persons: int = Field(sa_type=ID)
    amount_fen: int = Field(sa_type=FEN)
    document: str | None = Field(default=None, sa_type=Text)
    issued_on: str | None = Field(default=None, sa_type=CODE)
    digest: bytes = Field(sa_type=DIGEST)


class Quota(SQLModel, table=True):
    """The places (名额) that a school has under a program for a period; ``school_id``: None for the whole district."""

    __tablename__ = "quota"
    id: int = key()
    batch_id: int = reference("batch.id", index=True)
    listing_id: int = reference("listing.id")
    row: int = Field(sa_type=ID)
    program_id: int = reference("program.id")
    period: str = Field(sa_type=CODE)
    school_id: int | None = optional_reference("school.id")
    persons: int = Field(sa_type=ID)
    amount_fen: int | None = Field(default=None, sa_type=FEN)
    document: str | None = Field(default=None, sa_type=Text)
    issued_on: str | None = Field(default=None, sa_type=CODE)
    digest: bytes = Field(sa_type=DIGEST)


class FeeReceipt(SQLModel, table=True):
    """A fee that a school collected from a pupil for a semester, and what of it was refunded."""

    __tablename__ = "fee_receipt"
    id: int = key()
    batch_id: int = reference("batch.id", index=True)
    listing_id: int = reference("listing.id")
    row: int = Field(sa_type=ID)
    beneficiary_id: int = reference("beneficiary.id", index=True)
    period: str = Field(sa_type=CODE)
    school_id: int | None = optional_reference("school.id")
    item: str | None = Field(default=None, sa_type=CODE)
    amount_fen: int = Field(sa_type=FEN)
    received_on: str | None = Field(default=None, sa_type=CODE)
    receipt: str | None = Field(default=None, sa_type=Text)
    refunded_fen: int | None = Field(default=None, sa_type=FEN)
    refunded_on: str | None = Field(default=None, sa_type=CODE)
    grade: str | None = Field(default=None, sa_type=Text)
    class_name: str | None = Field(default=None, sa_type=Text)
    name_stated: str | None = Field(default=None, sa_type=Text)
    digest: bytes = Field(sa_type=DIGEST)


class StaffCard(SQLModel, table=True):
    """The card of a member of a school's staff, who is no beneficiary: of the name only the first character is kept."""

    __tablename__ = "staff"
    id: int = key()
    batch_id: int = reference("batch.id", index=True)
    listing_id: int = reference("listing.id")
    row: int = Field(sa_type=ID)
    school_id: int | None = optional_reference("school.id")
    name: str = Field(sa_type=Text)
    account: str = Field(sa_type=Text)
    digest: bytes = Field(sa_type=DIGEST)


class Death(SQLModel, table=True):
    """The day, or month, on which a pupil died."""

    __tablename__ = "death"
    id: int = key()
    batch_id: int = reference("batch.id", index=True)
    listing_id: int = reference("listing.id")
    row: int = Field(sa_type=ID)
    beneficiary_id: int = reference("beneficiary.id", index=True)
    school_id: int | None = optional_reference("school.id")
    died_on: str = Field(sa_type=CODE)
    name_stated: str | None = Field(default=None, sa_type=Text)
    digest: bytes = Field(sa_type=DIGEST)


class NationalPayment(SQLModel, table=True):
    """What the national system says was paid to a person under a program for a period, or a part of it."""

    __tablename__ = "national_payment"
    id: int = key()
    batch_id: int = reference("batch.id", index=True)
    listing_id: int = reference("listing.id")
    row: int = Field(sa_type=ID)
    beneficiary_id: int = reference("beneficiary.id", index=True)
    program_id: int = reference("program.id")
    period: str = Field(sa_type=CODE)
    part: str | None = Field(default=None, sa_type=CODE)
    school_id: int | None = optional_reference("school.id")
    amount_fen: int = Field(sa_type=FEN)
    name_stated: str | None = Field(default=None, sa_type=Text)
    digest: bytes = Field(sa_type=DIGEST)


class BankReturn(SQLModel, table=True):
    """One line of a bank return: ``paid``, ``failed``, or ``returned`` after it was paid (退票).

    ``entry_id``: the payment that it answers, if known; ``order_id``: that payment's order, if there is one.
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
    """A payment order: the amounts due for a period in one bank file, under one program or (None) several.

    ``after_batch``: the last batch before it; bank returns in later batches may answer it. ``digest`` covers the lines
    as exported. Release and withdrawal are events of the chain.
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
    """One line of a payment order; ``serial`` counts from 1, ``account`` is the card as exported."""

    __tablename__ = "payment_order_line"
    __table_args__ = (UniqueConstraint("order_id", "entry_id"),)
    order_id: int = Field(primary_key=True, foreign_key="payment_order.id", sa_type=ID)
    serial: int = Field(primary_key=True, sa_type=ID)
    entry_id: int = reference("entry.id", index=True)
    account: str = Field(sa_type=Text)
    amount_fen: int = Field(sa_type=FEN)


class Notice(SQLModel, table=True):
    """A public notice (公示) of the people to be paid under a program for a period, and the dates of its posting."""

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
    """An entry whose person a notice named."""

    __tablename__ = "notice_line"
    notice_id: int = Field(primary_key=True, foreign_key="notice.id", sa_type=ID)
    entry_id: int = Field(primary_key=True, foreign_key="entry.id", sa_type=ID)

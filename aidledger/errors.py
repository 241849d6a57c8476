"""What can go wrong, one class per failure; the docstring is the message.

A message names its facts in braces; the output layer translates it and fills them in. The class carries the exit code
(docs/json.md): 2 misused, 3 refused or failed.
"""

from __future__ import annotations

import inspect
from typing import ClassVar


class AidLedgerError(Exception):
    """Something went wrong."""

    exit_code: ClassVar[int] = 3

    def __init__(self, **facts: object) -> None:
        super().__init__()
        self.facts = facts

    @classmethod
    def template(cls) -> str:
        """The untranslated message, on one line."""
        return " ".join(inspect.cleandoc(cls.__doc__ or "").split())

    def __str__(self) -> str:
        return self.template().format(**self.facts)


class Misuse(AidLedgerError):
    """The command was misused."""

    exit_code = 2


class NotFound(Misuse):
    """There is no such thing."""


class UnknownProgram(NotFound):
    """There is no program {code}. Similar: {close}."""


class ProgramNotInForce(Misuse):
    """The catalogue has {code}, but the office does not run it."""


class SwitchedBothWays(Misuse):
    """These are to be switched on and off at once: {codes}."""


class UnknownRegion(Misuse):
    """There are no standards of a region {code}. Known: {known}."""


class UnknownPeriod(Misuse):
    """{text} is not a period. Write a semester as 2021-autumn or 2022-spring, a year as 2021."""


class PeriodMistyped(UnknownPeriod):
    """{text} is not a period. Similar: {close}. Write a semester as 2021-autumn or 2022-spring, a year as 2021."""


class SpanBackwards(Misuse):
    """The first period, {first}, is later than the last, {last}."""


class UnknownPart(Misuse):
    """{text} is not a part of a term.

    Write 9月 (2021-09), 第一批 (instalment-1), 补发 (back-payment) or 补差 (top-up).
    """


class UnknownDay(Misuse):
    """{text} is not a date. Write it as 2026-11-30."""


class UnknownDelivery(NotFound):
    """There is no delivery {number} in the inbox."""


class FilesTooMany(Misuse):
    """{count} files are more than a delivery may hold ({most}), or a file is larger than a roster can be."""


class UploadIncomplete(AidLedgerError):
    """Other bytes arrived than were announced: {received} of {size}. Send the file again."""


class AnnouncementUnreadable(Misuse):
    """The list of files could not be read. Reload the page, and send the folder again."""


class NothingToRead(Misuse):
    """There is no spreadsheet, or archive of spreadsheets, among these files ({count})."""


class CheckOutdated(AidLedgerError):
    """The ledger or the inbox has changed since these files were checked. Nothing was posted."""


class NothingToPost(AidLedgerError):
    """None of these files can be posted."""


class FormTooLarge(Misuse):
    """The form is too large."""


class PasswordTooShort(Misuse):
    """A password needs at least {wanted} characters. Nothing was changed."""


class PasswordTooLong(Misuse):
    """A password may have at most {most} characters. Nothing was changed."""


class PasswordCommon(Misuse):
    """That password is too easy to guess. Use several unrelated words. Nothing was changed."""


class PasswordsDiffer(Misuse):
    """What was typed the second time does not match. Nothing was changed."""


class PasswordWrong(AidLedgerError):
    """That is not the current password. Nothing was changed."""


class TriesTooMany(AidLedgerError):
    """Too many failed attempts. Wait {seconds} seconds, then try again."""


class NamesMissing(Misuse):
    """A name is missing. Nothing was changed."""


class DistrictMissing(NamesMissing):
    """Name the district as well as its office. Nothing was changed."""


class RoleMissing(NamesMissing):
    """Choose a name and a role. Nothing was changed."""


class PasswordLinkUsed(AidLedgerError):
    """This password link has been used or replaced, or has expired. Ask a reviewer for a new one."""


class UnknownSession(NotFound):
    """There is no such session; it may have ended."""


class SideDataUnreadable(AidLedgerError):
    """{path}, which the page uses for this ledger, is damaged or does not open with the ledger's key.

    The ledger itself is not affected. Move that file away; its contents are lost.
    """


class DesktopMissing(AidLedgerError):
    """There is no desktop folder at {path}. Nothing was written."""


class PlacePassword(Misuse):
    """The ledger's URL contains a password, which would be readable on the desktop. Put it in a pgpass file."""


class HostUnknown(Misuse):
    """{host} is not a name or address of this computer."""


class ConnectionsUnprotected(Misuse):
    """At {host}, other computers would reach the page without encryption.

    Anybody on the network could read passwords and pupils' data.
    """


class CertificateHalf(Misuse):
    """A TLS certificate and its key belong together; one of them was not given."""


class CertificateUnusable(AidLedgerError):
    """The certificate {certificate} with the key {key} cannot be used: {reason}."""


class PortTaken(AidLedgerError):
    """Port {port} of this computer cannot be used: {reason}. Choose another."""


class JobRunning(AidLedgerError):
    """{by} has another job running: {what}. Wait until it has finished."""


class WorkCancelled(AidLedgerError):
    """This was cancelled before it finished. Nothing was kept."""


class UnknownJob(NotFound):
    """There is no job {number}."""


class EndedByOthers(AidLedgerError):
    """{by}, who started aidledger, a clerk or a reviewer can end it; others still work with it."""


class NoFileMade(AidLedgerError):
    """This job has no file to give: it made none, or aidledger was started again since. Let it be made once more."""


class FileOfAnother(AidLedgerError):
    """{by} asked for this file, for a reason of their own. Ask for it yourself."""


class JobEnded(AidLedgerError):
    """This has already finished; there is nothing to cancel."""


class UnknownCut(Misuse):
    """{text} is not a cut.

    Write calendar-year:2021, school-year:2021, term:2021-autumn, span:2021-autumn..2022-spring or
    posted:2021-09-01..2022-01-31.
    """


class SemesterWanted(Misuse):
    """{program} is paid by semester: write the period as 2021-autumn or 2022-spring, not {period}."""


class YearWanted(Misuse):
    """{program} is paid once a year: write the period as 2021, not {period}."""


class TitleNotUnderstood(Misuse):
    """A roster titled {title} would not be recognised as one of {what}.

    Write a school's full name, ending in 中学, 小学 or 幼儿园; the words for programs are in schemas/programs.
    """


class UnknownBatch(NotFound):
    """There is no batch {number}."""


class UnknownHead(NotFound):
    """The head {head} is not in this ledger's history."""


class NoticeTooShort(Misuse):
    """A notice must be posted for at least {wanted} working days; this one has {days}."""


class NobodyToName(AidLedgerError):
    """There are no entries under {program} for {period}, so there is nobody to announce."""


class UnknownOrder(NotFound):
    """There is no payment order {number}."""


class UnknownEntry(NotFound):
    """There is no entry {number}."""


class UnknownPerson(NotFound):
    """Nobody in the ledger has this number or name."""


class AmbiguousPerson(AidLedgerError):
    """Several people match: {candidates}. Give the ID number, or the number in front of the name."""


class UnknownSchool(NotFound):
    """The ledger has no school named {name}. Similar: {close}."""


class SameSchool(Misuse):
    """{school} and {into} are one school already."""


class SchoolNameTaken(Misuse):
    """There is a school named {into} already. To count {school} as that one, merge them."""


class SchoolUnnamed(Misuse):
    """The new name is empty."""


class SchoolCountedAs(Misuse):
    """{school} counts as {into} already. Name {into}, or undo that first."""


class SchoolsInCircle(Misuse):
    """{school} cannot count as {into}: that would come back to {school} by what was merged before. Undo that first."""


class SchoolNotJoined(Misuse):
    """{school} counts as no other school; there is nothing to undo."""


class SchoolsJoinedSince(Misuse):
    """Since {school} was renamed {into}, that name was renamed or merged with: {others}. Undo that first."""


class SuccessionAhead(Misuse):
    """{date} is not here yet. Rename or merge a school once it is."""


class UnknownLakeSchool(UnknownSchool):
    """The lake has no school named {name}. Similar: {close}."""


class UnknownRule(NotFound):
    """There is no rule {code}. Similar: {close}. All rules: {known}."""


class FigureNotUnderstood(Misuse):
    """{text} does not name a figure: write KEY=VALUE pairs, separated by commas. Keys: {keys}."""


class UnknownFigureValue(Misuse):
    """Nothing in the ledger has {key}={value}. Keys: {keys}."""


class OneSpan(Misuse):
    """Give either a year, or a first and a last period; a school year needs its year."""


class UnknownFinding(NotFound):
    """There is no finding {id} at present."""


class NothingChosen(Misuse):
    """No finding is chosen."""


class DecisionUnexplained(Misuse):
    """A decision needs a reason."""


class UntilPast(Misuse):
    """{day} has passed. An acceptance holds until a later day."""


class FindingsChanged(AidLedgerError):
    """The facts behind these findings have changed since they were shown: {ids}. Nothing was recorded.

    Run the audit again.
    """


class DecidedMeanwhile(AidLedgerError):
    """Somebody has decided on {id} since it was shown: {state}, {by}, {at}. Nothing was recorded."""


class ListMoved(AidLedgerError):
    """The list has changed since it was shown. Nothing was recorded."""


class PaperUnreadable(Misuse):
    """This is not a working paper: an Excel workbook with the audit's columns and, below them, the ledger's head."""


class PaperOfAnother(Misuse):
    """This working paper belongs to another ledger."""


class PaperOutdated(AidLedgerError):
    """The working paper has changed since it was shown, or has already been recorded. Nothing was recorded."""


class NothingToSend(AidLedgerError):
    """No school had a roster in this term, in the one before, or in the same term of the year before."""


class AuditWanted(AidLedgerError):
    """No audit has run since the page was started. Run it first."""


class FeedbackAmongRosters(Misuse):
    """{path} is inside the folder being imported, where the copies would be taken for rosters.

    Choose another folder.
    """


class OneDecision(Misuse):
    """A finding takes one decision at a time; an acceptance needs a date, the others take none."""


class UnknownReport(NotFound):
    """There is no published report {name}. Known reports: {known}."""


class UnknownMapping(NotFound):
    """{text} is not of the form HEADER=field. Similar fields: {close}. All fields: {fields}."""


class NothingRemembered(Misuse):
    """No columns are remembered for {school}."""


class ReasonMissing(Misuse):
    """Full ID and card numbers are shown only for a reason, which is logged."""


class FullReasonMissing(Misuse):
    """Full ID and card numbers are exported only for a reason, which is logged."""


class OutputMissing(Misuse):
    """A workbook cannot be shown on the screen."""


class NothingToDemonstrate(Misuse):
    """{path} exists and is not an empty folder. The demo needs a folder of its own."""

    exit_code = 3


class SchemasMissing(Misuse):
    """{path} is not a schemas folder."""


class Unsolvable(AidLedgerError):
    """The made-up district cannot reach the report's figure for {program}: {why}."""


class AlreadyReversed(AidLedgerError):
    """Batch {number} was already reversed, by batch {by}."""


class NotReversible(AidLedgerError):
    """Batch {number} is itself a reversal. To restore what it reversed, import the file again."""


class SupersededBatch(AidLedgerError):
    """Batch {number} was superseded by batch {by}, which is now in force."""


class NoEarlierVersion(Misuse):
    """Batch {number} is not in force, so there is nothing in it to supersede."""


class OtherRoster(Misuse):
    """{file} cannot supersede batch {number}: it pays nothing that the batch pays ({paid})."""


class OneFileToSupersede(Misuse):
    """Only one file can supersede a batch; {count} were given."""


class LedgerMissing(AidLedgerError):
    """There is no ledger at {path}."""


class LedgerExists(AidLedgerError):
    """There is already something at {path}. Nothing was changed; choose another place."""


class LedgerUnsupported(AidLedgerError):
    """Not a valid ledger location. Give a path, or a database URL of: {backends}."""


class DriverMissing(AidLedgerError):
    """The driver for {driver} is not installed. Install it with: pip install 'aidledger[postgres]'."""


class LedgerForeign(AidLedgerError):
    """{path} is not an aidledger ledger, or it is damaged. Nothing was changed."""


class KeyWanted(LedgerForeign):
    """{path} is not an aidledger ledger, is damaged, or is encrypted and needs its key. Nothing was changed."""


class KeyWrong(LedgerForeign):
    """{path} does not open with this key: it has another key, is damaged, or is not a ledger. Nothing was changed."""


class KeyMissing(AidLedgerError):
    """There is no key at {place}. Nothing was changed. An encrypted ledger cannot be read without its key."""


class SealKeyMissing(KeyMissing):
    """There is no seal key at {place}. Nothing was changed."""


class KeyOpenToOthers(AidLedgerError):
    """Others can read {place}, so its key is not secret. Restrict it to its owner: chmod 600."""


class KeyUnusable(AidLedgerError):
    """{place} holds no key. A key is one line: a passphrase, or 64 hexadecimal digits."""


class KeyTooShort(AidLedgerError):
    """A new passphrase needs at least {wanted} characters. Nothing was changed."""


class KeySame(Misuse):
    """The new key is the one that {path} already has."""


class KeyUnused(Misuse):
    """A key was given, but the ledger would not be encrypted."""


class DemoKeyed(Misuse):
    """A key was given, but the demo uses none: its people are made up. Give no key, and unset {variables}."""


class KeyNobodyToAsk(AidLedgerError):
    """A new key is needed, but there is no terminal to type it at. Give a file or keyring:NAME."""


class KeyringFailed(AidLedgerError):
    """This computer's keyring refused {place}: {reason}. Use a key file instead."""


class EncryptionMissing(AidLedgerError):
    """Support for encryption and keyrings is not installed. Install it with: pip install 'aidledger[encrypted]'."""


class EncryptionElsewhere(AidLedgerError):
    """{path} is on a database server; encrypting what is on its disks is up to the server."""


class NotEncrypted(AidLedgerError):
    """{path} is not encrypted."""


class PlainUnasked(AidLedgerError):
    """The ledger is encrypted, but the copy at {path} would not be."""


class EncryptOrPlain(Misuse):
    """A copy is either encrypted or not."""


class RestoreMixed(AidLedgerError):
    """One of {backup} and {path} is encrypted, and the other is not. Nothing was changed."""


class RestoreKeyed(AidLedgerError):
    """{path} does not open with the key of {backup}: it has another key, or it is damaged. Nothing was changed.

    First change the backup's key to that of the ledger. If the ledger is damaged, move it aside, together with its
    -journal file if there is one, and restore again.
    """


class RekeyFailed(AidLedgerError):
    """{path} still has its old key. Nothing was changed.

    Close other programs that have the ledger open, then try again.
    """


class RekeyUnproved(AidLedgerError):
    """{path} has its new key, but its events do not record the change, or it does not verify."""


class SealKeyWanted(AidLedgerError):
    """The ledger is sealed with the key {key}; nothing can be written without it."""


class SealKeyWrong(AidLedgerError):
    """The ledger is sealed with the key {key}, not with the key given ({given}). Nothing was changed."""


class SealKeyUnusable(AidLedgerError):
    """A seal key has 64 hexadecimal digits; a passphrase will not do."""


class SealKeyUnnamed(Misuse):
    """No place was given for the seal key."""


class NotSealed(AidLedgerError):
    """A seal key was given, but the ledger is not sealed. Nothing was changed.

    If it was sealed before, somebody changed it without the key.
    """


class AlreadySealed(AidLedgerError):
    """The ledger is already sealed with this key."""


class LedgerOlder(AidLedgerError):
    """{path} was made by an older aidledger (table version {found}, not {wanted}) and must be upgraded."""


class BackupFirst(AidLedgerError):
    """{path} cannot be copied from here. Back it up with the server's own tool (pg_dump) before you upgrade it."""


class BackupElsewhere(AidLedgerError):
    """{path} is on a database server. Back it up with the server's own tool: pg_dump."""


class RestoreElsewhere(AidLedgerError):
    """{path} is on a database server; a backup file cannot replace it."""


class CopyFaulty(AidLedgerError):
    """{path} does not verify: {faults} faults. Nothing of it was kept."""


class BackupOlder(AidLedgerError):
    """{path} was made by an older aidledger (table version {found}, not {wanted}). Nothing was changed.

    Upgrade it, then restore it; upgrading keeps a copy.
    """


class BackupIsLedger(Misuse):
    """{path} is the ledger itself. Name the backup that is to replace it."""


class NewerDiscarded(AidLedgerError):
    """{batches} batches and {events} events of the ledger at {path} are not in the backup and would be lost.

    Nothing was changed.
    """


class NewerUnknown(AidLedgerError):
    """{path} cannot be read, so nobody can tell what would be lost. Nothing was changed."""


class LedgerNewer(AidLedgerError):
    """{path} was made by a newer aidledger (table version {found}; this one supports {wanted}).

    Install the newer version.
    """


class LocksMissing(AidLedgerError):
    """{path} is on a drive without file locks ({why}): two commands at once would corrupt a ledger there.

    Nothing was changed. Keep the ledger on a local disk, or use PostgreSQL for several machines.
    """


class LedgerLocked(AidLedgerError):
    """Somebody else is writing to {path}. Nothing was changed; try again in a minute."""


class LedgerReadOnly(AidLedgerError):
    """{path} is not writable. Nothing was changed; check the permissions of the file and its folder."""


class WorkerNotStarted(AidLedgerError):
    """No process could be started to read the files: {reason}. Close other programs, then try again."""


class RightMissing(AidLedgerError):
    """Your database role may not do this in {path}. Nothing was changed; ask the database administrator."""


class LedgerFull(AidLedgerError):
    """The disk of {path} is full. What was not committed was rolled back; free some space, then try again."""


class LedgerFailed(AidLedgerError):
    """The database of {path} failed: {reason}. What was not committed was rolled back."""


class LedgerUnknownPrograms(AidLedgerError):
    """The ledger holds programs that are not in these schemas: {codes}."""


class FatesDoNotAddUp(AidLedgerError):
    """{file}: {read} rows were read, but {accounted} are accounted for. The import stopped; please report this bug."""


class Interrupted(AidLedgerError):
    """Interrupted. Every finished file is posted whole; run the same command again to continue."""


class FileExists(AidLedgerError):
    """{path} already exists and is not overwritten. Name another file."""


class OutputExists(FileExists):
    """{path} already exists. Name another file."""


class OutputKept(AidLedgerError):
    """{path} is not overwritten: {reason}. Name another file."""


class OutputNoFile(Misuse):
    """{path} is not a regular file; results are written to regular files only."""


class NoBankFile(AidLedgerError):
    """{path} is not a payment file that was exported from a ledger."""


class OrderSettled(AidLedgerError):
    """Payment order {order} is already {state} (by {by})."""


class ReleasedByExporter(AidLedgerError):
    """{actor} exported payment order {order}; somebody else must release it."""


class ReleasedByImporter(AidLedgerError):
    """{actor} imported batch {batch}, which payment order {order} pays; somebody else must release it."""


class NotNamed(AidLedgerError):
    """{actor} has no role in this ledger. To {deed}, one of these roles is needed: {roles}.

    Nothing was changed; a reviewer assigns roles.
    """


class OtherRole(AidLedgerError):
    """{actor} has the role {role}. To {deed}, one of these roles is needed: {roles}.

    Nothing was changed; a reviewer assigns roles.
    """


class LastReviewer(AidLedgerError):
    """{actor} is the only reviewer, and only reviewers assign roles.

    Nothing was changed; assign another reviewer first.
    """


class NobodyOfThatName(Misuse):
    """{actor} has no role in this ledger."""


class OrderAltered(AidLedgerError):
    """{path} is not the file exported as payment order {order}: lines were changed, added or removed."""


class DraftOutdated(AidLedgerError):
    """What is due has changed since this order was shown. No order was made."""


class OrderOutdated(AidLedgerError):
    """Payment order {order} is not what was shown. It was not released."""


class OrderStale(AidLedgerError):
    """Lines of payment order {order} are no longer due as exported ({count}): {lines}.

    A roster was corrected or reversed, or a bank has paid. Withdraw the order, then export again.
    """


class PaysFromAltered(AidLedgerError):
    """Nothing was written: what would be paid is not as recorded (faults: {count}; entries or batches: {where})."""


class MasterDataAltered(AidLedgerError):
    """Nothing was changed: row {row} of {table}, or one recorded with it, is not as it was recorded."""


class SourceMissing(AidLedgerError):
    """The ledger does not hold the source file of batch {number}."""


class CannotRead(AidLedgerError):
    """{path} cannot be read: {reason}."""


class CannotWrite(AidLedgerError):
    """{path} cannot be written: {reason}."""


class CatalogueError(AidLedgerError):
    """{file}:{line}: {what}."""


class LakeKeyUnusable(Misuse):
    """{path} holds no key. A key file holds 64 hexadecimal digits."""


class LakeKeyOpen(AidLedgerError):
    """Others can read the key {path}. Restrict it to its owner: chmod 600."""


class UnknownDistrict(NotFound):
    """{code} is not a district. Write the six digits of its administrative code (GB/T 2260), such as 511303."""


class LakeOfAnother(AidLedgerError):
    """The lake holds {district} up to head {head}, people: {people}.

    Only the same ledger can continue it, with the same key and with people written in the same way. Otherwise start a
    new folder.
    """


class LakeRaced(AidLedgerError):
    """Somebody else exported {district} at the same time; this export added nothing."""


class LakeDamaged(AidLedgerError):
    """{path} is missing from the lake, truncated, or not what its manifest says."""


class LakeOfAnotherFormat(AidLedgerError):
    """{path} is part of a lake in format {found}; this version supports only format {wanted}.

    Export every district again into an empty folder.
    """


class LakeMissing(AidLedgerError):
    """There is no lake at {path}: no district was exported to it."""


class LakeMixed(AidLedgerError):
    """Districts {one} and {other} were exported with different keys, or with people written in different ways.

    Nobody can be recognised in both.
    """


class LakeCollision(AidLedgerError):
    """Two people in the lake share the pseudonym {person}; nobody can tell which of them was paid."""


class LakeEngineMissing(AidLedgerError):
    """The lake needs {package}, which is not installed: pip install 'aidledger[{extra}]'."""


class LakeEngineFailed(AidLedgerError):
    """The query engine failed: {reason}."""


class MemoryUnreadable(Misuse):
    """{text} is not an amount of memory. Write 500MB or 4GB."""


class LakeOptionAlone(Misuse):
    """{option} works on a lake only."""


class NotOfALake(Misuse):
    """{option} does not work on a lake: requests are logged in the ledger, and a lake keeps no log."""

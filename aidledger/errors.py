"""What can go wrong, one class per failure; the docstring is the message.

A message names its facts in braces; the rim translates the docstring and fills them in. The class carries
the exit code of the contract: 2 the command was misused, 3 refused or failed.
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


class UnknownProgram(Misuse):
    """There is no program {code}. Names like it: {close}. `aidledger programs` lists them all."""


class UnknownPeriod(Misuse):
    """{text} is not a period. Write a semester as 2021-autumn or 2022-spring, a year as 2021."""


class PeriodMistyped(UnknownPeriod):
    """{text} is not a period. Like it: {close}. Write a semester as 2021-autumn or 2022-spring, a year as 2021."""


class SpanBackwards(Misuse):
    """--from {first} is later than --to {last}."""


class UnknownPart(Misuse):
    """{text} is no part of a term. Write 9月 (2021-09), 第一批 (instalment-1), 补发 (back-payment) or 补差 (top-up)."""


class UnknownCut(Misuse):
    """{text} is not a cut.

    Write calendar-year:2021, school-year:2021, term:2021-autumn, span:2021-autumn..2022-spring or
    posted:2021-09-01..2022-01-31.
    """


class SemesterWanted(Misuse):
    """{program} is paid by the semester: write --period as 2021-autumn or 2022-spring, not {period}."""


class YearWanted(Misuse):
    """{program} is paid once a year: write --period as 2021, not {period}."""


class TitleNotUnderstood(Misuse):
    """A roster with the title {title} would not be recognised as one of {what}.

    Write a school's full name, which ends in 中学, 小学, 幼儿园; the words of programs are in schemas/programs.
    """


class UnknownBatch(Misuse):
    """There is no batch {number}. `aidledger batches` lists them all."""


class UnknownHead(Misuse):
    """No event in this ledger's history ends with {head}. Verify the whole of it, without --since."""


class NoticeTooShort(Misuse):
    """A notice is posted for at least {wanted} working days; from --from to --to there are {days}."""


class NobodyToName(AidLedgerError):
    """Nobody is entered under {program} for {period}: there is nothing to announce."""


class UnknownOrder(Misuse):
    """There is no payment order {number}. `aidledger pay orders` lists them all."""


class UnknownEntry(Misuse):
    """There is no entry {number}."""


class UnknownPerson(Misuse):
    """Nobody in the ledger has this number or name."""


class AmbiguousPerson(AidLedgerError):
    """Several people are meant by this: {candidates}. Name one by the ID number or by the number in front."""


class UnknownSchool(Misuse):
    """No school in the ledger is called {name}. Names like it: {close}."""


class UnknownLakeSchool(UnknownSchool):
    """No school in the lake is called {name}. Names like it: {close}."""


class UnknownRule(Misuse):
    """There is no rule {code}. Rules like it: {close}. All rules are: {known}."""


class FigureNotUnderstood(Misuse):
    """{text} names no figure: write KEY=VALUE, several with commas between. Keys are: {keys}."""


class UnknownFigureValue(Misuse):
    """Nothing in the ledger has {key}={value}. Keys of a figure are: {keys}."""


class OneSpan(Misuse):
    """Say --year YEAR, or --from and --to, not both; --school-year goes with --year."""


class UnknownFinding(Misuse):
    """There is no finding {id} now. `aidledger findings` lists what the audit finds."""


class FeedbackAmongRosters(Misuse):
    """{path} lies inside the folder that is imported; the copies would be taken for rosters. Name another folder."""


class OneDecision(Misuse):
    """Say one of --justify, --close, --accept and --reopen; --accept goes with --until DATE, the others without."""


class UnknownReport(Misuse):
    """There is no published report {name}. Known are: {known}."""


class UnknownMapping(Misuse):
    """--map {text} is not of the form HEADER=field. Fields like it: {close}. All fields are: {fields}."""


class NothingRemembered(Misuse):
    """Nothing is remembered for {school}. `aidledger mappings` lists what is."""


class ReasonMissing(Misuse):
    """--reveal shows full ID and card numbers and needs --reason TEXT; the request is logged."""


class FullReasonMissing(Misuse):
    """--people full writes full ID and card numbers and needs --reason TEXT; the request is logged."""


class OutputMissing(Misuse):
    """An xlsx file cannot be printed on the screen. Name it with -o FILE."""


class NothingToDemonstrate(Misuse):
    """{path} is there already and is not an empty folder. The demo writes into a folder of its own."""

    exit_code = 3


class SchemasMissing(Misuse):
    """{path} is not a folder of schemas."""


class Unsolvable(AidLedgerError):
    """The made-up district cannot reach the report's figure for {program}: {why}."""


class AlreadyReversed(AidLedgerError):
    """Batch {number} was reversed already, by batch {by}."""


class NotReversible(AidLedgerError):
    """Batch {number} is itself a reversal; import the file again instead."""


class SupersededBatch(AidLedgerError):
    """Batch {number} was superseded by batch {by}, which is the one in force."""


class NoEarlierVersion(Misuse):
    """Batch {number} is not in force; there is nothing in it to supersede. `aidledger batches` lists them all."""


class OtherRoster(Misuse):
    """{file} pays nothing that batch {number} pays: {paid}. It cannot supersede it."""


class OneFileToSupersede(Misuse):
    """--supersedes takes the new version of one roster; name one file, not {count}."""


class LedgerMissing(AidLedgerError):
    """There is no ledger at {path}. Make one with `aidledger init`, or name another with --ledger."""


class LedgerExists(AidLedgerError):
    """There is something at {path} already. Nothing was changed; name another place with --ledger."""


class LedgerUnsupported(AidLedgerError):
    """This is no place for a ledger. Write a path, or a database URL of: {backends}."""


class DriverMissing(AidLedgerError):
    """The driver for {driver} is not installed. Install it with: pip install 'aidledger[postgres]'."""


class LedgerForeign(AidLedgerError):
    """{path} is not a ledger of aidledger, or it is damaged. Nothing was changed."""


class KeyWanted(LedgerForeign):
    """{path} is not a ledger of aidledger, or it is damaged; or it is encrypted, and can only be read with its key.

    Name the key with --key-file FILE or --key-file keyring:NAME. Nothing was changed.
    """


class KeyWrong(LedgerForeign):
    """{path} does not open with this key: it has another, or it is damaged or no ledger. Nothing was changed."""


class KeyMissing(AidLedgerError):
    """There is no key at {place}. Nothing was changed; without its key nobody can read an encrypted ledger."""


class SealKeyMissing(KeyMissing):
    """There is no seal key at {place}. Nothing was changed; look at what --seal-key-file names."""


class KeyOpenToOthers(AidLedgerError):
    """{place} can be read by others than its owner, so what it holds is no secret. `chmod 600` mends that."""


class KeyUnusable(AidLedgerError):
    """{place} holds no key: one line of text is wanted, a passphrase or 64 hexadecimal digits."""


class KeyTooShort(AidLedgerError):
    """A new passphrase has at least {wanted} characters. Nothing was changed."""


class KeySame(Misuse):
    """The new key is the one that {path} has."""


class KeyUnused(Misuse):
    """A key was named, but not --encrypt: the ledger would not be encrypted. Say --encrypt, or name no key."""


class DemoKeyed(Misuse):
    """A key was named, and the demo uses none: its people are made up. Name no key, and take it out of {variables}."""


class KeyNobodyToAsk(AidLedgerError):
    """A new key is wanted, and nobody can be asked for it here. Name a file or keyring:NAME."""


class KeyringFailed(AidLedgerError):
    """The keyring of this computer refused {place}: {reason}. Use a key file instead."""


class EncryptionMissing(AidLedgerError):
    """What encrypts ledgers and asks keyrings is not installed. Install it with: pip install 'aidledger[encrypted]'."""


class EncryptionElsewhere(AidLedgerError):
    """{path} is on a database server: what lies on its disks is the server's to encrypt."""


class NotEncrypted(AidLedgerError):
    """{path} is not encrypted. `aidledger copy --to FILE --encrypt` makes an encrypted copy of it."""


class PlainUnasked(AidLedgerError):
    """The ledger is encrypted, and at {path} it would not be. Say --plain if whoever can read that may read all."""


class EncryptOrPlain(Misuse):
    """Say one of --encrypt and --plain."""


class RestoreMixed(AidLedgerError):
    """One of {backup} and {path} is encrypted, and the other is not. Nothing was changed.

    `aidledger --ledger BACKUP copy --to FILE` with --encrypt or --plain makes the one from the other.
    """


class RestoreKeyed(AidLedgerError):
    """{path} does not open with the key of {backup}: it has another, or it is damaged. Nothing was changed.

    Give the backup the key of the ledger first: `aidledger --ledger BACKUP rekey --to FILE`. If the ledger is damaged,
    put it aside under another name, and its -journal file where there is one; then restore.
    """


class RekeyFailed(AidLedgerError):
    """{path} has kept its old key. Nothing was changed; close what else has the ledger open, then try again."""


class RekeyUnproved(AidLedgerError):
    """{path} has its new key, but its events do not say so, or it does not verify. `aidledger verify` says more."""


class SealKeyWanted(AidLedgerError):
    """The ledger is sealed with the key {key}, and nothing is written to it without. Name it with --seal-key-file."""


class SealKeyWrong(AidLedgerError):
    """The ledger is sealed with the key {key}, not with the one that was given ({given}). Nothing was changed."""


class SealKeyUnusable(AidLedgerError):
    """What seals a ledger is a key of 64 hexadecimal digits, no passphrase. `aidledger seal` makes one."""


class SealKeyUnnamed(Misuse):
    """Say with --seal-key-file FILE, before the command, where the key is; where there is none, one is made."""


class NotSealed(AidLedgerError):
    """A seal key was given, but the ledger is not sealed. Nothing was changed.

    Was it sealed before? Then it was changed by somebody without the key. If not, `aidledger seal` seals it.
    """


class AlreadySealed(AidLedgerError):
    """The ledger is sealed with this key already. --to FILE changes the key."""


class LedgerOlder(AidLedgerError):
    """{path} was made by an older aidledger (tables of version {found}, not {wanted}). Run `aidledger upgrade`."""


class BackupFirst(AidLedgerError):
    """{path} cannot be copied from here. Back it up (pg_dump), then upgrade it with --no-backup."""


class BackupElsewhere(AidLedgerError):
    """{path} is on a database server, which has its own backup: pg_dump.

    `aidledger copy --to FILE` copies the ledger into a file.
    """


class RestoreElsewhere(AidLedgerError):
    """{path} is on a database server.

    `aidledger --ledger BACKUP copy --to URL` copies a backup into an empty database.
    """


class CopyFaulty(AidLedgerError):
    """{path} does not verify: {faults} faults. Nothing was kept of it; `aidledger verify` names the ledger's faults."""


class BackupOlder(AidLedgerError):
    """{path} was made by an older aidledger (tables of version {found}, not {wanted}).

    Nothing was changed. Upgrade it first, then restore it: `aidledger --ledger FILE upgrade`; a copy is kept.
    """


class BackupIsLedger(Misuse):
    """{path} is the ledger itself. Name the backup that is to take its place."""


class NewerDiscarded(AidLedgerError):
    """The ledger at {path} has what the backup has not: {batches} batches and {events} events would be lost.

    Nothing was changed. With --discard-newer the backup takes its place; the ledger is kept under another name.
    """


class NewerUnknown(AidLedgerError):
    """What is at {path} cannot be read, so nobody can say what would be lost.

    Nothing was changed. With --discard-newer the backup takes its place; what is there is kept under another name.
    """


class LedgerNewer(AidLedgerError):
    """{path} was made by a newer aidledger (tables of version {found}; this one knows {wanted}). Install the newer."""


class LocksMissing(AidLedgerError):
    """{path} is on a drive that keeps no locks ({why}): two commands at once would spoil a ledger there.

    Nothing was changed. Keep the ledger on a disk of this machine, or use PostgreSQL for several machines.
    """


class LedgerLocked(AidLedgerError):
    """Somebody else is writing to {path}. Nothing was changed; try again in a minute."""


class LedgerReadOnly(AidLedgerError):
    """{path} cannot be written. Nothing was changed; look at the permissions of the file and its folder."""


class WorkerNotStarted(AidLedgerError):
    """No process could be started to read the files in: {reason}. Close other programs, then run it again."""


class RightMissing(AidLedgerError):
    """Your role may not do this in {path}. Nothing was changed; ask who looks after the database."""


class LedgerFull(AidLedgerError):
    """There is no room left on the disk of {path}. What was not committed was taken back; make room, try again."""


class LedgerFailed(AidLedgerError):
    """The database of {path} refused: {reason}. What was not committed was taken back."""


class LedgerUnknownPrograms(AidLedgerError):
    """The ledger holds programs that these schemas do not know: {codes}. Name the office's folder with --schemas."""


class FatesDoNotAddUp(AidLedgerError):
    """{file}: {read} rows were read, {accounted} have a fate. The import stopped here; please report this fault."""


class Interrupted(AidLedgerError):
    """Stopped. Every file that was done is whole in the ledger; run the same command again to go on."""


class FileExists(AidLedgerError):
    """{path} is there already, and nothing is overwritten. Name another file."""


class OutputExists(FileExists):
    """{path} is there already. Name another file, or say --force to replace it."""


class OutputKept(AidLedgerError):
    """{path} is not written over: {reason}. Name another file."""


class OutputNoFile(Misuse):
    """{path} is no ordinary file, and only into such results are written. Without -o they go to the screen."""


class NoBankFile(AidLedgerError):
    """{path} is no payment file as `aidledger pay export` writes it."""


class OrderSettled(AidLedgerError):
    """Payment order {order} is {state} already, by {by}."""


class ReleasedByExporter(AidLedgerError):
    """{actor} exported payment order {order}: somebody else must release it (--actor)."""


class ReleasedByImporter(AidLedgerError):
    """{actor} brought in batch {batch}, which payment order {order} pays: somebody else must release it (--actor)."""


class NotNamed(AidLedgerError):
    """{actor} is not among the people named for this ledger. To {deed}, one must be named as: {roles}.

    Nothing was changed. `aidledger actors` lists who is named; a reviewer names others.
    """


class OtherRole(AidLedgerError):
    """{actor} is named as {role}. To {deed}, one must be named as: {roles}.

    Nothing was changed. `aidledger actors` lists who is named; a reviewer names others.
    """


class LastReviewer(AidLedgerError):
    """{actor} is the only reviewer, and only reviewers name people. Nothing was changed; first name another."""


class NobodyOfThatName(Misuse):
    """{actor} is not named. `aidledger actors` lists who is."""


class OrderAltered(AidLedgerError):
    """{path} is not what was exported as payment order {order}: lines were changed, added or left out."""


class OrderStale(AidLedgerError):
    """Lines of payment order {order} are no longer due as they stand ({count}): {lines}.

    A roster was corrected or taken back, or a bank has paid. `aidledger pay withdraw {order}`, then export anew.
    """


class PaysFromAltered(AidLedgerError):
    """Nothing was written: what would be paid is not as it was recorded (faults: {count}; entries or batches: {where}).

    `aidledger verify` names what was changed.
    """


class MasterDataAltered(AidLedgerError):
    """Nothing was changed: row {row} of {table}, or one that came with it, is not as it was recorded.

    `aidledger verify` names what was changed.
    """


class SourceMissing(AidLedgerError):
    """The ledger does not hold the bytes of batch {number}'s file."""


class CannotRead(AidLedgerError):
    """{path} cannot be read: {reason}."""


class CannotWrite(AidLedgerError):
    """{path} cannot be written: {reason}."""


class CatalogueError(AidLedgerError):
    """{file}:{line}: {what}."""


class LakeKeyUnusable(Misuse):
    """{path} holds no key: a file with 64 hexadecimal digits, as `aidledger export key FILE` makes it."""


class LakeKeyOpen(AidLedgerError):
    """Others than its owner can read the key {path}. Take their rights away: chmod 600."""


class UnknownDistrict(Misuse):
    """{code} is no district. Write the six digits of its administrative code (GB/T 2260), such as 511303."""


class LakeOfAnother(AidLedgerError):
    """The lake holds {district} up to head {head} of its ledger, people: {people}.

    It goes on from the same ledger, under the same key, with people written in the same way. Else begin another folder.
    """


class LakeRaced(AidLedgerError):
    """Somebody else exported {district} at the same time; nothing was added by this export."""


class LakeDamaged(AidLedgerError):
    """{path} is missing from the lake, cut short, or not what its manifest says."""


class LakeOfAnotherFormat(AidLedgerError):
    """{path} is of a lake in format {found}; this version reads and writes format {wanted} only.

    Export every district anew into an empty folder.
    """


class LakeMissing(AidLedgerError):
    """There is no lake at {path}: no district was exported there."""


class LakeMixed(AidLedgerError):
    """Districts {one} and {other} were exported under different keys, or with people written in different ways.

    Nobody can be recognised in both.
    """


class LakeCollision(AidLedgerError):
    """Two people of the lake share one pseudonym ({person}); which of them was paid cannot be told."""


class LakeEngineMissing(AidLedgerError):
    """The lake needs {package}, which is not installed: pip install 'aidledger[{extra}]'."""


class LakeEngineFailed(AidLedgerError):
    """The query engine gave up: {reason}."""


class MemoryUnreadable(Misuse):
    """{text} is no amount of memory. Write 500MB or 4GB."""


class LakeOptionAlone(Misuse):
    """{option} goes with --lake only."""


class NotOfALake(Misuse):
    """{option} does not go with --lake: who was shown what is kept in a ledger, and a lake keeps nothing."""

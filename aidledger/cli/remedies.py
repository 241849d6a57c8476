"""What to type, appended to messages that are themselves independent of the interface.

A web page has buttons instead, and a table of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from aidledger import errors
from aidledger.i18n import N_

# By exact class. A remedy may use the facts of its message.
ERRORS: Mapping[type[errors.AidLedgerError], str] = MappingProxyType(
    {
        errors.UnknownProgram: N_("`aidledger programs` lists all programs."),
        errors.ProgramNotInForce: N_("`aidledger office programs --on {code}` switches it on."),
        errors.UnknownRegion: N_("`aidledger office` shows whose standards hold."),
        errors.ConnectionsUnprotected: N_(
            "Give a certificate with --tls-cert and --tls-key, or accept it with --plain-http."
        ),
        errors.CertificateHalf: N_("Use --tls-cert and --tls-key together."),
        errors.SpanBackwards: N_("Check --from and --to."),
        errors.UnknownBatch: N_("`aidledger batches` lists all batches."),
        errors.UnknownHead: N_("Leave out --since to verify the whole ledger."),
        errors.NoticeTooShort: N_("Move --from or --to."),
        errors.UnknownOrder: N_("`aidledger pay orders` lists all payment orders."),
        errors.OneSpan: N_("Use --year YEAR, or --from and --to; --school-year goes with --year."),
        errors.UnknownFinding: N_("`aidledger findings` lists all findings."),
        errors.OneDecision: N_(
            "Use one of --justify, --close, --accept and --reopen; --until DATE goes with --accept only."
        ),
        errors.UnknownMapping: N_("Write it as --map 'HEADER=field'."),
        errors.NothingRemembered: N_("`aidledger mappings` lists the remembered columns."),
        errors.ReasonMissing: N_("Give the reason with --reason TEXT."),
        errors.FullReasonMissing: N_("Give the reason with --reason TEXT."),
        errors.OutputMissing: N_("Name a file with -o FILE."),
        errors.NoEarlierVersion: N_("`aidledger batches` lists all batches."),
        errors.OneFileToSupersede: N_("Give one file with --supersedes."),
        errors.LedgerMissing: N_("Create one with `aidledger init`, or name another with --ledger."),
        errors.KeyWanted: N_("Give the key with --key-file FILE or --key-file keyring:NAME."),
        errors.SealKeyMissing: N_("Check what --seal-key-file names."),
        errors.KeyUnused: N_("Add --encrypt, or give no key."),
        errors.NotEncrypted: N_("`aidledger copy --to FILE --encrypt` makes an encrypted copy."),
        errors.PlainUnasked: N_("Add --plain if everybody who can read that place may read everything in the ledger."),
        errors.EncryptOrPlain: N_("Use one of --encrypt and --plain."),
        errors.RestoreMixed: N_(
            "`aidledger --ledger BACKUP copy --to FILE` with --encrypt or --plain converts the backup."
        ),
        errors.RestoreKeyed: N_("`aidledger --ledger BACKUP rekey --to FILE` changes the backup's key."),
        errors.RekeyUnproved: N_("`aidledger verify` shows the details."),
        errors.SealKeyWanted: N_("Give the key with --seal-key-file."),
        errors.SealKeyUnusable: N_("`aidledger seal` makes one."),
        errors.SealKeyUnnamed: N_(
            "Name it before the command with --seal-key-file FILE; if it holds no key, one is made."
        ),
        errors.NotSealed: N_("If it never was, `aidledger seal` seals it."),
        errors.AlreadySealed: N_("To change the key, use --to FILE."),
        errors.LedgerOlder: N_("Run `aidledger upgrade`."),
        errors.BackupFirst: N_("Then upgrade it with --no-backup."),
        errors.BackupElsewhere: N_("`aidledger copy --to FILE` copies the ledger into a file."),
        errors.RestoreElsewhere: N_(
            "`aidledger --ledger BACKUP copy --to URL` copies a backup into an empty database."
        ),
        errors.CopyFaulty: N_("`aidledger verify` lists the faults of the ledger."),
        errors.BackupOlder: N_("`aidledger --ledger FILE upgrade` upgrades it."),
        errors.NewerDiscarded: N_(
            "With --discard-newer the backup replaces the ledger, which is kept under another name."
        ),
        errors.NewerUnknown: N_(
            "With --discard-newer the backup replaces it; the old file is kept under another name."
        ),
        errors.LedgerUnknownPrograms: N_("Name the office's folder with --schemas."),
        errors.OutputExists: N_("To replace it, add --force."),
        errors.OutputNoFile: N_("Without -o they go to the screen."),
        errors.NoBankFile: N_("`aidledger pay export` writes one."),
        errors.ReleasedByExporter: N_("Name that person with --actor."),
        errors.ReleasedByImporter: N_("Name that person with --actor."),
        errors.NotNamed: N_("`aidledger actors` lists people and roles."),
        errors.OtherRole: N_("`aidledger actors` lists people and roles."),
        errors.NobodyOfThatName: N_("`aidledger actors` lists people and roles."),
        errors.OrderStale: N_("`aidledger pay withdraw {order}` withdraws it."),
        errors.PaysFromAltered: N_("`aidledger verify` lists what was changed."),
        errors.MasterDataAltered: N_("`aidledger verify` lists what was changed."),
        errors.LakeKeyUnusable: N_("`aidledger export key FILE` makes one."),
        errors.LakeOptionAlone: N_("Name the lake with --lake."),
    }
)

# By the code of a problem in a file, or of a note on the file.
FILES: Mapping[str, str] = MappingProxyType(
    {
        "missing-column": N_("Name the column with --map 'HEADER={field}'."),
        "program-unknown": N_("Name it with --program CODE."),
        "program-ambiguous": N_("Name it with --program CODE."),
        "program-not-in-force": N_("`aidledger office programs --on {program}` switches it on."),
        "period-unknown": N_("Give it with --period."),
        "day-missing": N_("Or name the term with --period."),
        "part-ambiguous": N_("Give it with --part."),
        "duplicate-in-ledger": N_(
            "Or import the file with --part (9月, 第二批, 补差); if both were really paid, with --record-conflicts."
        ),
        "payment-ambiguous": N_("Give them with --program and --period."),
        "same-content": N_("Import it with --part (9月, 第二批)."),
        "new-version": N_(
            "To take it as that, import it with --supersedes {batch}; if both were really paid, with "
            "--record-conflicts."
        ),
    }
)

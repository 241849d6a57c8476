"""What helps on the page, by class of error; the terminal names its options instead."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from aidledger import errors
from aidledger.i18n import N_

# By the code of a problem in a file, or of a note on it: what the page has no button for yet, the terminal does.
FILES: Mapping[str, str] = MappingProxyType(
    {"program-not-in-force": N_("Page Settings, Programs and standards, switches it on.")}
)
ERRORS: Mapping[type[errors.AidLedgerError], str] = MappingProxyType(
    {
        errors.ProgramNotInForce: N_("Page Settings, Programs and standards, switches it on."),
        errors.NotNamed: N_("The Settings page lists people and their roles."),
        errors.OtherRole: N_("The Settings page lists people and their roles."),
        errors.ReleasedByExporter: N_("Let that person sign in and release it."),
        errors.ReleasedByImporter: N_("Let that person sign in and release it."),
        errors.PaysFromAltered: N_("Check the whole ledger on the Batches page to see what was changed."),
        errors.MasterDataAltered: N_("Check the whole ledger on the Batches page to see what was changed."),
    }
)

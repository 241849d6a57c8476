"""One function per thing a person asks of the ledger; each owns its transaction."""

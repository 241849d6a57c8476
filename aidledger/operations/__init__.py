"""One function per task that a person does with the ledger; each owns its transaction."""

"""The ledger: tables, posting and reversing, digests, migrations."""

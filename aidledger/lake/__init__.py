"""The ledgers of many districts side by side: written as Parquet, audited by the ledger's own rules."""

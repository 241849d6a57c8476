"""Lakes: the ledgers of many districts as Parquet files, audited by the same rules as a ledger."""

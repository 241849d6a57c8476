"""Rules over the ledger, each a set-based query; restricted to a batch, they tell an import of contradictions."""

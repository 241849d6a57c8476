"""Audit rules, each a set-based query over the ledger; for one batch, they tell an import what contradicts it."""

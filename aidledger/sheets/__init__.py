"""Spreadsheets to rosters: bytes -> grid -> roster, without any knowledge of the ledger."""

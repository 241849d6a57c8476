"""Spreadsheets into rosters: bytes -> grid -> roster, and nothing that knows of a ledger."""

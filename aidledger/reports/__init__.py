"""What the office reports: queries to the ledger, and workbooks of their results."""

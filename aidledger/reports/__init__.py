"""What the office reports: questions to the ledger and the form of their answers."""

"""What the ledger holds about a person, who has seen it, and what is removed on request."""

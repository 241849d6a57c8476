"""What the ledger holds of a person, who looked at it, and what is removed on request."""

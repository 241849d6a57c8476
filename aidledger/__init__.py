"""aidledger: the disbursement ledger of a district's student aid office."""

__version__ = "0.1.0"

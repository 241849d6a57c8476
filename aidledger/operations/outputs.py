"""What no output is written over: terminal and page ask the same of it."""

from aidledger.store.database.precious import What, belongs_to, beside, found_in

__all__ = ["What", "belongs_to", "beside", "found_in"]

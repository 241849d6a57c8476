"""What no output may overwrite, for terminal and page alike."""

from aidledger.store.database.precious import What, belongs_to, beside, found_in

__all__ = ["What", "belongs_to", "beside", "found_in"]

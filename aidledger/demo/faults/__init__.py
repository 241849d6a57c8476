"""The made-up district with its other lists, with planted faults, and with a key that lists them."""

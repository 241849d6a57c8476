"""The made-up district once more, with its other lists, with faults planted, and with a key that says where."""

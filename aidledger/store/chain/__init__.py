"""The chain of events: digests, seals, and the state that is kept in it."""

"""The chain of events: digests, seals, and the decisions that live in it."""

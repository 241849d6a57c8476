"""Nouns of student aid and pure functions on them; no input, no output."""

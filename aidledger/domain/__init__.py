"""Types of student aid and pure functions on them; no I/O."""

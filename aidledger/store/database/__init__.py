"""The database itself: files, connections, locks, keys."""

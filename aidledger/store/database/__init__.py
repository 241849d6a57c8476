"""The database: files, connections, locks and keys."""

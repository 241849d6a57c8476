"""Backups, restores, copies to another engine, a new key, newer tables."""

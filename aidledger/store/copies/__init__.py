"""Backups, restores, copies to another engine, rekeying, upgrades."""

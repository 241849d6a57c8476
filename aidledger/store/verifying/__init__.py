"""Verification of every row, column and schema object."""

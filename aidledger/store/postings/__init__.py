"""Batches and their entries: posting, new versions, reversing, running totals."""

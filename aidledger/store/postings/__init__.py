"""Batches and their entries: posting, superseding, reversing, running totals."""

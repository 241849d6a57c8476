"""Reconciling person-times with amounts: each comparison returns lines of expected, actual and difference."""

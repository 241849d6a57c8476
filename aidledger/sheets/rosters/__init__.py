"""Payments of a roster: money columns, parts of a period, unpaid rows."""

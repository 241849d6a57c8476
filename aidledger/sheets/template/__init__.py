"""Blank rosters for schools: headers, drop-downs, data validation, notes."""

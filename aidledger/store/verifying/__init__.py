"""Accounts for every row, column and object of the schema."""

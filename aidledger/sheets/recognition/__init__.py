"""What a sheet says: header, columns, titles, units, terms, the fate of each row."""

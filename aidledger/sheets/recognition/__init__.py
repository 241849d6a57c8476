"""Recognition of a sheet: header, columns, titles, units, periods, and the fate of each row."""

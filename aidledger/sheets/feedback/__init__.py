"""A rejected workbook back to its school: bad cells marked, every problem listed."""

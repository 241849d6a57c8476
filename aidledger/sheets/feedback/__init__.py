"""Feedback: a rejected workbook returned to its school, with bad cells marked and every problem listed."""

"""Person-times against amounts: each comparison returns lines of expected, actual and difference."""

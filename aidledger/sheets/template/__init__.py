"""A blank roster for a school: headers, drop-downs, cell checks, notes."""

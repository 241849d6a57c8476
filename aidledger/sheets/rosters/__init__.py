"""What a roster pays: columns of money and of parts, and rows that are not paid."""

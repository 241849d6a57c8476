"""What is claimed, due, under way, paid: payment orders and the bank's answers."""

"""Claims and what is due, under way and paid of them: payment orders and bank returns."""

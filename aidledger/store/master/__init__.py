"""Master data: people, schools and catalogues, covered by the chain."""

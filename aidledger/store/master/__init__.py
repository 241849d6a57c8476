"""Master data: people, schools, catalogues, in runs that the chain covers."""

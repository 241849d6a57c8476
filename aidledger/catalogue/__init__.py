"""Programs, layouts and reports as data: schemas/*.yaml read strictly into the domain's nouns."""

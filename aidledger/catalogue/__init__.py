"""Programs, layouts and reports as data: schemas/*.yaml, parsed strictly into the types of the domain."""

"""File formats: bytes to a grid of cells, each with the value that a spreadsheet program displays."""

"""File formats: bytes to a grid of cells, each as a reader of the sheet sees it."""

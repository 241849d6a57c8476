"""The promises of docs/guarantees.md, each with something that tries to break it: ``python -m tools.torture``."""

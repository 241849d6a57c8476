"""The command line: parse, call one operation, render, map errors; nothing else."""

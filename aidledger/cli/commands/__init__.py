"""The commands, by subject. They import what they need when they run, so that --help is fast."""

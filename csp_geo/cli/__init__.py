"""The command line: one file a command, thin, and what they share."""

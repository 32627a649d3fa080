"""The order of the steps, and nothing else: one file a command, and what a pack is."""

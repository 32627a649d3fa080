"""Output folders: whole or not at all, one run at a time, and with everything that is not ours."""

"""Texts of a date and a time to instants and intervals on the clock of their place."""

"""How far people walk."""

"""Hotspots to what can be done about them."""

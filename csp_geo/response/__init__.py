"""Hotspots to what to do about them: where the next Safe Haven does most good."""

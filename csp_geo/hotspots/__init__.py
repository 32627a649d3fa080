"""Incidents to hotspots."""

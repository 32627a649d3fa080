"""Reports to incidents: judged, merged, quarantined, counted, and chosen for a period."""

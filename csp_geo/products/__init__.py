"""What people look at: the map page and the exported tables. Returns text and bytes."""

"""What a page says: of the run as a whole, and of one hotspot."""

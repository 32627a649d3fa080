"""Reports to incidents: reading, locating, dating, cleaning, counting."""

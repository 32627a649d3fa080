"""Does a hotspot stand out? Maps drawn again by chance, and what they say of each."""

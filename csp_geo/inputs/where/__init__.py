"""Texts of a place to metres: coordinates, grid references, postcodes, names."""

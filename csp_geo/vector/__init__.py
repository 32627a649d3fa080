"""The one door for GIS files: what a file is, is known by its bytes before GDAL sees it."""

from __future__ import annotations

from csp_geo.vector.layers import VECTOR_SUFFIXES, crs_by_range, read_vector

__all__ = ["VECTOR_SUFFIXES", "crs_by_range", "read_vector"]

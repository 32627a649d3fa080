"""The study area, zones and places around it, and official boundaries on demand.

`transport` is the only code of csp_geo that goes to a network, and only when someone runs
``csp-geo boundaries fetch``.
"""

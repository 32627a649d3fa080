"""Official boundaries on demand: asked for, checked, kept with where they came from, listed.

`transport` is the only code of csp_geo that goes to a network, and only when someone runs
``csp-geo boundaries fetch``.
"""

"""Run the command line with ``python -m csp_geo``."""

from csp_geo.cli.main import main

main()

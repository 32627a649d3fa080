"""The seeded sample borough: what `csp-geo demo` runs on, and the empty folder of `csp-geo init`.

Synthetic throughout, and labelled so in every row. Places and proportions follow the partnership's
published papers; no row describes a real event or person.
"""

from datetime import date
from typing import Final

from csp_geo.sample.reports import SYNTHETIC
from csp_geo.sample.sample_project import sample_files, template_files

SAMPLE_AS_OF: Final = date(2021, 11, 29)
"""The Monday on which the sample is looked at; its 28 days are 1 to 28 November 2021."""

__all__ = ["SAMPLE_AS_OF", "SYNTHETIC", "sample_files", "template_files"]

"""Whole project folders as bytes: the sample, and the empty one for a partnership's own reports.

Nothing is written here; whoever calls puts the files where they belong.
"""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Final

from csp_geo.decisions.havens.criteria import DEFAULT
from csp_geo.inputs.venues.register import TEMPLATE
from csp_geo.inputs.venues.venue_types import FILE as VENUE_TYPES
from csp_geo.sample.around import venue_files, way_files
from csp_geo.sample.plans import REPORT_PLANS, read_plan
from csp_geo.sample.reports import police_uk_file, report_file
from csp_geo.sample.sample_ground import ground_downloads

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from importlib.resources.abc import Traversable

DEFAULT_SEED: Final = 2021

PLAIN_HEADER: Final = ("reference", "date", "time", "easting", "northing", "category")
"""Works in every folder; the template where a source has no form of its own."""

_OWN_PROFILE: Final = """\
# Your own profile of a Safe Haven. It begins as the default, lbbd; use it with
#   csp-geo havens --run maps/DATE --premises FILE --profile data/premises/profile.toml
# At the end, under [approach], stands which venue types residents would approach. Fill it from your
# own consultation. While it is empty it counts for nothing.

"""


def _tree(folder: Traversable, path: str = "") -> Iterator[tuple[str, bytes]]:
    for item in sorted(folder.iterdir(), key=lambda item: item.name):
        if item.is_dir():
            yield from _tree(item, f"{path}{item.name}/")
        else:
            yield f"{path}{item.name}", item.read_bytes()


def _fixed_files(name: str) -> dict[str, bytes]:
    """Return the files of a project that are the same for every seed."""
    package = files("csp_geo.sample")
    ignore = package.joinpath("files", "gitignore").read_bytes()
    return {".gitignore": ignore, **dict(_tree(package.joinpath("files", name)))}


def sample_files(seed: int = DEFAULT_SEED) -> dict[str, bytes]:
    """Make the sample project folder.

    Parameters
    ----------
    seed
        Same seed, same bytes. Another seed gives other reports with the same counts.

    Returns
    -------
    files
        Content by path in the project folder (posix), in order of the path. Every row of a data
        file is labelled synthetic.

    Examples
    --------
    >>> sample_files()["data/context/stations.csv"].decode().splitlines()[1]
    'Barking Station,station,51.539321,0.081053,synthetic sample'
    """
    made = _fixed_files("sample")
    wards = files("csp_geo.sample").joinpath("wards.geojson")
    made["data/boundaries/sample_wards_schematic.geojson"] = wards.read_bytes()
    made |= {read_plan(name).path: report_file(name, seed) for name in REPORT_PLANS}
    made[read_plan("police_uk").path] = police_uk_file(seed)
    made |= venue_files() | way_files() | ground_downloads()
    return dict(sorted(made.items()))


def _table(header: Iterable[str]) -> bytes:
    """Return a table without rows, as a spreadsheet reads it."""
    return f"{','.join(header)}\r\n".encode("utf-8-sig")


def _own_profile() -> bytes:
    """Return the default profile of what a venue should have, for a council to make its own.

    Whom residents would approach is left empty: only their answers may fill it.
    """
    path = files("csp_geo.decisions.havens").joinpath("profiles", f"{DEFAULT}.toml")
    profile = path.read_text("utf-8").replace('title = "Two staff"', 'title = "Our own"')
    return (_OWN_PROFILE + profile).encode("utf-8")


def template_files() -> dict[str, bytes]:
    """Make an empty project folder: notes on what goes where, and a template of every table.

    Returns
    -------
    files
        Content by path in the project folder (posix), in order of the path. The templates have a
        header and no rows.
    """
    headers = {name: read_plan(name).header for name in REPORT_PLANS}
    headers["other"] = list(PLAIN_HEADER)
    made = _fixed_files("empty")
    for source, header in headers.items():
        made[f"data/reports/{source}/TEMPLATE_{source}.csv"] = _table(header)
    made["data/havens.csv"] = _table(TEMPLATE)
    made["data/premises/profile.toml"] = _own_profile()
    types = files("csp_geo.inputs.venues").joinpath(VENUE_TYPES)
    made[f"data/premises/{VENUE_TYPES}"] = types.read_bytes()
    return dict(sorted(made.items()))

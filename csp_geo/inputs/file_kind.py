"""What kind of file a file is: reports, areas, a list of premises, a register, places, settings.

The folder it lies in says so, as in a project; else what is in it. What fits nothing is taken for
reports: whoever reads those says what is missing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from csp_geo.core.errors import CspGeoError
from csp_geo.core.origin import LIMITS
from csp_geo.core.tables import SOURCES
from csp_geo.inputs.areas.ward_columns import ward_columns
from csp_geo.inputs.areas.zone_columns import zone_columns
from csp_geo.inputs.areas.zones_and_places import cells_of
from csp_geo.inputs.files.gis_file import GIS_SUFFIXES
from csp_geo.inputs.files.gis_layer import read_vector
from csp_geo.inputs.files.reading import read_tables
from csp_geo.inputs.files.table import Unread
from csp_geo.inputs.source import known_columns, packaged_sources, recognise
from csp_geo.inputs.venues import premises, register
from csp_geo.inputs.venues.list_columns import PLACES, list_columns
from csp_geo.inputs.venues.venue_types import read_venue_types

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

    from csp_geo.core.settings import Limits

REPORTS, BOUNDARIES, ZONES, PREMISES = "reports", "boundaries", "zones", "premises"
HAVENS, PLACES_AROUND, SETTINGS = "havens", "context", "settings"
KINDS: Final = {
    REPORTS: "reports",
    BOUNDARIES: "boundaries",
    ZONES: "zones",
    PREMISES: "list of premises",
    HAVENS: "register of Safe Havens",
    PLACES_AROUND: "places around, to find one's way by",
    SETTINGS: "settings",
}
"""Kind of file to what it is called."""
_FOLDERS: Final = frozenset((BOUNDARIES, ZONES, PREMISES, PLACES_AROUND))
_REGISTER: Final = "havens.csv"
_ORDER: Final = re.compile(
    r"(?i)\bpspo|public spaces? protection|dispersal|section 60|exclusion zone"
)
_TELLING_OF_HAVENS: Final = frozenset(
    (
        *("trained_count", "training_date", "training_expiry", "last_checked", "sign_up_date"),
        *("consent_to_publish", "sticker_displayed", "ice_cards"),
    )
)
_WHEN: Final = frozenset(("date", "month", "recorded", "date_to"))
_OF_PREMISES: Final = frozenset(("address", "line_1", "postcode", "opening_hours", "street"))
_WHERE: Final = frozenset(("longitude", "easting", "x", *PLACES))
_MOSTLY: Final = 0.5
_SAMPLE: Final = 2_000
_FEWEST_TELLING: Final = 2


@dataclass(frozen=True)
class FileKind:
    """What kind a file is, one of `KINDS`, and what tells so."""

    kind: str
    why: str

    @property
    def words(self) -> str:
        """What the kind is called."""
        return KINDS[self.kind]


def kind_of_file(path: Path, limits: Limits = LIMITS) -> FileKind:
    """Tell what kind of file a file is; one that cannot be read is taken for reports."""
    folder = path.absolute().parent.name.lower()
    if path.suffix.lower() == ".toml":
        return FileKind(SETTINGS, "it ends in .toml")
    if folder in SOURCES:
        return FileKind(REPORTS, f"it lies in the folder {folder}")
    if folder in _FOLDERS:
        return FileKind(folder, f"it lies in the folder {folder}")
    if path.name.lower() == _REGISTER:
        return FileKind(HAVENS, f"it is called {_REGISTER}")
    listed = _of_table(path, limits)  # buildings of a list may be drawn as areas: so it goes first
    if listed is not None and listed.kind != REPORTS:
        return listed
    return _of_areas(path) or listed or FileKind(REPORTS, "nothing else fits")


# --- map layers of areas -------------------------------------------------------------------------


def _of_areas(path: Path) -> FileKind | None:
    """Tell boundaries from zones; `None` for what is no layer of areas, or says when."""
    if path.suffix.lower() not in {*GIS_SUFFIXES, ".zip"}:
        return None
    try:
        layer, _ = read_vector(path)
    except CspGeoError:
        return None
    is_area = layer.geom_type.isin(["Polygon", "MultiPolygon"])
    if is_area.sum() <= _MOSTLY * len(layer):
        return None
    header = [str(name) for name in layer.columns if name != layer.geometry.name]
    if recognise(header, packaged_sources()) is not None or _says_what_happened(header):
        return None
    return _of_orders(layer[is_area], path.name)


def _says_what_happened(header: list[str]) -> bool:
    fields = set(known_columns(header, packaged_sources()["other"]).values())
    return bool({"date", "month"} & fields) and "category" in fields


def _of_orders(layer: gpd.GeoDataFrame, name: str) -> FileKind:
    """Tell zones by what is said of orders, or by dates without a ward's code."""
    cells = cells_of(layer)
    zones = zone_columns(cells, name)
    texts = " ".join([name, *cells.columns, *cells.head(_SAMPLE).to_numpy().ravel()])
    if _ORDER.search(texts):
        return FileKind(ZONES, "its words are those of orders with areas")
    dated = {"in_force", "expires"} & set(zones.fields)
    try:
        has_code = ward_columns(layer, name).code is not None
    except CspGeoError:
        has_code = False
    if dated and not has_code:
        return FileKind(ZONES, "areas with a first or last day")
    return FileKind(BOUNDARIES, "areas" if len(layer) > 1 else "one area")


# --- tables --------------------------------------------------------------------------------------


def _of_table(path: Path, limits: Limits) -> FileKind | None:
    """Tell lists of premises and registers from reports, by the first table of a file."""
    known = frozenset(
        word
        for wanted in (premises.WANTED, register.WANTED)
        for words in wanted.words.values()
        for word in words
    ) | frozenset(word for words in packaged_sources()["other"].columns.values() for word in words)
    try:
        tables = read_tables(path, path.name, known, limits)
        raw = next((one for one in tables if not isinstance(one, Unread)), None)
        cells = next(islice(iter(raw.chunks), 1), None) if raw is not None else None
    except CspGeoError:
        return None
    if raw is None or cells is None:
        return None
    header = list(raw.header)
    if recognise(header, packaged_sources()) is not None:
        return FileKind(REPORTS, "its header is that of a known system")
    of_havens = set(known_columns(header, register.WANTED.source({})).values())
    if len(of_havens & _TELLING_OF_HAVENS) >= _FEWEST_TELLING:
        return FileKind(HAVENS, "columns of training, checks and consent")
    fields, _ = list_columns(header, premises.WANTED.source({}))
    return _of_list(fields, header, cells.head(_SAMPLE))


def _of_list(fields: dict[str, str], header: list[str], cells: pd.DataFrame) -> FileKind | None:
    """Tell a list of premises: names with places, no dates, and what only such a list says."""
    found = set(fields.values())
    reported = set(known_columns(header, packaged_sources()["other"]).values()) & _WHEN
    if "fhrs" in found:
        return FileKind(PREMISES, "food hygiene ratings")
    if "name" not in found or not found & _WHERE or reported:
        return None
    sorts = [one for one, name in fields.items() if name == "business_type"]
    addressed = found & _OF_PREMISES and "category" not in map(str.casefold, header)
    evidence = (
        (found & {"opening_hours", *premises.TAGS}, "names with opening hours or kinds of places"),
        (any(_are_venue_types(cells[one]) for one in sorts), "its types are those of premises"),
        (addressed, "names with places and addresses, and no dates"),
    )
    return next((FileKind(PREMISES, why) for holds, why in evidence if holds), None)


def _are_venue_types(cells: pd.Series) -> bool:
    types = read_venue_types()
    told = [types.of(text) is not None for text in cells if text]
    return sum(told) > _MOSTLY * len(told)

"""The public directory of Safe Havens: a page in one file, a table and a map layer.

Only what the public may know leaves here: name, type, address, hours, access, languages and place
of havens that count now, which have consented. No contact, no number of staff, nothing of the rest
of the register.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import pandas as pd

from csp_geo.core.calendar import LONDON
from csp_geo.core.disclosure import Audience, let_through
from csp_geo.core.period import say_day
from csp_geo.core.projection import british_grid, points_of
from csp_geo.core.tables import ANSWERS, DIRECTORY, FINDINGS
from csp_geo.core.visible import clean
from csp_geo.core.wording import capital, count, join, number
from csp_geo.decisions.opening import Place, shown_hours, timetable
from csp_geo.inputs.venues.venue_types import OTHER
from csp_geo.products.directory_schema import directory_jsonld
from csp_geo.products.exports import geojson_bytes
from csp_geo.products.facts.page import PageFacts
from csp_geo.products.hours_words import page_hours, usual_hours
from csp_geo.products.html import asset
from csp_geo.products.map.builders import area_layers, haven_layer, place_layers
from csp_geo.products.map.leaflet import draw, render_with_map

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

    from csp_geo.decisions.opening import Timetable
    from csp_geo.inputs.areas.study_area import StudyArea
    from csp_geo.inputs.venues.register import Register

PAGE: Final = "directory.html"
PUBLIC_FOLDER: Final = "public"
"""The folder to publish; what is wrong or old in the register lies outside it."""
COORDINATOR: Final = "for-the-coordinator.csv"
GOOD_FOR_DAYS: Final = 366
"""How long the page can say what is open; after that it asks for a newer one."""
_ACCESS: Final = (
    ("step_free", "step-free entrance"),
    ("toilet", "toilet"),
    ("accessible_toilet", "accessible toilet"),
    ("quiet_space", "quiet space"),
)
_DECIMALS: Final = 5
_MOST_SAID: Final = 4


@dataclass(frozen=True, kw_only=True)
class DirectoryFacts(PageFacts):
    """What the page says beside the register.

    `made_on` is the day of the run. The public page has no marking unless it is given one. `ground`
    are tables of streets and what lies under them.
    """

    made_on: date
    marking: str = ""
    places: gpd.GeoDataFrame | None = None
    ground: Mapping[str, gpd.GeoDataFrame] | None = None

    @property
    def made(self) -> str:
        """The day of the run."""
        return f" on {say_day(self.made_on)}"


def public_table(register: Register, area: StudyArea | None = None) -> pd.DataFrame:
    """Return what is public of the havens that count now, by name; per `tables.DIRECTORY`."""
    shown = let_through(DIRECTORY.name, _shown(register), "directory", Audience.PUBLIC)
    grid = area.projection if area is not None else british_grid()
    lonlat = grid.to_lonlat(points_of(shown)).round(_DECIMALS)
    table = pd.DataFrame(
        {
            "name": shown["name"],
            "type": shown["venue_type"].astype("str"),
            "address": shown["address"],
            "postcode": shown["postcode"],
            "opening_hours": [shown_hours(text) for text in shown["opening_hours"]],
            "hours_last_confirmed": shown["last_checked"],
            **{name: shown[name].astype("str") for name, _ in _ACCESS},
            "languages": shown["languages"],
            "latitude": lonlat[:, 1],
            "longitude": lonlat[:, 0],
        }
    )
    return table[list(DIRECTORY.names)].reset_index(drop=True)


def _shown(register: Register) -> gpd.GeoDataFrame:
    """Return the havens that count now, by name, whatever their order in the file."""
    table = register.table[register.counts_now]
    order = table.assign(_key=table["name"].str.casefold()).sort_values(["_key", "haven_id"])
    return table.loc[order.index]


def directory_geojson(table: pd.DataFrame) -> bytes:
    """Write the public table as GeoJSON (RFC 7946): a point for each haven."""
    rows = _records(table.astype(object).where(table.notna(), None))
    return geojson_bytes(
        ({"type": "Point", "coordinates": [row.pop("longitude"), row.pop("latitude")]}, row)
        for row in rows
    )


def directory_files(
    register: Register, area: StudyArea | None, facts: DirectoryFacts
) -> dict[str, bytes]:
    """Return the directory as a page, a map layer and JSON-LD by name; one haven must count."""
    public = public_table(register, area)
    tables = _timetables(register, public, area, facts.made_on)
    linked = directory_jsonld(_records(public), tables, _title(area), _ACCESS)
    return {
        PAGE: directory_page(register, area, facts).encode("utf-8"),
        "directory.geojson": directory_geojson(public),
        "directory.jsonld": f"{linked}\n".encode(),
    }


def nothing_to_list(register: Register) -> str:
    """Say why no haven can be listed; "" where one can."""
    if register.counts_now.any():
        return ""
    if register.table.empty:
        return f"{register.name} holds no row that is a Safe Haven, so there is nothing to publish."
    stops = register.findings[register.findings["stops"]]
    why = stops["finding"].value_counts().head(_MOST_SAID)
    said = join(f"{str(slug).replace('-', ' ')} ({number(n)})" for slug, n in why.items())
    return (
        f"None of {count(len(register.table), 'Safe Haven')} in {register.name} counts now, so "
        f"there is nothing to publish. Why: {said}. {COORDINATOR} says what to do."
    )


def coordinator_table(register: Register) -> pd.DataFrame:
    """Return what is wrong, old, due or promised, haven by haven, first those not listed.

    `group` says which of these; it is not to be public.
    """
    table = _by_haven(register.findings)
    listed = table["stops"].map({True: "no", False: "yes"})
    table = table.assign(listed=listed).rename(columns={"source_row": "row", "do": "what_to_do"})
    return table[list(FINDINGS.names)]


def finding_lines(register: Register) -> list[str]:
    """Say in a line for each haven what is wrong or old; first those that are not listed."""
    return [
        clean(
            f"Row {own['source_row'].iloc[0]}, {haven_id} {own['name'].iloc[0]}: "
            + ("not listed. " if own["stops"].any() else "")
            + " ".join(f"{row['what']} {row['do']}" for row in _records(own))
        )
        for haven_id, own in _by_haven(register.findings).groupby("haven_id", sort=False)
    ]


def _by_haven(findings: pd.DataFrame) -> pd.DataFrame:
    """Return the findings haven by haven, first those that are not listed; `stops` is for all."""
    stops = findings.groupby("haven_id")["stops"].transform("any")
    order = findings.assign(_all=stops).sort_values(
        ["_all", "source_row", "stops"], ascending=[False, True, False], kind="stable"
    )
    return order.assign(stops=order["_all"]).drop(columns="_all").reset_index(drop=True)


def directory_page(register: Register, area: StudyArea | None, facts: DirectoryFacts) -> str:
    """Write the public page of the Safe Havens that count now.

    Parameters
    ----------
    register
        From `response.register.read_havens`; at least one haven must count.
    area
        Its wards frame the map, where they are known.
    facts
        What else the page says.

    Returns
    -------
    html
        The same text for the same input and day. "Open now" is worked out in the page, on the
        clock of the place; without JavaScript the hours stand in words.
    """
    shown = _shown(register)
    projection = area.projection if area is not None else british_grid()
    public = public_table(register, area)
    keys = [f"haven-{number}" for number in range(1, len(shown) + 1)]
    layers = area_layers(area, facts.ground) if area is not None else []
    layers.append(haven_layer(shown, keys))
    if facts.places is not None:
        layers += place_layers(facts.places)
    drawn = draw(layers, projection, Audience.PUBLIC)
    tables = _timetables(register, public, area, facts.made_on)
    venues = _venues(public, tables, keys)
    data = {
        "hours": {key: page_hours(table) for key, table in zip(keys, tables, strict=True)},
        "clock": _clock(area).key,
        "first": (facts.made_on - timedelta(days=1)).isoformat(),
        "last": (facts.made_on + timedelta(days=GOOD_FOR_DAYS)).isoformat(),
    }
    values = {
        **facts.on_page(),
        "no_streets": "",  # the public cannot lay them
        "title": _title(area),
        "linked": directory_jsonld(_records(public), tables, _title(area), _ACCESS),
        "lead": _lead(len(shown), facts.made_on),
        "made_on": say_day(facts.made_on),
        "venues": venues,
        "left_out": "",
        "directory_css": asset("directory.css"),
    }
    scripts = ("havens.js", "map.js", "opening.js", "directory.js")
    return render_with_map("directory.html.j2", values, drawn, data=data, scripts=scripts)


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]


def say_access(row: Mapping[str, Any]) -> str:
    """Say what there is, what there is not, and what is not known.

    Examples
    --------
    >>> say_access({"step_free": "yes", "toilet": "no"} | dict.fromkeys(
    ...     ("accessible_toilet", "quiet_space"), "unknown"))
    'Step-free entrance; no toilet; not known: accessible toilet and quiet space'
    """
    there = {
        answer: [label for name, label in _ACCESS if row[name] == answer] for answer in ANSWERS
    }
    said = []
    if there["yes"]:
        said.append(join(there["yes"]))
    if there["no"]:
        said.append(f"no {join(there['no'], 'or')}")
    if there["unknown"]:
        said.append(f"not known: {join(there['unknown'])}")
    return capital("; ".join(said))


def _lead(n: int, made_on: date) -> str:
    venues = count(n, "venue")
    return f"{venues} where you can go in, wait and ask for help. List of {say_day(made_on)}."


def _title(area: StudyArea | None) -> str:
    return f"Safe Havens in {area.name}" if area is not None else "Safe Havens"


def _clock(area: StudyArea | None) -> ZoneInfo:
    return ZoneInfo(area.time_zone) if area is not None else LONDON


def _timetables(
    register: Register, public: pd.DataFrame, area: StudyArea | None, made_on: date
) -> list[Timetable]:
    """Return when each venue of the public table is open, from three days before the run."""
    first, last = made_on - timedelta(days=3), made_on + timedelta(days=GOOD_FOR_DAYS + 9)
    given = [text if isinstance(text, str) else None for text in _shown(register)["opening_hours"]]
    points = zip(given, public["latitude"], public["longitude"], strict=True)
    clock = _clock(area)
    return [
        timetable(text, first, last, place=Place(latitude=lat, longitude=lon, clock=clock))
        for text, lat, lon in points
    ]


def _venues(
    public: pd.DataFrame, tables: Sequence[Timetable], keys: Sequence[str]
) -> list[dict[str, Any]]:
    """Return what the list says of each venue."""
    venues = []
    rows = zip(keys, _records(public), tables, strict=True)
    for place, (key, row, table) in enumerate(rows, start=1):
        address = [part for part in (row["address"], row["postcode"]) if isinstance(part, str)]
        confirmed = date.fromisoformat(str(row["hours_last_confirmed"]))
        venues.append(
            {
                "key": key,
                "number": place,
                "name": row["name"],
                "type": capital(str(row["type"])) if row["type"] != OTHER else "",
                "address": ", ".join(address),
                "hours": usual_hours(table),
                "access": say_access(row),
                "languages": row["languages"] if isinstance(row["languages"], str) else "not known",
                "step_free": row["step_free"],
                "toilet": row["toilet"],
                "quiet": row["quiet_space"],
                "confirmed": say_day(confirmed),
            }
        )
    return venues

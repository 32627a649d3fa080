"""What lies around the sample's reports: businesses, Safe Havens, ways to walk and barriers.

The businesses, which could be asked, and the Safe Havens so far are invented. The streets that
people walk are a schematic grid: they run every 160 metres both ways and meet where they cross.
Railway, A13 and river cut them; the few that are carried across are tagged as bridges.
"""

from __future__ import annotations

import csv
import io
import json
import random
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import shapely

from csp_geo.core.projection import british_grid
from csp_geo.sample.plans import read_sample_streets, spot_addresses
from csp_geo.sample.reports import SYNTHETIC

if TYPE_CHECKING:
    from collections.abc import Iterable


PREMISES: Final = "data/premises/businesses.csv"
HAVENS: Final = "data/havens.csv"
HOURS: Final = "data/premises/assumed_hours.toml"
_SEED: Final = 2021
"""The same businesses and houses whatever the seed of the reports."""

_HEADER: Final = (
    *("reference", "name", "type", "address", "easting", "northing", "opening_hours"),
    *("staff_min", "phone", "cctv", "toilet", "step_free", "first_aid", "Data status"),
)
_KINDS: Final = (
    # type, names, how many, hours that such places keep, fewest staff after dark
    ("Pharmacy", "Pharmacy", 9, ("Mo-Fr 09:00-18:30; Sa 09:00-17:00", "Mo-Sa 08:00-23:00"), 2),
    ("Library", "Library", 4, ("Mo-Fr 09:30-19:00; Sa 10:00-16:00; PH off",), 3),
    ("Community hub", "Hub", 6, ("Mo-Fr 09:00-17:00; PH off", "Mo-Th 09:00-21:00; PH off"), 2),
    ("Supermarket", "Market", 8, ("Mo-Sa 07:00-23:00; Su 10:00-16:00", "24/7"), 4),
    ("Cafe", "Cafe", 14, ("Mo-Sa 08:00-18:00", "Mo-Su 08:00-22:00", "daily 7am-4pm"), 1),
    ("Takeaway", "Kitchen", 12, ("Mo-Su 12:00-23:00", "Fr-Sa 17:00-02:00; Su-Th 17:00-23:30"), 2),
    ("Convenience store", "Stores", 14, ("Mo-Su 07:00-23:00", "24/7", "ask inside"), 1),
    ("Barber", "Barbers", 7, ("Tu-Sa 09:00-19:00", "Mo-Sa 09:00-20:00"), 2),
    ("Gym", "Gym", 3, ("Mo-Su 06:00-22:00",), 1),
    ("Pub", "Arms", 4, ("Mo-Su 11:00-23:00; Fr-Sa 11:00-01:00",), 3),
    ("Mobile caterer", "Street Food", 3, ("Mo-Fr 11:00-15:00",), 1),
    ("School", "Primary School", 3, ("Mo-Fr 08:00-16:00",), 5),
)
_STATION_HOURS: Final = "Mo-Su 05:00-24:00; Mo-Su 00:00-00:45"
_GROUND: Final = ("Alder", "Avocet", "Birch", "Curlew", "Dunlin", "Elder", "Fulmar", "Hazel")
_GROUND_2: Final = ("Juniper", "Kestrel", "Linnet", "Maple", "Osprey", "Plover", "Rowan", "Teal")
_BLANK: Final = 0.12
"""Share of the answers that nobody has given yet."""

_HAVEN_HEADER: Final = (
    *("haven_id", "name", "type", "address", "lat", "lon", "opening_hours", "open_after_dark"),
    *("staff_min", "trained_count", "training_date", "training_expiry", "step_free"),
    *("accessible_toilet", "phone", "cctv", "contact", "sign_up_date", "last_checked", "status"),
    *("consent_to_publish", "ice_cards", "sticker_displayed", "asked_on", "willing"),
    "Data status",
)
_ASSUMED: Final = """\
# Hours to assume for venues of a type where nobody gave any: csp-geo havens --assume-hours
# data/premises/assumed_hours.toml. What rests on them is marked as assumed. Put in what holds here.
# The types are those of the table of venue types; a name of two words stands in quotation marks.

[assumed_hours]
pharmacy = "Mo-Fr 09:00-18:00; Sa 09:00-17:00; PH off"
library = "Mo-Fr 10:00-17:00; PH off"
supermarket = "Mo-Sa 08:00-21:00; Su 10:00-16:00"
"cafe or restaurant" = "Mo-Sa 09:00-17:00"
takeaway = "Mo-Su 16:00-22:00"
"""
STREETS: Final = "data/network/streets.geojson"
BARRIERS: Final = "data/network/barriers.geojson"
PARKS: Final = "data/network/parks.geojson"
_ABOUT: Final = f"Schematic and invented ({SYNTHETIC}): nothing here is where it is drawn."
_EVERY_M: Final = 160
_MARGIN_M: Final = 160
_WEST, _EAST, _SOUTH, _NORTH = 543_520, 552_000, 181_360, 191_200
_BARRIERS: Final = {
    "Railway": [(543_520, 184_420), (545_800, 184_215), (549_000, 184_655), (552_000, 185_300)],
    "A13": [(543_520, 183_260), (546_500, 183_420), (549_300, 182_900), (552_000, 182_600)],
    "River": [(544_020, 181_360), (543_900, 183_000), (543_790, 185_400)],
}
_BRIDGES: Final = {"Railway": 5, "A13": 4, "River": 3}
"""Every how many streets one is carried across."""
_PARKS: Final = {
    "Barking Park": (544_760, 185_010, 330),
    "Mayesbrook Park": (546_250, 185_480, 380),
    "Parsloes Park": (548_010, 185_330, 420),
    "Valence Park": (548_080, 186_720, 230),
    "Central Park": (550_250, 186_000, 400),
    "Old Dagenham Park": (549_950, 184_330, 240),
}


def venue_files() -> dict[str, bytes]:
    """Make the lists by path in the project; the same whatever the seed of the reports."""
    return {PREMISES: _premises(), HAVENS: _havens(), HOURS: _ASSUMED.encode()}


def _premises() -> bytes:
    rng = random.Random(_SEED)
    spots = [spot for spot in read_sample_streets().spots.values() if "Park" not in spot.name]
    rows = []
    for kind, noun, n, hours, staff in _KINDS:
        grounds = rng.sample((*_GROUND, *_GROUND_2), n)
        for ground in grounds:
            spot = rng.choice(spots)
            x, y = rng.choice(spot_addresses(spot, _SEED)).position
            answers = [
                "" if rng.random() < _BLANK else ("yes" if rng.random() < share else "no")
                for share in (0.95, 0.8, 0.5, 0.7, 0.4)
            ]
            few = "" if rng.random() < _BLANK else max(1, staff + rng.choice((-1, 0, 0, 1)))
            rows.append(
                (
                    f"{ground} {noun}",
                    kind,
                    spot.street,
                    x + rng.randint(-9, 9),
                    y + rng.randint(-9, 9),
                    "" if rng.random() < _BLANK else rng.choice(hours),
                    few,
                    *answers,
                )
            )
    for name, (x, y) in _stations():
        rows.append((name, "Station", "", x, y, _STATION_HOURS, 2, *("yes",) * 3, "", "yes"))
    lines = [(f"B{n:03}", *row, SYNTHETIC) for n, row in enumerate(rows, start=1)]
    return _csv([_HEADER, *lines])


def _stations() -> list[tuple[str, tuple[int, int]]]:
    names = ("Barking Station", "Dagenham Heathway", "Chadwell Heath Station", "Upney Station")
    spots = read_sample_streets().spots
    return [(f"{name} ticket hall", spots[name].centre) for name in names]


def _havens() -> bytes:
    """Seven havens, and five venues that were asked.

    Three of the havens do not count: training over, withdrawn, not confirmed. One of the venues
    said no, one has not answered, and three said yes and have come one step further each.
    """
    trained, good = "2021-06-14", "2022-06-14"
    rows = [
        ("H01", "Vicarage Library", "Library", "Ripple Road", "51.53640", "0.07905"),
        ("H02", "Linton Pharmacy", "Pharmacy", "Heathway", "51.54178", "0.14801"),
        ("H03", "Becontree Hub", "Community hub", "Gale Street", "51.54041", "0.12690"),
        ("H04", "Station Stores", "Convenience store", "Station Parade", "51.53955", "0.08022"),
        ("H05", "High Road Cafe", "Cafe", "High Road", "51.57068", "0.13690"),
        ("H06", "Marks Gate Barbers", "Barber", "Rose Lane", "51.59278", "0.14465"),
        ("H07", "Broad Street Kitchen", "Takeaway", "Broad Street", "51.53592", "0.15212"),
    ]
    hours = (
        *("Mo-Fr 09:30-19:00; Sa 10:00-16:00; PH off", "Mo-Sa 09:00-18:30"),
        *("Mo-Fr 09:00-17:00; PH off", "Mo-Su 06:00-23:00", "Mo-Sa 08:00-18:00"),
        *("Tu-Sa 09:00-19:00", "Mo-Su 12:00-23:00"),
    )
    expiry = (good, good, good, good, "2021-05-01", good, good)
    checked = (*("2021-09-03",) * 5, "2019-11-20", "2021-10-01")
    status = (*("active",) * 6, "withdrawn")
    lines = [
        (
            *(*row, hours[n], "yes" if n in {3, 6} else "no", 2, 3, trained, expiry[n], "yes"),
            *("yes" if n % 2 else "no", "yes", "yes", "held by the council", "2021-06-01"),
            *(checked[n], status[n], "yes", "yes", "no" if n == 1 else "yes", "", "", SYNTHETIC),
        )
        for n, row in enumerate(rows)
    ]
    return _csv([_HAVEN_HEADER, *lines, *_asked()])


def _asked() -> list[tuple[object, ...]]:
    """Return the rows of venues that were asked and are no havens: what a call list leaves."""
    rows = [
        ("C01", "Whalebone Hub", "Community hub", "Whalebone Lane", "51.57392", "0.13921"),
        ("C02", "Gascoigne Cafe", "Cafe", "St Ann's", "51.53190", "0.07910"),
        (
            "C03",
            "Bastable Stores",
            "Convenience store",
            "Bastable Avenue",
            "51.53015",
            "0.09785",
        ),
        ("C04", "Rush Green Barbers", "Barber", "Dagenham Road", "51.56010", "0.16630"),
        ("C05", "Five Elms Kitchen", "Takeaway", "Wood Lane", "51.55310", "0.13830"),
    ]
    status = (*("candidate",) * 4, "withdrawn")
    willing = ("yes", "yes", "yes", "", "no")
    trained = ("2021-10-18", "2021-12-06", "", "", "")
    until = ("2022-10-18", "", "", "", "")
    asked = ("2021-09-27", "2021-10-04", "2021-10-04", "2021-10-11", "2021-10-11")
    return [
        (
            *(*row, "", "", "", 3 if until[n] else "", trained[n], until[n], "", "", "", ""),
            *("held by the council", "", "", status[n], "", "", "", asked[n], willing[n]),
            SYNTHETIC,
        )
        for n, row in enumerate(rows)
    ]


def _csv(lines: list[tuple[object, ...]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(lines)
    return text.getvalue().encode("utf-8-sig")


def way_files() -> dict[str, bytes]:
    """Make layers of streets, barriers and parks, by path."""
    barriers = [({"name": name}, shapely.LineString(line)) for name, line in _BARRIERS.items()]
    return {
        STREETS: layer_bytes(grid_streets()),
        BARRIERS: layer_bytes(barriers),
        PARKS: layer_bytes(park_shapes()),
    }


@lru_cache(maxsize=1)
def _borough() -> Any:
    text = files("csp_geo.sample").joinpath("wards.geojson").read_text(encoding="utf-8")
    shapes = [shapely.geometry.shape(f["geometry"]) for f in json.loads(text)["features"]]
    metres = shapely.transform(shapely.union_all(shapes), british_grid().to_metres)
    return metres.buffer(_MARGIN_M)


def park_shapes() -> list[tuple[dict[str, str], Any]]:
    """Return the parks, round."""
    return [
        ({"name": name}, shapely.Point(x, y).buffer(radius, quad_segs=4))
        for name, (x, y, radius) in _PARKS.items()
    ]


def barrier_line(name: str) -> Any:
    """Return the middle of "Railway", "A13" or "River"."""
    return shapely.LineString(_BARRIERS[name])


def grid_streets() -> list[tuple[dict[str, str], Any]]:
    """Run streets both ways; a stretch that meets a barrier is left out unless it is a bridge."""
    barriers = {name: shapely.LineString(line) for name, line in _BARRIERS.items()}
    columns = range(_WEST, _EAST, _EVERY_M)
    rows = range(_SOUTH, _NORTH, _EVERY_M)
    lines = [[(x, y) for y in rows] for x in columns] + [[(x, y) for x in columns] for y in rows]
    made: list[tuple[dict[str, str], Any]] = []
    for number, corners in enumerate(lines):
        run: list[tuple[int, int]] = []
        for start, end in pairwise(corners):
            stretch = shapely.LineString([start, end])
            met = [name for name, line in barriers.items() if line.intersects(stretch)]
            inside = _borough().covers(stretch)
            if inside and not met:
                run = run or [start]
                run.append(end)
                continue
            if inside and all(number % _BRIDGES[name] == 0 for name in met):
                made.append(({"kind": "street", "bridge": "yes"}, stretch))
            if len(run) > 1:
                made.append(({"kind": "street", "bridge": "no"}, shapely.LineString(run)))
            run = []
        if len(run) > 1:
            made.append(({"kind": "street", "bridge": "no"}, shapely.LineString(run)))
    return made


def layer_bytes(shapes: Iterable[tuple[dict[str, str], Any]]) -> bytes:
    """Write shapes as GeoJSON, each labelled synthetic."""
    lines = []
    for properties, shape in shapes:
        degrees = shapely.transform(shape, british_grid().to_lonlat)
        geometry = json.loads(
            shapely.to_geojson(shapely.set_precision(degrees, 1e-6, mode="pointwise"))
        )
        feature = {
            "type": "Feature",
            "properties": {**properties, "data_status": SYNTHETIC},
            "geometry": geometry,
        }
        lines.append(json.dumps(feature, separators=(",", ":")))
    body = ",\n".join(lines)
    about = f'"description":"{_ABOUT}"'
    return f'{{"type":"FeatureCollection",{about},"features":[\n{body}\n]}}\n'.encode()

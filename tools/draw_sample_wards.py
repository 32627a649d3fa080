"""Draw the schematic sample wards of Barking and Dagenham (19 wards of May 2022).

Voronoi cells of a few points inside each ward, merged by ward and clipped to a coarse outline: the
wards share their edges exactly, without gaps or overlaps. Run it from anywhere:

    python tools/draw_sample_wards.py [OUTPUT]

Without OUTPUT it writes the file that the package carries.
"""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely

from csp_geo.core.projection import british_grid

HERE: Final = Path(__file__).resolve().parent
FIGURES: Final = HERE / "figures"
OUTPUT: Final = HERE.parent / "csp_geo" / "sample" / "wards.geojson"

DECIMALS: Final = 6
"""Of a degree: about 0.1 m, and what RFC 7946 recommends."""

HEADING: Final = {
    "name": "Schematic sample wards of Barking and Dagenham",
    "description": (
        "SCHEMATIC, for the demo only and never for real work: synthetic sample shapes that "
        "resemble the 19 wards of May 2022. Official wards come from ONS Open Geography."
    ),
    "attribution": (
        "Contains OS data © Crown copyright and database right 2022; source: Office for National "
        "Statistics licensed under the Open Government Licence v.3.0."
    ),
}


def read_rows(path: Path) -> list[dict[str, str]]:
    """Read a CSV file as one dictionary a row."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def position(row: dict[str, str]) -> tuple[float, float]:
    """Easting and northing of a row, metres."""
    return float(row["easting"]), float(row["northing"])


def draw_wards() -> dict[tuple[str, str], shapely.Geometry]:
    """Return the ward shapes in metres by (code, name), in order of the code."""
    outline = shapely.Polygon([position(row) for row in read_rows(FIGURES / "borough_outline.csv")])
    rows = read_rows(FIGURES / "ward_interior_points_2022.csv")
    points = shapely.MultiPoint([position(row) for row in rows])
    cells = shapely.voronoi_polygons(points, extend_to=outline, ordered=True).geoms
    by_ward: dict[tuple[str, str], list[shapely.Geometry]] = {}
    for row, cell in zip(rows, cells, strict=True):
        by_ward.setdefault((row["ward_code"], row["ward_name"]), []).append(cell)
    return {
        ward: shapely.intersection(shapely.union_all(by_ward[ward]), outline)
        for ward in sorted(by_ward)
    }


def to_degrees(shape: shapely.Geometry) -> shapely.Geometry:
    """Turn a shape into rounded WGS84 degrees, rings as RFC 7946 wants them.

    Equal metres give equal degrees, so that an edge shared before the rounding is shared after it.
    """
    grid = british_grid()
    degrees = shapely.transform(
        shape, lambda metres: np.round(grid.to_lonlat(np.round(metres, 3)), DECIMALS)
    )
    return shapely.orient_polygons(shapely.normalize(degrees), exterior_cw=False)


def feature(code: str, name: str, shape: shapely.Geometry) -> dict[str, Any]:
    """Return one ward as a GeoJSON feature."""
    return {
        "type": "Feature",
        "properties": {
            "WD22CD": code,
            "WD22NM": name,
            "LAD22CD": "E09000002",
            "LAD22NM": "Barking and Dagenham",
            "status": "schematic",
            "data_status": "synthetic sample",
        },
        "geometry": json.loads(shapely.to_geojson(shape)),
    }


def collection() -> dict[str, Any]:
    """Return the wards as a GeoJSON feature collection; raise if they do not fit together."""
    wards = {ward: to_degrees(shape) for ward, shape in draw_wards().items()}
    if not shapely.coverage_is_valid(list(wards.values())):
        raise ValueError("The wards leave gaps or overlap.")
    features = [feature(code, name, shape) for (code, name), shape in wards.items()]
    return {"type": "FeatureCollection", **HEADING, "features": features}


def as_text(wards: dict[str, Any]) -> str:
    """Write the collection with one feature a line, so that a change can be read in a diff."""
    head = {key: value for key, value in wards.items() if key != "features"}
    lines = [json.dumps(one, ensure_ascii=False) for one in wards["features"]]
    opening = json.dumps(head, ensure_ascii=False, indent=1)[:-2]
    return opening + ',\n "features": [\n' + ",\n".join(lines) + "\n ]\n}\n"


if __name__ == "__main__":
    output = Path(sys.argv[1]) if len(sys.argv) > 1 else OUTPUT
    output.write_text(as_text(collection()), encoding="utf-8", newline="\n")
    print(f"Wrote {output.name}")

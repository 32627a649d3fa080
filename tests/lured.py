"""Take every lure through every door, in a process of its own; what became of each is printed.

    python tests/lured.py FOLDER early|late|trap|fence

`early` loads the GIS libraries before csp_geo, as a notebook does; `trap` opens the lures without
any door of ours, to show that they do what they are said to do, and `fence` with GDAL offline.
"""

from __future__ import annotations

import json
import sys
import warnings
import zipfile
from datetime import date
from pathlib import Path

if sys.argv[2] == "early":
    import fiona  # noqa: F401
    import geopandas  # noqa: F401
    import pyogrio

    pyogrio.list_drivers()

from csp_geo.core.errors import CspGeoError, SourceError

SPRUNG = (
    "wfs.geojson",
    "vrt_remote.gpkg",
    "within_vrt_remote.mif",
    "within_vrt_remote.geojson",
    "crs_link.json",
    "gdalg.json",
    "vrt_local.shp",
)


def doors(area, folder):
    """Return what reads a file, by what it is read as."""
    from csp_geo.decisions.walking.network import read_network
    from csp_geo.decisions.walking.obstacles import read_obstacles
    from csp_geo.inputs.areas.study_area import read_study_area
    from csp_geo.inputs.areas.zones_and_places import _listed_points, read_places, read_zones
    from csp_geo.inputs.read import read_reports
    from csp_geo.inputs.venues.premises import read_premises
    from csp_geo.inputs.venues.venue_types import read_venue_types
    from csp_geo.runs.boundaries import _one
    from csp_geo.runs.pack import read_pack

    def packed(path):
        place = folder / "packed" / f"{path.name}.zip"
        place.parent.mkdir(exist_ok=True)
        with zipfile.ZipFile(place, "w") as archive:
            for part in sorted(path.parent.glob(f"{path.stem}.*")):
                archive.write(part, f"in/{part.name}")
        found = read_reports([place], source="offence")
        errors = [file.error for file in found.files if file.error and path.name in file.path]
        if errors:
            raise SourceError(errors[0])

    def pack(path):
        place = folder / "packs" / path.name
        place.mkdir(parents=True, exist_ok=True)
        (place / "run.json").write_text('{"study_area": {"name": "a"}}')
        (place / "layers.gpkg").write_bytes(path.read_bytes())
        read_pack(place)

    def cautioned(read):
        def door(path):
            _, cautions = read([path], area)
            if cautions:
                raise SourceError(cautions[0])

        return door

    def shelf(path):
        if error := _one(path, path.name, "lsoa").error:
            raise SourceError(error)

    return {
        "reports": lambda path: read_reports([path], source="offence"),
        "zip": packed,
        "boundaries": read_study_area,
        "shelf": shelf,
        "zones": lambda path: read_zones([path], area.projection, date(2021, 11, 29)),
        "context": cautioned(read_places),
        "lists": lambda path: _listed_points(path, area),
        "premises": lambda path: read_premises([path], area, read_venue_types()),
        "network": lambda path: read_network(path, area.projection),
        "barriers": lambda path: read_obstacles(area.projection, barriers=path),
        "pack": pack,
    }


def trap(path):
    """Open a file as GDAL likes."""
    import pyogrio

    for layer, _ in pyogrio.list_layers(path):
        pyogrio.read_dataframe(path, layer=layer)


def behind_fence(path):
    """Open a file as GDAL likes, but offline: by pyogrio, and by fiona, which has its own GDAL."""
    from csp_geo.core.origin import Origin
    from csp_geo.inputs.files.gis_file import GisFile, fenced

    with fenced():
        trap(path)
    unrecognised = GisFile(Origin(path, path.name), drivers=None, name=str(path))
    with unrecognised.records(None):
        pass


def tried(door, path):
    try:
        door(path)
    except CspGeoError as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 - whatever it is, the test shows it
        return f"FAULT {type(error).__name__}: {error}"
    return None


def main():
    warnings.simplefilter("ignore")
    folder, how = Path(sys.argv[1]), sys.argv[2]
    lures = [Path(line) for line in (folder / "lures.txt").read_text().splitlines()]
    if how in {"trap", "fence"}:
        ways = {how: trap if how == "trap" else behind_fence}
        lures = [path for path in lures if path.name in SPRUNG]
    else:
        from csp_geo.inputs.areas.study_area import read_study_area

        ways = doors(read_study_area(folder / "wards.gpkg"), folder)
    fate = {name: {path.name: tried(door, path) for path in lures} for name, door in ways.items()}
    sys.stdout.write(json.dumps(fate))


if __name__ == "__main__":
    main()

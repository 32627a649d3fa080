"""What the tests share: a toy town whose numbers can be checked by hand, writers, the command line.

The toy town is four square wards of 1 km each, corner to corner::

    E05014055 Barking Riverside | E05014056 Beam        north of 185020
    E05014053 Abbey             | E05014054 Alibon      south of 185020
                            east of 545010 begins the right column

Forty reports: 22 offences (CSV), 3 of anti-social behaviour (XLSX), 12 survey pins (GeoJSON in
degrees) and 3 audit findings (GeoPackage). Planted: ten offences at five places of East Street
(Abbey), six at three places in Beam from two sources; six pins by four people and one nobody
(Abbey). Six pins of one person (Alibon) are not a hotspot.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import boundary_service
import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import HealthCheck, settings

from csp_geo.cli.main import main
from csp_geo.core.projection import BRITISH_CRS, british_grid
from csp_geo.core.tables import FAMILY_OF_SOURCE, INCIDENTS, as_agreed
from csp_geo.inputs.areas.study_area import StudyArea, vintage_of

ROOT = Path(__file__).resolve().parents[1]

# --- how hypothesis draws: no example has a deadline, a busy machine is not a failure ------------

_SLOW = [HealthCheck.too_slow]
settings.register_profile("dev", max_examples=20, deadline=None, suppress_health_check=_SLOW)
settings.register_profile(
    "ci", max_examples=20, deadline=None, derandomize=True, suppress_health_check=_SLOW
)
settings.register_profile("thorough", max_examples=500, deadline=None, suppress_health_check=_SLOW)
settings.load_profile(os.environ.get("CSP_GEO_PROFILE", "ci" if os.environ.get("CI") else "dev"))


ons = boundary_service.ons


SLOW_S = 5_400
"""So long a test may take that is marked slow, or has many more examples than in every run."""


def pytest_collection_modifyitems(items):
    """Give the tests that take minutes a longer time than pyproject.toml gives the others."""
    is_thorough = os.environ.get("CSP_GEO_PROFILE") == "thorough"
    for item in items:
        if is_thorough or item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.timeout(SLOW_S))


# --- the shared data ---------------------------------------------------------------------------


@pytest.fixture(scope="session")
def shared_data():
    """Folder of real open data beside the repository; without it the test is skipped."""
    home = Path(os.environ.get("CSP_GEO_SHARED", ROOT.parent / "shared")) / "data"
    if not home.is_dir():
        pytest.skip("no ../shared/data here: set CSP_GEO_SHARED to the folder that holds data/")
    return home


# --- writers -----------------------------------------------------------------------------------


def write_csv(path, header, rows, **options):
    """Write a CSV; `options` go to csv.writer."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n", **options)
    writer.writerows([header, *rows])
    path.write_text(text.getvalue(), encoding="utf-8")
    return path


def write_xlsx(path, header, rows, *, sheet="Sheet1", before=()):
    """Write a workbook of one sheet; `before` are rows above the header."""
    path.parent.mkdir(parents=True, exist_ok=True)
    book = openpyxl.Workbook()
    book.active.title = sheet
    for row in (*before, header, *rows):
        book.active.append(list(row))
    book.save(path)
    return path


def write_geojson(path, records, *, crs=None):
    """Write ((x, y) or None, properties) pairs as points; `crs` is an old-style URN."""
    path.parent.mkdir(parents=True, exist_ok=True)
    features = [
        {
            "type": "Feature",
            "properties": properties,
            "geometry": None if xy is None else {"type": "Point", "coordinates": list(xy)},
        }
        for xy, properties in records
    ]
    collection = {"type": "FeatureCollection", "features": features}
    if crs:
        collection["crs"] = {"type": "name", "properties": {"name": crs}}
    path.write_text(json.dumps(collection), encoding="utf-8")
    return path


def write_gpkg(path, table, shapes, *, crs=BRITISH_CRS, layer="reports", kind=None):
    """Write a table and its shapes as one layer of a GeoPackage (added when the file exists)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    frame = gpd.GeoDataFrame(pd.DataFrame(table), geometry=list(shapes), crs=crs)
    options = {"geometry_type": kind} if kind else {}
    pyogrio.write_dataframe(
        frame, path, layer=layer, driver="GPKG", append=path.exists(), **options
    )
    return path


WRITERS = SimpleNamespace(csv=write_csv, xlsx=write_xlsx, geojson=write_geojson, gpkg=write_gpkg)


@pytest.fixture(scope="session")
def write():
    """Writers of report files: `write.csv`, `write.xlsx`, `write.geojson`, `write.gpkg`."""
    return WRITERS


def read_rows(path):
    """Rows of a written CSV as dicts of texts."""
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))


@pytest.fixture(scope="session")
def rows_of():
    """Reader of a written CSV: rows as dicts of texts."""
    return read_rows


# --- the command line --------------------------------------------------------------------------


@dataclass(frozen=True)
class Ran:
    """What a command did: exit code, stdout, stderr."""

    code: int
    out: str
    err: str

    @property
    def json(self):
        """What was printed as JSON."""
        return json.loads(self.out)


def run_cli(*arguments, cwd=None):
    """Run a command in this process."""
    out, err = io.StringIO(), io.StringIO()
    with (
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        contextlib.chdir(cwd or Path.cwd()),
        pytest.raises(SystemExit) as stop,
    ):
        main([str(argument) for argument in arguments])
    return Ran(stop.value.code, out.getvalue(), err.getvalue())


@pytest.fixture(scope="session")
def csp():
    """The command line: `csp("check", file, cwd=folder)` gives code, out, err."""
    return run_cli


# --- the toy town ------------------------------------------------------------------------------

WEST, SOUTH, SIDE = 544010, 184020, 1000
TOWN_WARDS = (
    ("E05014053", "Abbey", 0, 0),
    ("E05014054", "Alibon", 1, 0),
    ("E05014055", "Barking Riverside", 0, 1),
    ("E05014056", "Beam", 1, 1),
)
EAST_STREET = (544421, 184321)
BEAM = (545562, 185612)
STATION = (544720, 184720)
PLAIN_HEADER = ("reference", "date", "time", "easting", "northing", "category", "location")


def town_shapes():
    """Return the four wards as a table in British National Grid."""
    return gpd.GeoDataFrame(
        {
            "ward_code": [code for code, *_ in TOWN_WARDS],
            "ward_name": [name for _, name, *_ in TOWN_WARDS],
        },
        geometry=[
            shapely.box(
                WEST + column * SIDE,
                SOUTH + row * SIDE,
                WEST + (column + 1) * SIDE,
                SOUTH + (row + 1) * SIDE,
            )
            for _, _, column, row in TOWN_WARDS
        ],
        crs=BRITISH_CRS,
    )


def town_offences():
    """22 offences: 10 at East Street, 3 in Beam, 8 alone, 1 a hundred metres outside."""
    east, north = EAST_STREET
    street = [(0, 0)] * 4 + [(30, 0)] * 2 + [(-30, 0)] * 2 + [(0, 30), (0, -30)]
    spots = [
        (
            east + dx,
            north + dy,
            "Robbery" if i < 6 else "Burglary",
            f"On or near {4 + i} East Street",
        )
        for i, (dx, dy) in enumerate(street)
    ]
    spots += [(BEAM[0] + dx, BEAM[1], "Theft", "") for dx in (-50, 0, 50)]
    lonely = [(x, y) for x in (544213, 544817, 545213, 545817) for y in (184917, 185713)]
    spots += [(x, y, "Drugs", f"Alone Road {i}") for i, (x, y) in enumerate(lonely)]
    spots += [(WEST - 100, 184511, "Vehicle crime", "")]
    return [
        (f"OFF-{i + 1:03}", f"{i % 28 + 4:02}/01/2023", "14:20", x, y, category, place)
        for i, (x, y, category, place) in enumerate(spots)
    ]


def town_asb():
    """3 reports of anti-social behaviour, at the places of the cluster in Beam."""
    return [
        (f"ASB-{i + 1}", date(2023, 1, 9 + i), "22:15", BEAM[0] + dx, BEAM[1], "Begging")
        for i, dx in enumerate((-50, 0, 50))
    ]


def town_survey():
    """12 pins: six by four people and one nobody near the station, six by one person elsewhere."""
    people = ("ash", "ash", "birch", "cedar", "dogwood", "")
    near = [(STATION[0] + 10 * i, STATION[1], who) for i, who in enumerate(people)]
    one = [(545311 + 10 * i, 184333, "loud") for i in range(6)]
    return [
        (f"PIN-{i + 1:02}", "2022-06-15", who, "Poor lighting", x, y)
        for i, (x, y, who) in enumerate(near + one)
    ]


def town_findings():
    """3 audit findings: two at East Street, one far away."""
    spots = [(544425, 184325), (544411, 184311), (545411, 185211)]
    return [
        {"reference": f"EVA-{i + 1}", "visit date": "2022-07-05", "category": category, "xy": xy}
        for i, (xy, category) in enumerate(
            zip(spots, ("Poor CCTV", "Poor lighting", "Litter"), strict=True)
        )
    ]


@dataclass(frozen=True)
class Town:
    """Where the toy town lies, and how to run on it."""

    folder: Path
    reports: Path
    boundaries: Path
    as_of: str = "2023-02-01"

    def weekly(self, *more, out, cwd=None):
        """Run `weekly` on it."""
        return run_cli(
            "weekly",
            *("--reports", self.reports),
            *("--boundaries", self.boundaries),
            *("--as-of", self.as_of),
            *("--out", out),
            *more,
            cwd=cwd or self.folder,
        )

    def pack(self, out="out"):
        """Folder of the pack."""
        return self.folder / out / self.as_of


def write_wards(path):
    """Write the four wards as a GeoPackage in British National Grid."""
    shapes = town_shapes().rename(columns={"ward_code": "WD22CD", "ward_name": "WD22NM"})
    return write_gpkg(path, shapes.drop(columns="geometry"), shapes.geometry, layer="wards")


def write_town(folder):
    """Write the toy town into a folder."""
    reports = folder / "reports"
    write_csv(reports / "offence" / "offences.csv", PLAIN_HEADER, town_offences())
    write_xlsx(reports / "asb" / "asb.xlsx", PLAIN_HEADER[:-1], town_asb())
    names = ("contribution id", "date of contribution", "screen name", "category")
    grid = british_grid()
    pins = [
        (
            [round(float(v), 8) for v in grid.to_lonlat([[x, y]])[0]],
            dict(zip(names, values, strict=True)),
        )
        for *values, x, y in town_survey()
    ]
    write_geojson(reports / "survey" / "pins.geojson", pins)
    findings = town_findings()
    write_gpkg(
        reports / "eva" / "findings.gpkg",
        [{k: v for k, v in finding.items() if k != "xy"} for finding in findings],
        [shapely.Point(finding["xy"]) for finding in findings],
    )
    return Town(folder, reports, write_wards(folder / "wards.gpkg"))


@pytest.fixture
def toy_town(tmp_path):
    """The toy town as files in a folder of its own."""
    return write_town(tmp_path)


@pytest.fixture(scope="module")
def shared_town(tmp_path_factory):
    """The toy town for tests that only read it."""
    return write_town(tmp_path_factory.mktemp("town"))


@pytest.fixture(scope="session")
def town_boundaries(tmp_path_factory):
    """A boundary file of the toy town."""
    return write_wards(tmp_path_factory.mktemp("wards") / "town.gpkg")


@pytest.fixture(scope="session")
def town_area():
    """The toy town's wards as a StudyArea."""
    shapes = town_shapes()
    return StudyArea(
        name="Toy town",
        wards=shapes,
        projection=british_grid(),
        vintage=vintage_of(list(shapes["ward_code"])),
    )


# --- tables by hand ----------------------------------------------------------------------------


def incidents_table(xy, *, area=None, **columns):
    """Return an incidents table for points in metres; columns are values or one value for all.

    Defaults: dated partner offences of 10 January 2023, theme robbery, nobody known, exact.
    """
    xy = np.asarray(xy, dtype=np.float64).reshape(-1, 2)
    n = len(xy)
    source = columns.get("source", "offence")
    family = (
        FAMILY_OF_SOURCE[source]
        if isinstance(source, str)
        else [FAMILY_OF_SOURCE[name] for name in source]
    )
    wards = town_shapes() if area is None else area.wards
    own = StudyArea(name="", wards=wards, projection=british_grid()) if area is None else area
    rows = own.ward_of(xy)
    codes = np.append(wards["ward_code"].to_numpy(dtype=object), None)[rows]
    names = np.append(wards["ward_name"].to_numpy(dtype=object), None)[rows]
    values = {
        "source": source,
        "feed": source,
        "source_ref": [f"R{i}" for i in range(n)],
        "source_file": "offence/a.csv",
        "source_row": np.arange(2, n + 2, dtype=np.int64),
        "n_rows": 1,
        "person_key": None,
        "occurred_at": pd.Timestamp("2023-01-10", tz="Europe/London"),
        "occurred_to": pd.Timestamp("2023-01-11", tz="Europe/London"),
        "time_precision": "day",
        "category": "Robbery",
        "theme": "robbery",
        "sensitive": "",
        "family": family,
        "weight": 1.0,
        "location_method": "exact",
        "location_accuracy_m": 20.0,
        "place": None,
        "ward_code": codes,
        "ward_name": names,
        "flags": "",
    } | columns
    frame = pd.DataFrame(
        values, index=pd.Index([f"id{i:04}" for i in range(n)], name="incident_id")
    )
    points = gpd.points_from_xy(xy[:, 0], xy[:, 1])
    return as_agreed(gpd.GeoDataFrame(frame, geometry=points, crs=own.projection.crs), INCIDENTS)


@pytest.fixture(scope="session")
def make_incidents():
    """Maker of incidents tables from points: `make_incidents(xy, source="survey", ...)`."""
    return incidents_table


@pytest.fixture
def input_unchanged():
    """Remember tables; at the end of the test they must be what they were."""
    kept = []

    def remember(table):
        kept.append((table, table.copy(deep=True)))
        return table

    yield remember
    for table, before in kept:
        pd.testing.assert_frame_equal(pd.DataFrame(table), pd.DataFrame(before))


# --- a browser that may not reach any network ---------------------------------------------------

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@pytest.fixture(scope="session")
def chromium() -> str:
    found = os.environ.get("CSP_GEO_CHROMIUM") or next(
        (path for name in BROWSERS if (path := shutil.which(name))), None
    )
    if not found:
        pytest.skip("no Chromium found: install one or name it in CSP_GEO_CHROMIUM")
    return found


@dataclass
class Tab:
    """A page in the browser, what it complained of, and what it asked the network for."""

    page: object
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def assert_quiet(self) -> None:
        assert self.complaints == []
        assert self.requests == []
        assert self.page.evaluate("window.__pwned") is None


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[object]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        yield running
        running.close()


@pytest.fixture
def open_page(socket_enabled: None, browser: object, tmp_path: Path) -> Iterator[object]:
    """Open HTML from disk in a window of the given size; nothing but files may be asked for."""
    contexts = []

    def open_html(html: str, width: int = 1280, height: int = 900, **options) -> Tab:
        file = tmp_path / f"page-{len(contexts)}.html"
        file.write_text(html, encoding="utf-8")
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        tab = Tab(context.new_page())

        def guard(route):
            if route.request.url.startswith(("file:", "data:", "blob:", "about:")):
                route.continue_()
            else:
                tab.requests.append(route.request.url)
                route.abort()

        context.route("**/*", guard)
        tab.page.on("console", lambda m: tab.complaints.append(f"{m.type}: {m.text}"))
        tab.page.on("pageerror", lambda e: tab.complaints.append(str(e)))
        tab.page.set_default_timeout(60_000)
        tab.page.goto(file.as_uri())
        return tab

    yield open_html
    for context in contexts:
        context.close()

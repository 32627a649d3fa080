"""Hostile text in every cell that a file can hold, from the file to the browser."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

HOSTILE = (
    "<img src=x onerror=window.__pwned=1>",
    "${window.__pwned=1}",
    "`;window.__pwned=1;`",
    "</script><script>window.__pwned=1</script>",
    "{{ cycler.__init__.__globals__.os.getpid() }}",
    "{% for x in y %}",
    "{# gone #}",
    "{{7*7}}",
    '"><svg onload=window.__pwned=1>',
    "=HYPERLINK('http://x')",
    "+1+1",
    "@SUM(1)",
    "\u202eright to left",
    "50{% discount",
)


@pytest.fixture(scope="module")
def hostile(run: Callable[..., int], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose every text cell is hostile, with hotspots in it."""
    root = tmp_path_factory.mktemp("hostile")
    wards = json.loads(
        (Path(__file__).parents[2] / "csp_geo" / "sample" / "wards.geojson").read_text("utf-8")
    )
    for number, feature in enumerate(wards["features"]):
        feature["properties"]["WD22NM"] = f"{HOSTILE[number % len(HOSTILE)]} {number}"
        feature["properties"]["LAD22NM"] = HOSTILE[0]
    data = root / "data"
    for name in ("reports/offence", "reports/survey", "boundaries", "zones", "context"):
        (data / name).mkdir(parents=True)
    (data / "boundaries" / "wards.geojson").write_text(json.dumps(wards), encoding="utf-8")
    _write(data / "reports" / "offence" / "hostile.csv", "offence", 544421, 184321)
    _write(data / "reports" / "survey" / "hostile.csv", "survey", 549023, 184712)
    _zones(data / "zones" / "zones.geojson")
    _context(data / "context" / "places.csv")
    (root / "csp_geo.toml").write_text(f"marking = {json.dumps(HOSTILE[3])}\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        assert run("weekly", "--as-of", "2021-11-29", "--quiet") == 0
    return root / "maps" / "2021-11-29"


def _write(path: Path, kind: str, east: int, north: int) -> None:
    header = ["reference", "date", "time", "easting", "northing", "category", "location"]
    header.append("Screen name" if kind == "survey" else "note")
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(header)
        for number in range(6 * len(HOSTILE)):
            text = HOSTILE[number % len(HOSTILE)]
            x, y = east + number % 9, north + number % 7
            writer.writerow(
                [
                    f"{text}{number}",
                    "03/11/2021",
                    text,
                    x + 0.5,
                    y + 0.5,
                    text if number % 2 else "Robbery",
                    text,
                    text,
                ]
            )
        writer.writerow(["bad", HOSTILE[0], "", HOSTILE[1], HOSTILE[2], "x", "", ""])


def _zones(path: Path) -> None:
    ring = [[0.078, 51.537], [0.084, 51.537], [0.084, 51.541], [0.078, 51.541], [0.078, 51.537]]
    features = [
        {
            "type": "Feature",
            "properties": {"name": f"{text} {n}", "power": text, "in_force": "2021-01-01",
                           "expires": "2024-01-01"},
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        }
        for n, text in enumerate(HOSTILE)
    ]  # fmt: skip
    path.write_text(
        json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8"
    )


def _context(path: Path) -> None:
    rows = [
        {"name": text, "kind": "station", "latitude": 51.5393 + n / 1e4, "longitude": 0.081}
        for n, text in enumerate(HOSTILE)
    ]
    pd.DataFrame(rows).to_csv(path, index=False)


def test_nothing_in_the_data_is_run_as_a_template(hostile: Path) -> None:
    hotspots = pd.read_csv(hostile / "hotspots.csv", encoding="utf-8-sig")
    assert set(hotspots["family"]) == {"recorded", "perception"}
    page = (hostile / "map.html").read_text("utf-8")
    assert "<img src=x" not in page
    assert "<svg onload" not in page
    assert page.count("<script") == page.count("</script>")


def test_spreadsheet_cells_are_harmless(hostile: Path) -> None:
    for name in ("hotspots.csv", "quality.csv", "quarantine.csv"):
        table = pd.read_csv(hostile / name, encoding="utf-8-sig", dtype="str")
        cells = table.to_numpy().ravel()
        odd = [c for c in cells if isinstance(c, str) and c[:1] in "=+-@\t\r" and not _is_number(c)]
        assert not odd, name


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


@pytest.mark.browser
def test_nothing_runs_in_the_browser(hostile: Path, open_page: Callable[..., object]) -> None:
    tab = open_page((hostile / "map.html").read_text("utf-8"))
    for row in tab.page.locator("button.row").all()[:4]:
        if row.is_visible():
            row.click()
            tab.page.keyboard.press("Escape")
    assert "49" not in tab.page.title()
    tab.assert_quiet()

"""Streets, their names, water and parks under the reports, in a real browser."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from csp_geo.core.projection import british_grid

from .conftest import CENTRE, CRS, HOSTILE, Inputs

pytestmark = pytest.mark.browser

BLOCK_M = 110
HALF_M = 1_000


def grid_town(first_name="High Street"):
    """Streets every 110 metres over both wards, a river, a park, a railway and some houses."""
    x, y = CENTRE
    at = range(-HALF_M, HALF_M + 1, BLOCK_M)
    lines, names, kinds = [], [], []
    for n, step in enumerate(at):
        kind = "main" if n % 8 == 4 else "secondary" if n % 4 == 2 else "local"
        for way, corners in (
            ("Street", [(x - HALF_M, y + step), (x, y + step + 6), (x + HALF_M, y + step)]),
            ("Road", [(x + step, y - HALF_M), (x + step, y + HALF_M)]),
        ):
            lines.append(shapely.LineString(corners))
            names.append(f"{'Number' if n else 'Corner'} {n} {way}")
            kinds.append(kind)
    names[0] = first_name
    table = {"name": names, "class": kinds}
    park = shapely.box(x + 220, y + 220, x + 420, y + 420)
    houses = [shapely.box(x + 20 * i, y + 20, x + 20 * i + 12, y + 30) for i in range(5)]
    railway = shapely.LineString([(x - HALF_M, y - 40), (x + HALF_M, y - 60)])
    return {
        "streets": gpd.GeoDataFrame(table, geometry=lines, crs=CRS),
        "green": gpd.GeoDataFrame({"name": ["Park"]}, geometry=[park], crs=CRS),
        "water": gpd.GeoDataFrame(
            {"name": ["River"]}, geometry=[railway.buffer(30).boundary], crs=CRS
        ),
        "railways": gpd.GeoDataFrame({"name": [""]}, geometry=[railway], crs=CRS),
        "buildings": gpd.GeoDataFrame(geometry=houses, crs=CRS),
    }


def test_it_draws_and_is_switched_in_the_key(open_page, inputs):
    inputs.ground = grid_town()
    tab = open_page(inputs.page())
    page = tab.page
    inked = """() => {
      const canvas = document.querySelector('.leaflet-ground-pane canvas');
      if (!canvas) return false;
      const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
      return data.some(value => value);
    }"""
    assert page.evaluate(inked)
    page.locator("[data-box=streets]").uncheck()
    assert not page.evaluate(inked)
    page.locator("[data-box=streets]").check()
    assert page.evaluate(inked)
    assert page.evaluate("csp_ground.names.length") > 0
    tab.assert_quiet()


def test_at_every_zoom_and_everywhere_a_name_is_in_view(open_page, inputs):
    """200 places in the built-up part, zooms from 12 to 18, on a screen and on a phone."""
    inputs.ground = grid_town()
    html = inputs.page()
    rng = np.random.default_rng(5)
    xy = CENTRE + rng.uniform(-0.95 * HALF_M, 0.95 * HALF_M, (200, 2))
    lonlat = british_grid().to_lonlat(xy)
    for width, height in ((1280, 900), (390, 800)):
        tab = open_page(html, width, height)
        views = [
            [float(lat), float(lon), 12 + n % 7]
            for n, (lon, lat) in enumerate(lonlat[:: 1 if width > 1000 else 5])
        ]
        bare = tab.page.evaluate(
            """(views) => {
              const map = cspMap.leaflet;
              map.setMinZoom(11);
              map.setMaxBounds(null);
              const station = () => [...document.querySelectorAll('.name-on-map.station')]
                .some(one => one.lastChild.style.visibility !== 'hidden');
              return views.filter(([lat, lon, zoom]) => {
                map.setView([lat, lon], zoom, { animate: false });
                return !csp_ground.names.length && !station();
              });
            }""",
            views,
        )
        assert bare == []
        tab.assert_quiet()


def test_names_lie_within_the_window_and_apart(open_page, inputs):
    inputs.ground = grid_town()
    page = open_page(inputs.page()).page
    page.evaluate("cspMap.leaflet.setZoom(16, { animate: false })")
    names = page.evaluate("csp_ground.names")
    size = page.evaluate("cspMap.leaflet.getSize()")
    assert len({one["text"] for one in names}) == len(names) > 3
    xy = np.array([(one["x"], one["y"]) for one in names])
    assert ((xy >= 0) & (xy <= [size["x"], size["y"]])).all()
    apart = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
    assert apart[np.triu_indices(len(xy), 1)].min() > 14


@pytest.mark.parametrize("text", HOSTILE[:6])
def test_hostile_names_are_ink(open_page, inputs, text):
    inputs.ground = grid_town(text)
    tab = open_page(inputs.page())
    tab.assert_quiet()


def test_the_same_page_for_the_same_ground_and_without_it_no_script():
    with_ground, without = Inputs(ground=grid_town()), Inputs()
    assert with_ground.page() == Inputs(ground=grid_town()).page()
    assert "var CspGround = L.Renderer.extend" in with_ground.page()
    assert "var CspGround = L.Renderer.extend" not in without.page()


def test_on_paper_streets_are_paths_and_names_are_text(open_page, inputs):
    """As many names as on the screen, where the streets lie, and gone afterwards."""
    inputs.ground = grid_town()
    page = open_page(inputs.page()).page
    paths, texts, names, left = page.evaluate(
        """() => {
          window.dispatchEvent(new Event('beforeprint'));
          const picture = document.querySelector('.leaflet-ground-pane svg');
          const lines = [...picture.querySelectorAll('path')];
          const paths = lines.map(one => one.getAttribute('d').length);
          const texts = [...picture.querySelectorAll('text')].map(one => one.textContent);
          const names = csp_ground.names.map(one => one.text);
          window.dispatchEvent(new Event('afterprint'));
          const left = document.querySelectorAll('.leaflet-ground-pane svg').length;
          return [paths, texts, names, left];
        }"""
    )
    assert len(paths) >= 6
    assert max(paths) > 500
    assert texts == names
    assert texts
    assert left == 0

"""Whatever is written into a file of settings: it is refused in a sentence, or it can be used."""

from __future__ import annotations

import copy
import datetime as dt
from datetime import date

import pytest
import tomlkit
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from csp_geo.core.errors import CspGeoError, SettingsError
from csp_geo.core.settings import read_settings
from csp_geo.decisions.havens.criteria import judge, read_profile
from csp_geo.decisions.opening import hours_of_week, read_assumed
from csp_geo.incidents.clean import clean
from csp_geo.inputs.read import read_reports
from csp_geo.inputs.source import source_from_file
from csp_geo.inputs.venues.venue_types import read_venue_types

FILES = {
    "csp_geo.toml": {
        "marking": "OFFICIAL",
        "public_marking": "",
        "quarantine_limit": 0.2,
        "border_m": 250.0,
        "draw_sensitive_points": False,
        "simulations": 99,
        "boundary_service": "https://example.org/rest/services",
        "clusters": {"eps": 100, "min_samples": 5},
        "feeds": {"offence": "police_uk"},
        "limits": {"rows": 1000, "columns": 100},
    },
    "source.toml": {
        "title": "Offences",
        "licence": "Open",
        "location_method": "exact",
        "location_accuracy_m": 20,
        "look_back_months": 0,
        "default_theme": "other",
        "header": ["a", "b"],
        "marks": ["a|b", "c"],
        "never": ["name"],
        "date_formats": ["%d/%m/%Y", "%d %b %Y %H:%M"],
        "crs": "EPSG:32630",
        "columns": {"date": ["when"], "easting": ["x"], "northing": ["y"]},
        "themes": {"robbery": ["mugging"], "theft": ["snatch"]},
    },
    "venue_types.toml": {
        "suitable": {"library": ["library", "amenity=library"], "shop": ["shop=*"]},
        "alcohol": {"pub": ["pub"]},
        "names": {"library": ["book"]},
    },
    "profile.toml": {
        "title": "Own",
        "must": ["phone"],
        "must_after_dark": ["staff"],
        "staff_min": 1,
        "weights": {"phone": 1, "cctv": 0.5},
        "approach": {"women": ["library"]},
        "approach_weight": 3,
    },
    "hours.toml": {"assumed_hours": {"pub": "Mo-Su 12:00-23:00", "library": "24/7"}},
}
SCALARS = st.one_of(
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.sampled_from([0, 1, -1, 10**12, 10**18, 99_999, 100_000]),
    st.floats(),
    st.text(st.characters(codec="utf-8"), max_size=20),
    st.sampled_from(["%s", "%d %d", "%Y-%m-%d", "(%d[%m*%Y", "%d%m%Y", "EPSG:2193", "EPSG:3857"]),
    st.sampled_from(["", " ", "\x1b[31m", "\u202e", "a" * 5000, "=", "*=*", "(", "library", "|"]),
    st.dates(),
    st.datetimes(timezones=st.sampled_from([None, dt.UTC])),
    st.times(),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text("abc \u200bé.", min_size=1, max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)


def places(values, path=()):
    """Yield where a value stands, in every depth."""
    for key, value in values.items() if isinstance(values, dict) else enumerate(values):
        yield (*path, key)
        if isinstance(value, dict | list):
            yield from places(value, (*path, key))


@st.composite
def spoilt(draw, name):
    """Return a valid file in which one to three values are others, or stand elsewhere."""
    values = copy.deepcopy(FILES[name])
    for _ in range(draw(st.integers(1, 3))):
        *above, last = draw(st.sampled_from(sorted(places(values), key=str)))
        inside = values
        for key in above:
            inside = inside[key]
        what = draw(st.sampled_from(["change", "change", "take", "more", "swap"]))
        if what == "take":
            del inside[last]
        elif what == "more" and isinstance(inside, dict):
            inside[draw(st.text("abcdeimnorst_", min_size=1, max_size=8))] = draw(VALUES)
        elif what == "swap":
            inside[last] = copy.deepcopy(draw(st.sampled_from([*FILES[name].values()])))
        else:
            inside[last] = draw(VALUES)
        if not values:
            break
    return tomlkit.dumps(values)


ANY_TIME = settings(
    max_examples=max(60, settings.default.max_examples),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def read(reader, folder, name, text):
    """Read a spoilt file: what it says, or `None` where it is refused in one sentence."""
    (folder / name).write_bytes(text.encode("utf-8"))
    found = said = None
    try:
        found = reader(folder / name)
    except SettingsError as error:
        said = str(error)
    assert found is not None or (name in said and len(said) < 900)
    return found


@ANY_TIME
@given(text=spoilt("csp_geo.toml"))
def test_settings(tmp_path, square, text):
    found = read(read_settings, tmp_path, "csp_geo.toml", text)
    if found is not None:
        use_reports(tmp_path, square, border_m=found.border_m)


@ANY_TIME
@given(text=spoilt("source.toml"))
def test_source(tmp_path, square, text):
    (tmp_path / "offence").mkdir(exist_ok=True)
    reader = lambda path: source_from_file(path, "offence")  # noqa: E731
    if read(reader, tmp_path / "offence", "source.toml", text) is not None:
        use_reports(tmp_path, square)


def use_reports(folder, area, **how):
    """Read and clean a small file by what lies in the folder; the data may be refused."""
    (folder / "offence").mkdir(exist_ok=True)
    lines = ["when,x,y,easting,northing,category,name,a,b,c"]
    lines += [f"1{n}/11/2021,54442{n},184321,544421,184321,mugging,Jo,1,2,3" for n in range(6)]
    lines += ["3 Nov 2021 10:00,0.08,51.53,,,snatch,,,,", ",,,,,,,,,", "x,x,x,x,x,x,x,x,x,x"]
    (folder / "offence" / "a.csv").write_text("\n".join(lines), encoding="utf-8")
    try:
        result = clean(read_reports(folder), area, key=b"0" * 64, **how)
    except CspGeoError:
        return
    assert result.counts["read"] == 8  # one of the nine is blank


@ANY_TIME
@given(text=spoilt("venue_types.toml"), word=st.text(max_size=12), name=st.text(max_size=12))
def test_venue_types(tmp_path, text, word, name):
    found = read(read_venue_types, tmp_path, "venue_types.toml", text)
    if found is not None:
        assert found.of(word, name) is None or found.of(word, name) in found.groups


@ANY_TIME
@given(text=spoilt("profile.toml"))
def test_profile(tmp_path, text):
    import pandas as pd

    found = read(read_profile, tmp_path, "profile.toml", text)
    if found is not None:
        answers = {"venue_type": ["library", "pub"], "phone": ["yes", "no"], "staff_min": [1, None]}
        judged = judge(pd.DataFrame(answers), found)
        assert judged["score"].between(0, 1.000001).all()
        assert found.cautions


@ANY_TIME
@given(text=spoilt("hours.toml"))
def test_assumed_hours(tmp_path, text):
    found = read(lambda path: read_assumed(path, FILES["hours.toml"]["assumed_hours"]), tmp_path,
                 "hours.toml", text)  # fmt: skip
    if found is not None:
        hours = hours_of_week(list(found.values()), date(2021, 11, 8))
        assert hours.table.shape == (len(found), 168)


@pytest.mark.parametrize("name", FILES)
def test_what_is_spoilt_was_good_before(tmp_path, name):
    """Else every mutation would be refused for another reason."""
    readers = {
        "csp_geo.toml": read_settings,
        "source.toml": lambda path: source_from_file(path, "offence"),
        "venue_types.toml": read_venue_types,
        "profile.toml": read_profile,
        "hours.toml": lambda path: read_assumed(path, {"pub", "library"}),
    }
    assert read(readers[name], tmp_path, name, tomlkit.dumps(FILES[name])) is not None

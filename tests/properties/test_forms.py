"""However a coordinate or a date is written, it comes back; however it is mixed, no row is lost."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from csp_geo.core.projection import british_grid
from csp_geo.inputs.areas.study_area import StudyArea
from csp_geo.inputs.when.dates import read_dates
from csp_geo.inputs.when.times import with_intervals
from csp_geo.inputs.where.coordinates import read_gridrefs
from csp_geo.inputs.where.locate import DEGREES, METRES, locate
from csp_geo.inputs.where.pairs import read_geometries

GRID = british_grid()
points = st.tuples(st.floats(544001, 545999), st.floats(184001, 184999))


def _angle(value: float, letters: str, digits: int) -> str:
    seconds = round(abs(value) * 3600, digits)
    degrees, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    letter = letters[value < 0]
    return f"{degrees:.0f}\u00b0{minutes:.0f}'{seconds:.{digits}f}\"{letter}"


def _spaced(value: float, letters: str) -> str:
    degrees, minutes = divmod(round(abs(value) * 60, 4), 60)
    return f"{degrees:.0f} {minutes:.4f} {letters[value < 0]}"


DEGREE_FORMS = (
    lambda v, _: f"{v:.6f}",
    lambda v, _: f"{v:.6f}".replace(".", ","),
    lambda v, letters: f"{abs(v):.6f} {letters[v < 0]}",
    lambda v, letters: f"{letters[v < 0]}{abs(v):.6f}",
    lambda v, letters: _angle(v, letters, 0),
    lambda v, letters: _angle(v, letters, 2),
    _spaced,
)
METRE_FORMS = (
    lambda v: f"{v:.1f}",
    lambda v: f"{v:,.1f}",
    lambda v: f"{v:.1f}".replace(".", ","),
)


@given(point=points, x_form=st.sampled_from(DEGREE_FORMS), y_form=st.sampled_from(DEGREE_FORMS))
def test_degrees_come_back_within_their_accuracy(point, x_form, y_form, square: StudyArea) -> None:
    ((x, y),) = GRID.to_lonlat([point]).tolist()
    texts = (pd.Series([text], dtype="str") for text in (x_form(x, "EW"), y_form(y, "NS")))
    (row,) = locate(*texts, DEGREES, GRID, square).itertuples()
    apart = np.hypot(row.x_m - point[0], row.y_m - point[1])
    assert apart <= max(row.coarse_m, 1.0)


@given(point=points, form=st.sampled_from(METRE_FORMS))
def test_metres_come_back(point, form, square: StudyArea) -> None:
    texts = (pd.Series([form(value)], dtype="str") for value in point)
    (row,) = locate(*texts, METRES, GRID, square).itertuples()
    assert np.hypot(row.x_m - point[0], row.y_m - point[1]) <= max(row.coarse_m, 0.1)


@given(
    easting=st.integers(0, 699_999),
    northing=st.integers(0, 1_299_999),
    digits=st.integers(0, 5),
    space=st.sampled_from(["", " "]),
    lower=st.booleans(),
)
def test_grid_references_come_back_within_their_square(
    easting, northing, digits, space, lower
) -> None:
    from osbng.bng_reference import BNGReference
    from osbng.indexing import xy_to_bng

    size = 10 ** (5 - digits)
    reference: BNGReference = xy_to_bng(easting, northing, size)
    text = space.join(reference.bng_ref_formatted.split())
    text = text.lower() if lower else text
    read, side = read_gridrefs(pd.Series([text], dtype="str"))
    assert side[0] == size
    assert abs(read[0] - (easting, northing)).max() <= size / 2


@given(x=st.floats(-8, 1.9), y=st.floats(49.8, 60.9), form=st.sampled_from(["wkt", "json"]))
def test_shapes_of_a_cell_come_back(x, y, form) -> None:
    text = f"POINT ({x:.6f} {y:.6f})"
    if form == "json":
        text = f'{{"type": "Point", "coordinates": [{x:.6f}, {y:.6f}]}}'
    read = read_geometries(pd.Series([text], dtype="str")).iloc[0]
    assert (float(read["x"]), float(read["y"])) == (round(x, 6), round(y, 6))


PAIRS = ("{}, {}", "{} {}", "({}, {})", "{};{}", "[{},{}]")


@given(
    column=st.lists(st.tuples(st.floats(-8, 1.9), st.floats(49.8, 60.9)), min_size=1),
    form=st.sampled_from(PAIRS),
    latitude_first=st.booleans(),
)
def test_pairs_of_a_cell_come_back(column, form, latitude_first) -> None:
    """In Great Britain the order shows; one form fits all of a column."""
    texts = [(f"{x:.6f}", f"{y:.6f}") for x, y in column]
    cells = [form.format(*(text[::-1] if latitude_first else text)) for text in texts]
    read = read_geometries(pd.Series(cells, dtype="str"))
    assert list(zip(read["x"], read["y"], strict=True)) == texts


FIRST = pd.Timestamp("1990-01-01")
moments = st.integers(0, 70 * 365 * 24 * 60).map(lambda minutes: FIRST + timedelta(minutes=minutes))
DATE_FORMS = (
    "%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%d %B %Y", "%d %b %Y", "%d-%b-%Y", "%a %d %b %Y",
    "%A %d %B %Y", "%B %d, %Y", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y",
)  # fmt: skip
TIME_FORMS = ("", " %H:%M", " %H:%M:%S", " %H.%M", " %I:%M %p", " %I:%M%p", " %I.%M%p", ", %H:%M")


@given(
    column=st.lists(
        st.tuples(moments, st.sampled_from(DATE_FORMS), st.sampled_from(TIME_FORMS)), min_size=1
    )
)
def test_dates_come_back(column) -> None:
    """Alone or mixed in one column: nothing here fits month-first only."""
    texts = [moment.strftime(day + clock) for moment, day, clock in column]
    dated = read_dates(pd.Series(texts, dtype="str"))
    for (moment, _, clock), at, precision in zip(column, dated.at, dated.precision, strict=True):
        expected = moment if clock else moment.replace(hour=0, minute=0)
        assert at == expected
        assert precision == ("minute" if clock else "day")


INTERVALS = ("{} - {}", "{} to {}", "{} \u2013 {}", "between {} and {}", "from {} until {}")


@given(
    ends=st.tuples(moments, moments).map(sorted),
    day=st.sampled_from([form for form in DATE_FORMS if form != "%Y%m%d"]),
    clock=st.sampled_from(TIME_FORMS),
    form=st.sampled_from(INTERVALS),
)
def test_both_ends_of_a_cell_come_back(ends, day, clock, form) -> None:
    first, last = (end.strftime(day + clock) for end in ends)
    rows = pd.DataFrame(
        {"date": [form.format(first, last)], "date_to": "", "time_to": ""}, dtype="str"
    )
    split = with_intervals(rows)
    assert split.iloc[0].tolist() == [first, last, ""]


cells = st.one_of(
    st.sampled_from(
        ["", "51.54 N", "0\u00b04'52\"E", "544,421", "184321", "544.421", "TQ 444 842", "n/a", "0"]
    ),
    st.text(max_size=8),
)


@given(table=st.lists(st.tuples(cells, cells), min_size=1, max_size=12))
def test_every_cell_is_placed_or_has_a_reason(table, square: StudyArea) -> None:
    x, y = (pd.Series([row[n] for row in table], dtype="str") for n in (0, 1))
    reasons = [
        "missing-coordinates", "unreadable-coordinates", "zero-coordinates", "wrong-crs",
        "swapped-coordinates", "outside-study-area", "location-too-coarse",
    ]  # fmt: skip
    for axes in (DEGREES, METRES):
        located = locate(x, y, axes, GRID, square)
        placed = np.isfinite(located["x_m"]) & np.isfinite(located["y_m"])
        assert (placed | located[reasons].any(axis=1)).all()

"""What may be shown of a report, and to whom: the one place that decides it.

A sensitive report is counted. Its point, an outline that it makes, its place and its words are not
shown, unless the partnership's own settings ask for points. What nobody has sorted is sensitive.
Every layer of a map or a file passes `let_through`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import numpy as np

from csp_geo.core.errors import SchemaError
from csp_geo.core.tables import FAMILIES, HOTSPOTS, PLACES, UNKNOWN, ZONES

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

_ON_A_WALL: Final = frozenset({"graffiti", "hate"})
"""Themes of the source graffiti whose site may be drawn though it is hate: on a wall, where no
victim lives. The words are never read."""
_AT_HOME: Final = frozenset({"domestic", "child", "honour", "slavery", UNKNOWN})


def may_be_drawn(incidents: pd.DataFrame, *, show_sensitive: bool = False) -> NDArray[np.bool_]:
    """Tell which incidents may stand on a map or in a layer as single points, ``(n,)`` bool.

    Parameters
    ----------
    incidents
        With the columns `source`, `theme` and `sensitive` of `tables.INCIDENTS`; an empty cell of
        the last counts as unknown.
    show_sensitive
        Whether the partnership's settings ask for the points of sensitive reports too.

    Raises
    ------
    SchemaError
        If there is no column `sensitive`.
    """
    if show_sensitive:
        return np.ones(len(incidents), dtype=np.bool_)
    kind = _kind_of(incidents)
    on_a_wall = (incidents["source"] == "graffiti") & incidents["theme"].isin(_ON_A_WALL)
    return np.asarray((kind == "") | ((kind == "hate") & on_a_wall), dtype=np.bool_)


def may_be_in_public(incidents: pd.DataFrame) -> NDArray[np.bool_]:
    """Tell which incidents do not point at a home by what makes them sensitive, ``(n,)`` bool."""
    return np.asarray(~_kind_of(incidents).isin(_AT_HOME), dtype=np.bool_)


def _kind_of(incidents: pd.DataFrame) -> pd.Series:
    if "sensitive" not in incidents.columns:
        raise SchemaError(
            "The incidents have no column 'sensitive', so nobody knows which may be shown. Make "
            "them with clean(), or add it: '' where a report is not sensitive."
        )
    return incidents["sensitive"].astype("object").fillna(UNKNOWN)


# --- layers -------------------------------------------------------------------------------------


class Audience(StrEnum):
    """Whom a page or file is made for."""

    OFFICER = "officer"
    COORDINATOR = "coordinator"
    PUBLIC = "public"


_STAFF: Final = frozenset({Audience.OFFICER, Audience.COORDINATOR})
_EVERYBODY: Final = frozenset(Audience)


@dataclass(frozen=True)
class Contents:
    """What the rows of a layer are: who may see them, and which of their columns may leave.

    `of_reports`: each row is a report, or one made of several, so it must be one that may be drawn.
    `only` is a column that must be true in every row.
    """

    audience: frozenset[Audience]
    columns: tuple[str, ...]
    of_reports: bool = False
    only: str = ""


LAYERS: Final[Mapping[str, Contents]] = {
    "wards": Contents(_EVERYBODY, ("ward_code", "ward_name")),
    "ward counts": Contents(_STAFF, ("ward_code", "ward_name", *FAMILIES)),
    "places": Contents(_EVERYBODY, PLACES.names),
    # all that is public of a Safe Haven but for its hours: they may be a sentence
    "havens": Contents(
        _EVERYBODY,
        ("name", "venue_type", "address", "postcode", "step_free", "last_checked"),
        only="counts_now",
    ),
    "zones": Contents(_STAFF, (*ZONES.names, "about")),
    "hotspots": Contents(_STAFF, (*HOTSPOTS.names, "look", "figure", "title")),
    # no reference, person, file, place text or category words; no weight, which leads to the pins
    # of one person
    "reports": Contents(
        frozenset({Audience.OFFICER}),
        (
            *("incident_id", "source", "theme", "sensitive", "family", "occurred", "occurred_to"),
            *("time_precision", "location_method", "location_accuracy_m", "ward_code"),
            *("ward_name", "flags"),
        ),
        of_reports=True,
    ),
    "demand": Contents(
        frozenset({Audience.OFFICER}),
        ("source", "family", "theme", "occurred", "occurred_to", "time_precision"),
        of_reports=True,
    ),
    "covered hotspots": Contents(
        frozenset({Audience.COORDINATOR}),
        ("hotspot_id", "name", "family", "rank", "demand", "before", "after"),
    ),
    "coverage": Contents(frozenset({Audience.COORDINATOR}), ("covered",)),
    "venues": Contents(
        frozenset({Audience.COORDINATOR}),
        ("name", "venue_type", "address", "opening_hours", "role", "order"),
    ),
}
"""What a layer may be of. `coverage` are places of demand without their reports, `venues` those of
a plan, whether or not they are asked."""
_OURS: Final = "key"
"""What csp_geo itself calls a row in a page."""


def let_through(
    name: str, table: gpd.GeoDataFrame, of: str, audience: Audience, *, show_sensitive: bool = False
) -> gpd.GeoDataFrame:
    """Return what an audience may see of a layer: every layer leaves by this gate.

    Parameters
    ----------
    name
        What the layer is called, for the message.
    table
        Its rows, with the columns that tell what may be shown of them.
    of
        What the rows are: a key of `LAYERS`.
    audience
        Whom the page or file is made for.
    show_sensitive
        Whether the partnership's settings ask for the points of sensitive reports too.

    Returns
    -------
    table
        All rows, with the columns that may leave, in the order of `LAYERS`, and the geometry.

    Raises
    ------
    SchemaError
        If the audience may not see such rows, or some of them: a bug, never the data.
    """
    known = LAYERS.get(of)
    if known is None or audience not in known.audience:
        raise SchemaError(f"The layer '{name}' ({of}) is not for the {audience}.")
    if known.of_reports and not may_be_drawn(table, show_sensitive=show_sensitive).all():
        raise SchemaError(f"The layer '{name}' holds sensitive reports, which are not drawn.")
    if known.only and not (known.only in table.columns and table[known.only].eq(True).all()):
        raise SchemaError(f"The layer '{name}' holds {of} that are not '{known.only}'.")
    geometry = str(table.geometry.name)
    columns = [own for own in (_OURS, *known.columns) if own in table.columns and own != geometry]
    return table[[*columns, geometry]]


_PROTECTED: Final = re.compile(
    r"\b(?:refuges?|sanctuary|safe ?house|(?<!bus )(?<!bike )(?<!cycle )shelter|womens"
    r"|women'?s (?:aid|centre|center|house|shelter|project|hub)|hostels?|bail|approved premises"
    r"|probation|halfway|clinics?|sexual health|gum|family planning|abortion|bpas|marie stopes|msi"
    r"|sarc|rape crisis|the havens?|havens? (?:clinic|centre)|solace|rehab|rehabilitation|detox"
    r"|methadone|needle exchange|drug (?:and alcohol )?service|cgl|turning point|mental health"
    r"|psychiatric|hospice|nursing home|care home|children'?s (?:home|centre)|foster|almshouse\w*"
    r"|supported living|sheltered housing|asylum|migrant|refugee|traveller\w*|gypsy|madras\w*"
    r"|pupil referral|special school|yeshiva|convent|mosque|synagogue|gurdwara|masjid|temple"
    r"|lgbt\w*|gay|sauna|massage|brothel|ymca|foyer|salvation army|mother and baby|crisis|perinatal"
    r"|women|children|accommodation|victims?|survivors?|marac|domestic|sexual|aids|hiv|hostel"
    r"|(?:girls|boys|deaf|blind|send?|muslim|islamic|jewish|catholic|hindu|sikh)'? "
    r"(?:\w+ )?(?:school|academy|college|primary|secondary|high)"
    r"|(?:school|academy|college) for (?:the )?(?:girls|boys|deaf|blind)\w*)\b",
    re.IGNORECASE,
)
"""Places that point at the people in them."""
_DOOR: Final = re.compile(
    r"\b(?:flat|apartment|apt|room|unit|plot|house no|no\.?) ?\d|^\d{1,4}[a-z]?,? ", re.IGNORECASE
)


def is_protected_place(name: str) -> bool:
    """Tell a name that no hotspot may have: a refuge, clinic or hostel, a school for one group."""
    return _PROTECTED.search(name.replace("\u2019", "'")) is not None


def may_name_a_hotspot(name: str) -> bool:
    """Tell whether a place may give a hotspot its name: neither a protected place nor a door."""
    return not (is_protected_place(name) or _DOOR.search(name))


# --- words and cells ----------------------------------------------------------------------------

FEWEST_ROWS: Final = 3
"""In how many rows a word that nobody has sorted must stand before it is written into a file."""
HIDDEN: Final = "(not shown)"
_WORD_LENGTH: Final = 40
_WORDS: Final = 4
_CODE: Final = re.compile(
    r"(?<![\w.])(?:\d{1,3}[A-Za-z]"
    r"|[sS](?:ec(?:tion)?)?[. ]{0,2}\d{1,3}[A-Za-z]{0,2})(?![\w.])"
)
"""The code of an offence, as in "Burglary 28A" or "s.5 Public Order"."""
_OF_A_PERSON: Final = re.compile(
    r"\b(?:mr|mrs|ms|miss|mx|dr|rev|pc|dc|sgt|victim|suspect|offender|nominal|witness|informant|"
    r"caller|subject|name|dob|born|nhs|tel|mob|flat)\b",
    re.IGNORECASE,
)


def reads_like_category(word: str) -> bool:
    """Tell a category from a sentence, a number or an address that somebody wrote."""
    return (
        len(word) <= _WORD_LENGTH
        and len(word.split()) <= _WORDS
        and "@" not in word
        and not _OF_A_PERSON.search(word)
        and not any(c.isdigit() for c in _CODE.sub("", word, count=1))
    )


def may_be_written(word: str, n_rows: int) -> bool:
    """Tell whether a category that nobody has sorted may stand in a file: it may be anybody's name.

    It must stand in three rows, hold no @ and no digits but those of the code of an offence.
    """
    return bool(word) and n_rows >= FEWEST_ROWS and reads_like_category(word)


def heading_as_shown(name: str) -> str:
    """Return the name of a column, unless it is a cell of a table that has lost its header."""
    return HIDDEN if "@" in name or _MANY_DIGITS.search(name) else name


_MANY_DIGITS: Final = re.compile(r"\d(?:[ ()-]{0,2}\d){4}")
_DEGREES: Final = r"[-+\u2212]?\d{1,3}(?:[.,]\d{1,15})?\u00b0?(?: ?[NSEWnsew])?"
_METRES: Final = r"-?(?:[1-9]\d{3,5}|1\d{6}|[1-9]\d{0,2}[, ]\d{3})(?:\.\d{1,6})?(?: ?[mM])?"
_NUMBER: Final = rf"(?:{_METRES}|{_DEGREES})"
_MINUTES: Final = (
    r"[-+]?\d{1,3} ?[\u00b0\u00bad] ?\d{1,2}(?:\.\d{1,8})? ?['\u2032\u2019m]"
    r"(?: ?\d{1,2}(?:\.\d{1,8})? ?(?:[\"\u2033\u201ds]|''))?(?: ?[NSEWnsew])?"
)
_ONE: Final = re.compile(rf"(?:{_NUMBER}|{_MINUTES})")
_GRID: Final = re.compile(r"[HJNOSThjnost][A-Za-z](?: ?\d{2,5} ?\d{2,5})?")
_SHAPE: Final = re.compile(
    rf"(?:SRID=\d{{1,6}};)?POINT ?(?:ZM?|M)? ?\( ?{_NUMBER}(?: {_NUMBER}){{1,3}} ?\)",
    re.IGNORECASE,
)
_MONTHS: Final = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}"
_WEEKDAY: Final = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6},? )?"
_DAY: Final = (
    rf"{_WEEKDAY}(?:\d{{1,4}}[-/. ]\d{{1,2}}[-/. ]\d{{1,4}}"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?[-/. ](?:of )?{_MONTHS}\.?,?[-/. ]\d{{2,4}}"
    rf"|{_MONTHS}[-/. ]\d{{1,2}}(?:st|nd|rd|th)?,?[-/. ]\d{{2,4}})"
)
_MONTH: Final = (
    rf"(?:{_MONTHS}[-/. ]\d{{2,4}}|\d{{4}}[-/.]\d{{1,2}}|\d{{1,2}}[-/.]\d{{4}}"
    r"|(?:19|20)\d{4}(?:\d\d)?|[2-5]\d{4}(?:\.\d{1,12})?|0)"
)
_CLOCK: Final = (
    r"(?:(?:T|,? (?:at )?)\d{1,2}(?:[:.]\d{1,2}){0,2}(?:\.\d{1,9})?(?: ?[ap]\.?m\.?)?"
    r"(?:Z|[+-]\d\d:?\d\d)?)?"
)
_WHEN: Final = rf"(?:w/[cebCEB] |week (?:commencing|beginning|ending) )?(?:{_DAY}|{_MONTH}){_CLOCK}"
_DATE: Final = re.compile(rf"{_WHEN}(?: ?(?:-|\u2013|to|until|and) ?{_WHEN})?", re.IGNORECASE)
_OF_BIRTH: Final = re.compile(
    r"(?<!\d)(?:1[0-8]\d\d|19\d\d|200\d)(?!\d)|^\d{1,2}[-/. ]\w{1,9}[-/. ][04-9]\d$"
)
"""A year before 2010: no report of today, and many people were born in it."""
_LONGEST_CELL: Final = 60
_SHOWN: Final = {
    "x": _ONE,
    "y": _ONE,
    "point": _ONE,
    "gridref": _GRID,
    "wkt": _SHAPE,
    "date": _DATE,
    "month": _DATE,
}
"""Fields whose cells quarantine.csv may show, and the shape that they must have."""
SHOWN_FIELDS: Final = tuple(_SHOWN)


def _halves(cell: str) -> list[tuple[str, ...]]:
    """Cut a cell that may hold two coordinates at each sign that may stand between them."""
    bare = cell.strip("() ")
    cuts = [at for at, sign in enumerate(bare) if sign in ",;/ "]
    return [(bare[:at].strip(), bare[at + 1 :].strip()) for at in cuts]


def cell_as_shown(field: str, cell: str) -> str:
    """Return a cell of a quarantined row where it has the shape that its column should hold.

    Any other may be a name, a telephone or NHS number or somebody's birthday that has slipped.
    """
    cell = cell.strip()
    if not cell:
        return ""
    parts = _halves(cell) if field == "point" else [(cell,)]
    fits = len(cell) <= _LONGEST_CELL and any(
        all(_SHOWN[field].fullmatch(part) for part in pair) for pair in parts
    )
    if fits and field in {"date", "month"} and _OF_BIRTH.search(cell):
        fits = False
    return cell if fits else HIDDEN

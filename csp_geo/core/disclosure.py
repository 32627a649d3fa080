"""What may be shown of a report, and to whom: the one place that decides it.

A sensitive report is counted. Its point, an outline that it makes, its place and its words are not
shown, unless the partnership's own settings ask for points. What nobody has sorted is sensitive.
Every layer of a map or a file passes `let_through`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import numpy as np

from csp_geo.core import tables
from csp_geo.core.errors import SchemaError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    import pandas as pd

    from csp_geo.core.arrays import Flags

_ON_A_WALL: Final = frozenset({"graffiti", "hate"})
"""Themes of the source graffiti whose site may be drawn though it is hate: on a wall, where no
victim lives. The words are never read."""
_AT_HOME: Final = frozenset({"domestic", "child", "honour", "slavery", tables.UNKNOWN})


def may_be_drawn(incidents: pd.DataFrame, *, show_sensitive: bool = False) -> Flags:
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


def may_be_in_public(incidents: pd.DataFrame) -> Flags:
    """Tell which incidents do not point at a home by what makes them sensitive, ``(n,)`` bool."""
    return np.asarray(~_kind_of(incidents).isin(_AT_HOME), dtype=np.bool_)


def _kind_of(incidents: pd.DataFrame) -> pd.Series:
    if "sensitive" not in incidents.columns:
        raise SchemaError(
            "The incidents have no column 'sensitive', so it is not known which may be shown. Make "
            "them with clean(), or add the column, with '' where a report is not sensitive."
        )
    return incidents["sensitive"].astype("object").fillna(tables.UNKNOWN)


# --- layers -------------------------------------------------------------------------------------


class Audience(StrEnum):
    """Whom a page or file is made for."""

    OFFICER = "officer"
    COORDINATOR = "coordinator"
    PUBLIC = "public"


_OFFICER: Final = frozenset({Audience.OFFICER})
_COORDINATOR: Final = frozenset({Audience.COORDINATOR})
_STAFF: Final = _OFFICER | _COORDINATOR
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
    "streets": Contents(_EVERYBODY, ("name", "class")),
    "railways": Contents(_EVERYBODY, ("name",)),
    "water": Contents(_EVERYBODY, ("name",)),
    "green": Contents(_EVERYBODY, ("name",)),
    "buildings": Contents(_EVERYBODY, ()),
    "wards": Contents(_EVERYBODY, ("ward_code", "ward_name")),
    "ward counts": Contents(_STAFF, tables.WARD_LAYER.names),
    "places": Contents(_EVERYBODY, tables.PLACES.names),
    "havens": Contents(_EVERYBODY, tables.HAVEN_LAYER.names, only="counts_now"),
    "directory": Contents(
        _EVERYBODY,
        (
            *tables.HAVEN_LAYER.names,
            *("opening_hours", "toilet", "accessible_toilet", "quiet_space", "languages"),
        ),
        only="counts_now",
    ),
    "zones": Contents(_STAFF, (*tables.ZONES.names, "about")),
    "hotspots": Contents(_STAFF, (*tables.HOTSPOTS.names, "look", "figure", "title")),
    "reports": Contents(
        frozenset({Audience.OFFICER}), tables.INCIDENT_LAYER.names, of_reports=True
    ),
    "demand": Contents(_OFFICER, tables.DEMAND_LAYER.names, of_reports=True),
    "covered hotspots": Contents(_COORDINATOR, tables.PLAN_HOTSPOTS.names),
    "coverage": Contents(_COORDINATOR, ("covered",)),
    "venues": Contents(_COORDINATOR, tables.PLAN_HAVENS.names),
}
"""What the rows of a layer may be. `coverage`: places of demand, without their reports. `venues`:
the venues of a plan, whether or not it says to approach them."""
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


def may_point_at_venues(audience: Audience) -> bool:
    """Tell whether a page may say of one venue that there is something to look up about it.

    What it is, such as a question to licensing, stands in for-the-coordinator.csv alone.
    """
    return audience in _COORDINATOR


_PROTECTED: Final = re.compile(
    r"\b(?:refuges?|sanctuary|safe ?house|(?<!bus )(?<!bike )(?<!cycle )shelter|womens\w*"
    r"|women s (?:aid|centre|center|house|shelter|project|hub)|woman s \w+"
    r"|hostels?|bail|approved premises"
    r"|probation|halfway|clinics?|sexual health|gum|family planning|abortion|bpas|marie stopes|msi"
    r"|sarc|rape crisis|the havens?|havens|haven (?:clinic|centre|whitechapel|camberwell)"
    r"|solace|rehab|rehabilitation|detox"
    r"|methadone|needle exchange|drug (?:and alcohol )?service|cgl|change grow live|turning point"
    r"|mental health|camhs|psychiatric|hospice|nursing home|care ?home|residential home"
    r"|child(?:ren)? ?s (?:home|centre)|foster|almshouse\w*"
    r"|supported living|supported housing|sheltered housing|asylum|migrant|refugee|traveller\w*"
    r"|gypsy|madras\w*|pupil referral|pru|special (?:needs|school|academy|college)"
    r"|send? (?:unit|school|centre|hub|base)|yeshiva|convent|mosque|synagogue|gurdwara"
    r"|masjid|temple|lgbt\w*|gay|sauna|massage|brothel|ymca|ywca|foyer|salvation army"
    r"|mother and baby|crisis"
    r"|perinatal|women|children|accommodation|victims?|survivors?|marac|domestic|sexual|aids|hiv"
    r"|(?:dv|da|domestic abuse|domestic violence|idva|isva) (?:service|unit|hub|project"
    r"|support|team)"
    r"|(?:girls?|boys?|deaf|blind|send?|muslim|islamic|jewish|catholic|hindu|sikh)(?: s)? "
    r"(?:\w+ )?(?:school|academy|college|primary|secondary|high|grammar)"
    r"|(?:school|academy|college) for (?:the )?(?:girls|boys|deaf|blind)\w*)\b",
    re.IGNORECASE,
)
"""Kinds of places that point at the people in them."""
_PROTECTED_TOO: Final = re.compile(
    r"\b(?:homeless\w*|st mungo\w*|crisis skylight|terrence higgins|tht|dean street|56 dean|spectra"
    r"|southall black sisters|ashiana|ashiyana|nia|refuge\w*|frauen\w*|maison des femmes|llety"
    r"|casa de la mujer|lloches|cymorth i ferched|hestia|jewish women\w*|karma nirvana"
    r"|latin american"
    r"|young offender\w*|youth offending|early help|contact centre|substance misuse|emmaus"
    r"|alcoholics|narcotics anonymous|food ?bank|positive east|claudia jones|kiran|prison"
    r"|learning disab\w*|autis\w*|eating disorder|mandir|synagog\w*|guru?dwara|islamic"
    r"|kingdom hall|roma|(?:whitechapel|camberwell|paddington) haven"
    r"|imkaan|iraqi and kurdish|ikwro|forward uk|rape|haven house|advance charity|nightstop"
    r"|centrepoint|night shelter|shelter housing|gender (?:identity|clinic))\b",
    re.IGNORECASE,
)
"""Services by name, and rarer kinds; of two patterns each is quick on the longest name."""
_HUMP: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_APOSTROPHE: Final = re.compile(r"['\u2019\u2018\u02bc`\u00b4]")
_NO_WORD: Final = re.compile(r"[\W_]+")
_SPACED: Final = re.compile(r"\b\w(?: \w)+\b")
"""Letters with spaces between them: "R e f u g e"."""
_DOOR: Final = re.compile(
    r"\b(?:flat|apartment|apt|room|unit|plot|house no|no\.?) ?\d|^\d{1,4}[a-z]?,? ", re.IGNORECASE
)


def is_protected_place(name: str) -> bool:
    """Tell whether a name is of a protected place: a refuge, clinic, hostel, school for one group.

    Accents, capitals, apostrophes, hyphens and spaces between letters do not matter.
    """
    even = unicodedata.normalize("NFKD", _HUMP.sub(" ", name))
    bare = _APOSTROPHE.sub(" ", "".join(c for c in even if not unicodedata.combining(c)))
    text = " ".join(_NO_WORD.sub(" ", bare).split())
    together = _SPACED.sub(lambda run: run[0].replace(" ", ""), text)
    forms = {text, together, text.replace(" s ", "s ")}
    return any(_PROTECTED.search(form) or _PROTECTED_TOO.search(form) for form in forms)


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
    word = unicodedata.normalize("NFKC", word)  # a wide @ or digit is one as well
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
    even = unicodedata.normalize("NFKC", name)
    return HIDDEN if "@" in even or _MANY_DIGITS.search(even) else name


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
    rf"(?:SRID=\d{{1,6}};)?POINT ?(?:ZM?|M)? ?\( ?{_NUMBER}(?: {_NUMBER}){{1,3}} ?\)", re.IGNORECASE
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
_DATE: Final = re.compile(
    rf"(?!\d{{9}}){_WHEN}(?: ?(?:-|\u2013|to|until|and) ?{_WHEN})?", re.IGNORECASE
)
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


def _halves(cell: str) -> list[tuple[str, str]]:
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
    parts: Sequence[tuple[str, ...]] = _halves(cell) if field == "point" else [(cell,)]
    fits = len(cell) <= _LONGEST_CELL and any(
        all(_SHOWN[field].fullmatch(part) for part in pair) for pair in parts
    )
    if fits and field in {"date", "month"} and _OF_BIRTH.search(cell):
        fits = False
    return cell if fits else HIDDEN


Box = tuple[float, float, float, float]
_GREAT_BRITAIN_DEGREES: Final = (-9.0, 49.0, 2.5, 61.5)
_GREAT_BRITAIN_KM: Final = (
    (0, 60, 60, 310),
    (60, 100, 150, 580),
    (100, 200, 150, 670),
    (200, 360, 150, 680),
    (360, 520, 200, 560),
    (520, 660, 90, 500),
    (660, 820, 30, 430),
    (820, 970, 30, 430),
    (970, 1230, 250, 490),
)
"""Bands of northing with the eastings between which there is land, in kilometres."""


def pair_as_shown(x: str, y: str, boxes: Sequence[Box] = ()) -> tuple[str, str]:
    """Return two coordinates as shown, or neither: halves of a telephone number lie nowhere.

    Parameters
    ----------
    x, y
        The cells as `cell_as_shown` gives them.
    boxes
        Around the study area: west, south, east and north, in metres of its grid and in degrees.
    """
    if not x or not y:
        return x, y
    hidden = HIDDEN in (x, y)
    if hidden or not _may_be_a_place(x, y, boxes):
        return HIDDEN, HIDDEN
    return x, y


def _may_be_a_place(x: str, y: str, boxes: Sequence[Box]) -> bool:
    """Tell two numbers that may be in Great Britain or near the study area, in any order."""
    try:
        pair = [float(_NO_NUMBER.sub("", cell)) for cell in (x, y)]
    except ValueError:
        return True  # degrees with minutes: no number of a person is written so
    return any(_lies_near(east, north, boxes) for east, north in (pair, pair[::-1]))


_NO_NUMBER: Final = re.compile(r"[\u00b0, NSEWMnsewm]")


def _lies_near(east: float, north: float, boxes: Sequence[Box]) -> bool:
    if (east, north) == (0, 0):
        return True
    for scale in (1, 1000):  # metres, or kilometres
        km = east * scale / 1000, north * scale / 1000
        if any(low <= km[1] < up and a <= km[0] <= b for low, up, a, b in _GREAT_BRITAIN_KM):
            return True
    every = (_GREAT_BRITAIN_DEGREES, *boxes)
    return any(w <= east <= e and s <= north <= n for w, s, e, n in every)


def point_as_shown(cell: str, boxes: Sequence[Box] = ()) -> str:
    """Return a cell of both coordinates, as `cell_as_shown` gives it, where it may be a place."""
    pairs = [pair for pair in _halves(cell) if all(map(_ONE.fullmatch, pair))]
    shown = not pairs or any(_may_be_a_place(*pair, boxes) for pair in pairs)
    return cell if shown else HIDDEN

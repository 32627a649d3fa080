"""Which column is what: by its name, else by the words of its heading and what its cells hold.

A name that a source lists comes first and stays. What is still missing is guessed, for reading only
where a word of the heading says it and the cells bear it out (or the cells can be nothing else);
`check --map`, where a person looks at every line, also offers a name that is merely similar, and
what the cells alone suggest.
"""

from __future__ import annotations

import difflib
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import islice
from typing import TYPE_CHECKING, Final

import pandas as pd

from csp_geo.core.disclosure import heading_as_shown
from csp_geo.core.wording import count, shortened
from csp_geo.inputs.fields import is_of_the_record
from csp_geo.inputs.files.looks import ColumnLook, Looks
from csp_geo.inputs.source import (
    BEGINS,
    ENDS,
    LOCATIONS,
    known_columns,
    match_columns,
    may_be,
    needs_of,
    plain,
)
from csp_geo.inputs.vocabulary import spelt
from csp_geo.inputs.when.parts import PARTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from csp_geo.inputs.files.table import RawTable
    from csp_geo.inputs.source import Source

_SAMPLE: Final = 2_000
"""Rows that are looked at."""
_NEAR: Final = 0.75
_HALF: Final = 0.5
_DAYS_OF_A_WEEK: Final = 7
_TELLING: Final = 30
_SERIALS: Final = (36_526, 55_000)
"""Days of 2000 to 2050 as Excel counts them."""
_YEARS: Final = (1990, 2100)
_RANGES: Final = {
    "year": _YEARS,
    "month": (1, 12),
    "day": (1, 31),
    "hour": (0, 24),
    "minute": (0, 59),
    "latitude": (-90, 90),
    "longitude": (-180, 180),
}
_FITS: Final = {
    "date": frozenset({"date"}),
    "date_to": frozenset({"date"}),
    "time": frozenset({"time"}),
    "time_to": frozenset({"time"}),
    "year": frozenset({"number"}),
    "month": frozenset({"date", "number"}),
    "day": frozenset({"number"}),
    "hour": frozenset({"number"}),
    "minute": frozenset({"number"}),
    "latitude": frozenset({"latitude", "longitude", "number"}),
    "longitude": frozenset({"longitude", "latitude", "number"}),
    "easting": frozenset({"metres", "number"}),
    "northing": frozenset({"metres", "number"}),
    "x": frozenset({"metres", "number", "longitude", "latitude"}),
    "y": frozenset({"metres", "number", "longitude", "latitude"}),
    "point": frozenset({"point"}),
    "gridref": frozenset({"gridref"}),
    "wkt": frozenset({"shape"}),
    "postcode": frozenset({"postcode", "postcodes"}),
    "category": frozenset({"words", "text"}),
    "place": frozenset({"words", "text", "postcodes"}),
    "reference": frozenset({"codes", "number", "metres"}),
    "person": frozenset({"codes", "number", "words", "text"}),
}
"""What a column must look like to be guessed as a field."""
_AXES: Final = (("latitude", "longitude"), ("northing", "easting"), ("y", "x"))
_AGAINST: Final = {"category": "what", **dict.fromkeys(PARTS, "when")}
"""Which words speak against a field, where it is not those of another place."""
_DATE: Final = frozenset({"date", "datetime", "when"})
_CLOCKS: Final = ("time", "date_to", "time_to")
_ALONE: Final = ("point", "wkt", "gridref", "postcode")
"""Fields that say where in one column, the surest first."""
_SURE_BY_CELLS: Final = frozenset({"point", "shape", "gridref"})
_BY_LOOK: Final = (
    ("date", "date"),
    ("time", "time"),
    ("latitude", "latitude"),
    ("longitude", "longitude"),
    ("point", "point"),
    ("gridref", "gridref"),
    ("shape", "wkt"),
)
"""What the cells alone suggest, where no word does."""
NAME: Final = "its name"
_WORDS: Final = "its words and cells"
_SIMILAR: Final = "a similar name"
_CELLS: Final = "what is in it"


@dataclass(frozen=True)
class Guess:
    """What one column may be: how it looks, the field (None: leave it out), and what tells so.

    `is_sure` tells the guesses that reading follows without asking anybody.
    """

    column: str
    look: ColumnLook
    field: str | None = None
    why: str = ""
    is_sure: bool = False


# --- words -------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _table() -> tuple[frozenset[str], dict[str, frozenset[str]], dict[str, frozenset[str]]]:
    """Return the words of an event, those of each field, and those that speak against one."""
    text = (files("csp_geo.inputs") / "sources" / "heading_words.toml").read_text("utf-8")
    words = tomllib.loads(text)
    own, against = (
        {name: frozenset(of) for name, of in words[key].items()} for key in ("field", "against")
    )
    return frozenset(words["event"]), own, against


@lru_cache(maxsize=1)
def _every_word() -> frozenset[str]:
    event, own, against = _table()
    return frozenset({"of", *BEGINS, *ENDS}).union(event, *own.values(), *against.values())


@lru_cache(maxsize=4096)
def words_of(heading: str) -> frozenset[str]:
    """Split a heading into words, also one without gaps: "OCCDATE", "cdatetime", "date_of_occ"."""
    return frozenset(part for word in spelt(heading).split() for part in _parts(word))


def _parts(word: str) -> tuple[str, ...]:
    """Take a long word apart where all its parts are words of headings, else leave it whole."""
    bare = word.rstrip("0123456789") or word
    known = _every_word()
    if bare in known or not 4 < len(bare) <= 40:  # noqa: PLR2004 - shorter is no two words
        return (bare,)
    ways: dict[int, tuple[str, ...]] = {0: ()}
    if bare[1:] == "datetime":
        return ("datetime",)
    for end in range(2, len(bare) + 1):
        for start in range(max(0, end - 16), end - 1):
            if start in ways and bare[start:end] in known:
                ways.setdefault(end, (*ways[start], bare[start:end]))
    return ways.get(len(bare), (bare,))


def _speaks_for(heading: str, field: str, header: Sequence[str], *, asked: bool) -> int:
    """Say how strongly the words of a heading speak for a field; 0 where they do not.

    What says the end of an interval is never its beginning, and a date of a report, a birth or an
    arrest is none of what happened.
    """
    event, own, against = _table()
    words = words_of(heading)
    if field not in {*_CLOCKS, "date"}:
        wrong = against[_AGAINST.get(field, "where")] | (ENDS if field in PARTS else frozenset())
        return (1 + bool(words & event)) * bool(words & own[field] and not words & wrong)
    of = field.removesuffix("_to")
    says = words & own[of] or (words & event and of == "date")
    is_end = bool(words & ENDS)
    if not says or is_end != field.endswith("_to") or words & against["when"]:
        return 0
    if is_of_the_record(heading, header, asked=asked):
        return 0
    return 1 + 2 * bool(words & event) + bool(words & _DATE)


# --- cells -------------------------------------------------------------------------------------


def _bears_out(look: ColumnLook, field: str) -> bool:
    """Tell whether cells look like a field."""
    if field in {"date", "date_to"} and look.kind == "metres":
        return _SERIALS[0] <= look.low and look.high <= _SERIALS[1]
    if look.kind not in _FITS[field]:
        return False
    low, high = _RANGES.get(field, (-float("inf"), float("inf")))
    if look.kind == "date" or look.low != look.low:
        return True
    return low <= look.low and look.high <= high


def _is_day_of_week(look: ColumnLook) -> bool:
    return look.high <= _DAYS_OF_A_WEEK and look.filled >= _TELLING


def _share_known(look: ColumnLook, source: Source) -> float:
    """Return the share of cells whose words stand in the source's lists of categories."""
    n = sum(n for word, n in look.different.items() if source.sort(word)[0] not in {None, "other"})
    return n / look.filled if look.filled else 0.0


# --- the guess ---------------------------------------------------------------------------------


class _Found:
    """What has been found so far: a field for a column, at most once each."""

    def __init__(self, looks: Mapping[str, ColumnLook], source: Source, *, by_place: bool) -> None:
        self.looks, self.source, self.by_place = looks, source, by_place
        self.header = list(looks)
        self.asked = source.family == "perception"
        self.dropped = {name for name in self.header if plain(name) in source.never}
        self.guesses: dict[str, tuple[str, str, bool]] = {
            column: (field, NAME, True)
            for column, field in known_columns(self.header, source).items()
        }

    @property
    def fields(self) -> set[str]:
        return {field for field, _, _ in self.guesses.values()}

    @property
    def open(self) -> list[str]:
        return [
            name for name in self.header if name not in self.guesses and name not in self.dropped
        ]

    @property
    def is_located(self) -> bool:
        alone = LOCATIONS | {"place"} if self.by_place else LOCATIONS
        return bool(self.fields & alone) or any(set(pair) <= self.fields for pair in _AXES)

    def take(self, column: str, field: str, why: str, *, sure: bool) -> None:
        self.guesses[column] = (field, why, sure)

    def by_words(self, field: str, among: Iterable[str] | None = None) -> list[str]:
        """Return the open columns whose words say a field and whose cells bear it out, best first.

        Of equal ones the column with most filled cells, then the first.
        """
        told = {
            name: score
            for name in (self.open if among is None else among)
            if (score := _speaks_for(name, field, self.header, asked=self.asked))
            and _bears_out(self.looks[name], field)
        }
        return sorted(told, key=lambda name: (-told[name], -self.looks[name].fits))


def guess_columns(
    looks: Mapping[str, ColumnLook],
    source: Source,
    *,
    loosely: bool = True,
    by_place: bool = False,
) -> list[Guess]:
    """Guess the field of each column: by its name, its words and cells, then (loosely) by either.

    A field is given to one column at most, and the end of an interval is never guessed as its
    beginning. Personal columns (reference, person) are never guessed by their cells.
    """
    found = _Found(looks, source, by_place=by_place)
    _find_when(found)
    _find_where(found)
    _find_what(found)
    if loosely:
        _find_similar(found)
        _find_by_cells(found)
    return [
        Guess(name, looks[name], *found.guesses[name])
        if name in found.guesses
        else Guess(name, looks[name], None, "dropped" if name in found.dropped else "")
        for name in (looks if loosely else found.guesses)
    ]


def _find_when(found: _Found) -> None:
    """Find the date, the parts of one, the time beside it, and the end of an interval."""
    named = next((name for name, one in found.guesses.items() if one[0] == "date"), None)
    if named is not None and _has_no_dates(found.looks[named]):
        better = found.by_words("date")
        if better:  # of two columns that could be the date, the one with dates in it
            del found.guesses[named]
            found.take(better[0], "date", _WORDS, sure=True)
    if not found.fields & {"date", "month"} or _is_half_a_date(found):
        if dates := found.by_words("date"):
            found.take(dates[0], "date", _WORDS, sure=True)
        else:
            _find_parts(found)
    if "date" in found.fields:
        for field in _CLOCKS:
            if field not in found.fields and (columns := found.by_words(field)):
                found.take(columns[0], field, _WORDS, sure=True)


def _has_no_dates(look: ColumnLook) -> bool:
    return look.kind in {"empty", "words", "text", "codes", "time", "number"}


def _is_half_a_date(found: _Found) -> bool:
    """Tell a month that is a number, which says nothing without its year."""
    month = next((name for name, one in found.guesses.items() if one[0] == "month"), None)
    return month is not None and found.looks[month].kind == "number" and "year" not in found.fields


def _find_parts(found: _Found) -> None:
    """Find year, month, day, hour and minute of one date: columns that share their other words."""
    own = _table()[1]
    named = {field: name for name, (field, _, _) in found.guesses.items() if field in PARTS}
    for year in [named["year"]] if "year" in named else found.by_words("year"):
        parts = {"year": year, **named}
        rest = words_of(year) - own["year"]
        for field in PARTS[1:]:
            alike = (name for name in found.by_words(field) if words_of(name) - own[field] == rest)
            column = next((name for name in alike if name not in parts.values()), None)
            if field not in parts and column is not None:
                parts[field] = column
        if "month" in parts:
            for field, column in parts.items():
                if column not in found.guesses:
                    found.take(column, field, _WORDS, sure=True)
            return


def _find_where(found: _Found) -> None:
    """Find a pair of coordinates whose headings differ in the axis alone, else one column."""
    if found.is_located:
        return
    own = _table()[1]
    for pair in _AXES:
        first, second = (
            [name for name, one in found.guesses.items() if one[0] == axis] + found.by_words(axis)
            for axis in pair
        )
        for north in first:
            rest = words_of(north) - own[pair[0]]
            east = next((one for one in second if words_of(one) - own[pair[1]] == rest), None)
            if east is not None and east != north:
                found.take(north, pair[0], _why(found, north), sure=True)
                found.take(east, pair[1], _why(found, east), sure=True)
                return
    places = [name for name, one in found.guesses.items() if one[0] in {"place", "gridref"}]
    for field in (*_ALONE, "place") if found.by_place else _ALONE:
        columns = found.by_words(field, [*found.open, *places]) or _only_by_cells(found, field)
        if columns:
            found.take(columns[0], field, _WORDS, sure=True)
            return


def _why(found: _Found, column: str) -> str:
    return NAME if column in found.guesses else _WORDS


def _only_by_cells(found: _Found, field: str) -> list[str]:
    """Return the columns whose cells can be nothing else, unless their words speak against it."""
    against = _table()[2]["where"]
    return [
        name
        for name in found.open
        if found.looks[name].kind in _SURE_BY_CELLS & _FITS[field] and not words_of(name) & against
    ]


def _find_what(found: _Found) -> None:
    """Find the category: few different words, most of them known, or told by a word of an event."""
    if "category" in found.fields:
        return
    event = _table()[0]
    share = {
        name: _share_known(found.looks[name], found.source) for name in found.by_words("category")
    }
    good = [
        name
        for name, known in share.items()
        if known >= _HALF or (known and words_of(name) & event and found.looks[name].different)
    ]
    if good:
        best = max(good, key=share.__getitem__)
        found.take(best, "category", _WORDS, sure=True)


def _find_similar(found: _Found) -> None:
    """Offer a name that is spelt much like one that a source lists, where the cells fit."""
    alike = [
        (difflib.SequenceMatcher(None, plain(column), word).ratio(), column, field)
        for column in found.open
        for field, words in found.source.columns.items()
        for word in words
        if len(word) > 1 and may_be(column, field)
    ]
    for closeness, column, field in sorted(alike, reverse=True):
        is_open = column in found.open and field not in found.fields
        if is_open and closeness >= _NEAR and found.looks[column].kind in _FITS.get(field, ()):
            found.take(column, field, _SIMILAR, sure=False)


def _find_by_cells(found: _Found) -> None:
    """Offer for what is still needed the columns whose cells look like it."""
    located = found.is_located
    for kind, field in _BY_LOOK:
        where = field in {"latitude", "longitude", "point", "gridref", "wkt"}
        if field in found.fields or (where and located):
            continue
        if field == "date" and "month" in found.fields:
            continue
        fitting = (name for name in found.open if found.looks[name].kind == kind)
        column = next((name for name in fitting if may_be(name, field)), None)
        if column is not None:
            found.take(column, field, _CELLS, sure=False)
    metres = [name for name in found.open if found.looks[name].kind == "metres"]
    if not located and len(metres) == 2 and not found.fields & {"easting", "northing"}:  # noqa: PLR2004
        found.take(metres[0], "easting", _CELLS, sure=False)
        found.take(metres[1], "northing", _CELLS, sure=False)
    if "category" not in found.fields:
        share = {name: _share_known(found.looks[name], found.source) for name in found.open}
        best = max(share, key=share.__getitem__, default=None)
        if best is not None and share[best]:
            look = found.looks[best]
            known = sum(found.source.sort(word)[0] is not None for word in look.different)
            why = f"its words: {known} of {len(look.different)} are known categories"
            found.take(best, "category", why, sure=False)


_FIELD_WORDS: Final = {
    "date_to": "end of the date",
    "time_to": "end of the time",
    "gridref": "grid reference",
    "wkt": "shape",
}
_CELLS_ARE: Final = {
    "date": "dates",
    "time": "times",
    "point": "points",
    "shape": "shapes",
    "gridref": "grid references",
    "postcode": "postcodes",
    "postcodes": "texts with a postcode",
    "words": "texts",
    "text": "texts",
}
"""How a field and what cells look like is called in a note."""


# --- reading -----------------------------------------------------------------------------------


def columns_of(
    raw: RawTable, source: Source, where: str, *, by_place: bool = False
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Match the columns of a table with fields, guessing what no name says.

    The first rows are looked at only where something is missing that a heading may name.

    Returns
    -------
    matched, notes
        Column name to field; what was guessed, and by what.

    Raises
    ------
    SourceError
        If a needed column (location, date, category) is missing all the same.
    """
    guesses: list[Guess] = []
    if _may_be_guessed(raw.header, source, by_place=by_place):
        looks = Looks(first_rows(raw), raw.header)
        guesses = guess_columns(looks, source, loosely=False, by_place=by_place)
    fields = {guess.column: guess.field for guess in guesses if guess.field}
    place = next((name for name in raw.header if _speaks_for(name, "place", (), asked=False)), None)
    matched = match_columns(
        raw.header, source, where, by_place=by_place, guessed=fields, place=place
    )
    notes = tuple(
        _say(guess, source) for guess in guesses if guess.why != NAME and guess.column in matched
    )
    return matched, notes


def first_rows(raw: RawTable) -> pd.DataFrame:
    """Return the rows of a table that are looked at."""
    empty = pd.DataFrame(columns=list(raw.header), dtype="str")
    return next(islice(raw.chunks, 1), empty).head(_SAMPLE)


def _may_be_guessed(header: Sequence[str], source: Source, *, by_place: bool) -> bool:
    """Tell whether anything is missing that the words of another column may say."""
    known = known_columns(header, source)
    fields, asked = set(known.values()), source.family == "perception"
    if needs_of(fields, source, by_place=by_place):
        return True
    others = [name for name in header if name not in known and plain(name) not in source.never]
    missing = [field for field in ("date", *_CLOCKS) if field == "date" or field not in fields]
    return "date" in fields and any(
        _speaks_for(name, field, header, asked=asked) for name in others for field in missing
    )


def _say(guess: Guess, source: Source) -> str:
    """Say what a column was read as, and what in it says so."""
    look = guess.look
    if guess.field == "category":
        known = round(_share_known(look, source) * look.filled)
        told = f"{known:,} of {count(look.filled, 'cell')} are known words"
    elif look.low == look.low:
        told = look.words
    else:
        told = f"{look.fits:,} of {count(look.filled, 'cell')} are {_CELLS_ARE[look.kind]}"
    field = _FIELD_WORDS.get(str(guess.field), guess.field)
    return f"'{shortened(heading_as_shown(guess.column))}' was read as the {field}: {told}"

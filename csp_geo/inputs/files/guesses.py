"""Which column is what: by its name, else by the words of its heading and what its cells hold.

A name that a source lists comes first and stays. What is still missing is guessed, for reading only
where a word of the heading says it and the cells bear it out (or the cells can be nothing else);
`check --map`, where a person looks at every line, also offers a name that is merely similar, and
what the cells alone suggest.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

import pandas as pd

from csp_geo.core.disclosure import heading_as_shown
from csp_geo.core.period import SHORT_MONTHS
from csp_geo.core.wording import count, shortened
from csp_geo.inputs.files.headings import (
    CLOCKS,
    OF_CODES,
    heading_words,
    how_late,
    names_a_reference,
    speaks_for,
    words_of,
)
from csp_geo.inputs.files.looks import YEARS, ColumnLook, Looks
from csp_geo.inputs.files.when_columns import find_when
from csp_geo.inputs.source import (
    LOCATIONS,
    Guessed,
    known_columns,
    match_columns,
    needs_of,
    plain,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from csp_geo.inputs.files.table import RawTable
    from csp_geo.inputs.source import Source

_SAMPLE: Final = 2_000
"""Rows that are looked at."""
_HALF: Final = 0.5
_SERIALS: Final = (36_526, 55_000)
"""Days of 2000 to 2050 as Excel counts them."""
_WHEN: Final = frozenset({"occurred", "committed", "happened", "happen", "on", "at", "from"})
_RANGES: Final = {
    "year": YEARS,
    "month": (1, 12),
    "day": (1, 31),
    "hour": (0, 24),
    "minute": (0, 59),
    "latitude": (-90, 90),
    "longitude": (-180, 180),
}
FITS: Final = {
    "date": frozenset({"date"}),
    "date_to": frozenset({"date"}),
    "time": frozenset({"time"}),
    "time_to": frozenset({"time"}),
    "year": frozenset({"number"}),
    "month": frozenset({"date", "number"}),
    "day": frozenset({"number"}),
    "hour": frozenset({"number", "time"}),
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
_ALONE: Final = ("point", "wkt", "gridref", "postcode")
"""Fields that say where in one column, the surest first."""
_SURE_BY_CELLS: Final = frozenset({"point", "shape", "gridref"})
_BARE: Final = frozenset({"category", "type", "reason", "theme", "classification"})
"""Names that may be of anything: how it was reported, who may see it."""
_OF_A_PLACE: Final = frozenset({"place", "location", "where", "when", "street", "road", "address"})
"""Words that a question about what happened there has as well."""
_ASKS: Final = frozenset({"how", "what", "why", "which", "feel"})
_MOSTLY: Final = 0.8
"""Share of known words from which a column is the category, whatever its heading."""
NAME: Final = "its name"
_WORDS: Final = "its words and cells"
_BY_HEADING: Final = "its heading"
_NO_NUMBERS: Final = frozenset({"date", "time", "empty"})


@dataclass(frozen=True)
class Guess:
    """What one column may be: how it looks, the field (None: leave it out), and what tells so."""

    column: str
    look: ColumnLook
    field: str | None = None
    why: str = ""


# --- cells -------------------------------------------------------------------------------------


def _bears_out(look: ColumnLook, field: str, name: str) -> bool:
    """Tell whether cells look like a field; numbers are dates only where the name says when.

    A number of an offence may begin with its day.
    """
    if field in {"date", "date_to"} and look.numbers_are:
        says_when = words_of(name) & (heading_words()[1]["date"] | _WHEN)
        return look.kind == "date" and bool(says_when)
    if field in {"date", "date_to"} and look.kind == "metres":
        return _SERIALS[0] <= look.low and look.high <= _SERIALS[1]
    if field in {"time", "time_to"} and (look.numbers_are == "times" or _are_fractions(look)):
        return True
    if look.kind not in FITS[field]:
        return field == "month" and _names_months(look)
    low, high = _RANGES.get(field, (-float("inf"), float("inf")))
    if look.kind == "date" or look.low != look.low:
        return True
    return low <= look.low and look.high <= high


def _names_months(look: ColumnLook) -> bool:
    """Tell a column of the names of months; in a short list each may stand once."""
    names = look.different
    return bool(names) and all(word[:3].casefold() in SHORT_MONTHS for word in names)


def _are_fractions(look: ColumnLook) -> bool:
    """Tell numbers of which each may be a fraction of a day, as Excel keeps times."""
    return look.kind in {"number", "longitude", "latitude"} and look.low >= 0 and look.high < 1


def share_known(look: ColumnLook, source: Source) -> float:
    """Return the share of cells whose words stand in the source's lists of categories."""
    n = sum(n for word, n in look.different.items() if source.sort(word)[0] not in {None, "other"})
    return n / look.filled if look.filled else 0.0


# --- the guess ---------------------------------------------------------------------------------


class Found:
    """What has been found so far: a field for a column, at most once each."""

    def __init__(self, looks: Mapping[str, ColumnLook], source: Source, *, by_place: bool) -> None:
        self.looks, self.source, self.by_place = looks, source, by_place
        self.header = list(looks)
        self.asked = source.family == "perception"
        self.dropped = {name for name in self.header if plain(name) in source.never}
        self.guesses: dict[str, tuple[str, str]] = {
            column: (field, NAME) for column, field in known_columns(self.header, source).items()
        }

    @property
    def fields(self) -> set[str]:
        """The fields that have a column."""
        return {field for field, _ in self.guesses.values()}

    @property
    def open(self) -> list[str]:
        """The columns that are nothing yet and may be something."""
        return [
            name for name in self.header if name not in self.guesses and name not in self.dropped
        ]

    @property
    def is_located(self) -> bool:
        """Whether the columns say where."""
        alone = LOCATIONS | {"place"} if self.by_place else LOCATIONS
        return bool(self.fields & alone) or any(set(pair) <= self.fields for pair in _AXES)

    def column_of(self, field: str) -> str | None:
        """Return the column of a field."""
        return next((name for name, one in self.guesses.items() if one[0] == field), None)

    def take(self, column: str, field: str, why: str = _WORDS) -> None:
        """Take a column as a field."""
        self.guesses[column] = (field, why)

    def guess_of(self, column: str) -> Guess:
        """Return what a column was found to be."""
        if column in self.guesses:
            return Guess(column, self.looks[column], *self.guesses[column])
        return Guess(column, self.looks[column], why="dropped" if column in self.dropped else "")

    def by_words(self, field: str, among: Iterable[str] | None = None) -> list[str]:
        """Return the open columns whose words say a field and whose cells bear it out, best first.

        Of equal ones the column with most filled cells, then the first.
        """
        told = {
            name: score
            for name in (self.open if among is None else among)
            if (score := speaks_for(name, field, self.header, asked=self.asked))
            and _bears_out(self.looks[name], field, name)
        }
        return sorted(told, key=lambda name: (-told[name], -self.looks[name].fits))


def find_columns(
    looks: Mapping[str, ColumnLook], source: Source, *, by_place: bool = False
) -> Found:
    """Find the field of each column: by its name, else by its words and its cells.

    A field is given to one column at most, and the end of an interval is never taken as its
    beginning. Who reported is never guessed, a reference by its heading alone.
    """
    found = Found(looks, source, by_place=by_place)
    _find_reference(found)
    find_when(found)
    _find_where(found)
    _find_what(found)
    return found


def _find_where(found: Found) -> None:
    """Find a pair of coordinates whose headings differ in the axis alone, else one column."""
    if found.is_located:
        return
    own = heading_words()[1]
    for pair in _AXES:
        first, second = (
            [name for name, one in found.guesses.items() if one[0] == axis] + found.by_words(axis)
            for axis in pair
        )
        for north in first:
            rest = words_of(north) - own[pair[0]]
            east = next((one for one in second if words_of(one) - own[pair[1]] == rest), None)
            if east is not None and east != north:
                found.take(north, pair[0], _why(found, north))
                found.take(east, pair[1], _why(found, east))
                return
    places = [name for name, one in found.guesses.items() if one[0] in {"place", "gridref"}]
    for field in (*_ALONE, "place") if found.by_place else _ALONE:
        columns = found.by_words(field, [*found.open, *places]) or _only_by_cells(found, field)
        if columns:
            found.take(columns[0], field)
            return


def _why(found: Found, column: str) -> str:
    return NAME if column in found.guesses else _WORDS


def _only_by_cells(found: Found, field: str) -> list[str]:
    """Return the columns whose cells can be nothing else, unless their words speak against it."""
    against = heading_words()[2]["where"]
    return [
        name
        for name in found.open
        if found.looks[name].kind in _SURE_BY_CELLS & FITS[field] and not words_of(name) & against
    ]


def _find_what(found: Found) -> None:
    """Find the category: few different words, most of them known, or told by a word of an event.

    What a call turned out to be goes before what it was opened as.
    """
    named = found.column_of("category")
    if named is not None and (
        "category" in found.source.named or share_known(found.looks[named], found.source)
    ):
        return
    told = found.by_words("category")
    share = {name: share_known(found.looks[name], found.source) for name in told}
    if named is None or plain(named) in _BARE:
        good = [name for name in told if _is_of_events(found.looks[name], name, share[name])]
    else:  # "Service Name" is the department where none of its words is known
        good = [name for name in told if share[name] >= _HALF]
    if not told and named is None:
        share = _known_words(found)
        good = [name for name, known in share.items() if known >= _MOSTLY]
    if good:
        best = max(good, key=lambda name: (how_late(name), share[name]))
        found.guesses.pop(named or "", None)
        found.take(best, "category")


def _is_of_events(look: ColumnLook, heading: str, known: float) -> bool:
    """Tell what is headed as a category by its cells; those of a foreign city need not be known."""
    if words_of(heading) & heading_words()[0]:
        return bool(known and look.different) or known >= _HALF or look.kind == "words"
    return known >= _HALF


def _find_reference(found: Found) -> None:
    """Find the source's own number, without which a status or a victim a row would count anew."""
    if "reference" not in found.fields:
        named = (name for name in found.open if names_a_reference(name))
        column = next((one for one in named if found.looks[one].kind not in _NO_NUMBERS), None)
        if column is not None:
            found.take(column, "reference", _BY_HEADING)


def _known_words(found: Found) -> dict[str, float]:
    """Return the share of known words in the columns whose headings do not speak against it.

    "Closing Code" is one: a code may be a word, and most cells must be.
    """
    against = heading_words()[2]["what"] - OF_CODES
    return {
        name: share_known(found.looks[name], found.source)
        for name in found.open
        if _bears_out(found.looks[name], "category", name)
        and not words_of(name) & (against - _OF_A_PLACE if words_of(name) & _ASKS else against)
    }


_FIELD_WORDS: Final = {
    "date_to": "end of the date",
    "time_to": "end of the time",
    "recorded": "date of the report",
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
        found = find_columns(looks, source, by_place=by_place)
        guesses = [found.guess_of(column) for column in found.guesses]
    place = next((name for name in raw.header if speaks_for(name, "place", (), asked=False)), None)
    guessed = Guessed(
        {guess.column: guess.field for guess in guesses if guess.field},
        place,
        frozenset(name for name in raw.header if words_of(name) & heading_words()[2]["when"]),
    )
    matched = match_columns(raw.header, source, where, by_place=by_place, guessed=guessed)
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
    needed = needs_of(fields, source, by_place=by_place)
    if needed or fields & {"year", "hour"} or "category" not in fields:
        return True
    others = [name for name in header if name not in known and plain(name) not in source.never]
    if "reference" not in fields and any(map(names_a_reference, others)):
        return True
    missing = [
        field for field in ("date", "year", "hour", *CLOCKS) if field not in fields - {"date"}
    ]
    missing += ["category"]
    return any(speaks_for(name, field, header, asked=asked) for name in others for field in missing)


def _say(guess: Guess, source: Source) -> str:
    """Say what a column was read as, and what in it says so."""
    look = guess.look
    if guess.why == _BY_HEADING:
        told = "its heading says so"
    elif guess.field == "category":
        known = round(share_known(look, source) * look.filled)
        told = f"{known:,} of {count(look.filled, 'cell')} are known words"
    elif look.low == look.low:  # not the numbers: they are where somebody was
        told = f"{look.fits:,} of {count(look.filled, 'cell')} are numbers in its range"
    else:
        told = f"{look.fits:,} of {count(look.filled, 'cell')} are {_CELLS_ARE[look.kind]}"
    field = _FIELD_WORDS.get(str(guess.field), guess.field)
    return f"'{shortened(heading_as_shown(guess.column))}' was read as the {field}: {told}"

"""What the program knows about each source: one small TOML each, in `sources/`.

A project may replace one by `data/reports/<source>/source.toml`.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from csp_geo.core.errors import SourceError
from csp_geo.core.tables import FAMILY_OF_SOURCE, SENSITIVE_THEMES, SOURCES, SYSTEMS, UNKNOWN
from csp_geo.core.toml import parse_toml, read_toml
from csp_geo.core.wording import shortened
from csp_geo.inputs.fields import FIELDS, WHEN, is_of_the_record
from csp_geo.inputs.source_check import check_source
from csp_geo.inputs.vocabulary import Vocabulary, make_vocabulary

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

_OR: Final = "|"
"""What separates the names, any of which makes one of the marks."""
_SHOWN: Final = 12
_NEAR: Final = 0.6
_EVENT: Final = re.compile(r"occur|incident|offence|offense|commit|crime|event")
"""What the name of a column has that is about what happened."""
_NO_LETTER: Final = re.compile(r"[\W_]+")
_DATA_LIKE: Final = re.compile(r"[-+]?\d[\d\s.,:/-]*")
_MONTH: Final = re.compile(
    r"(?:19|20)\d\d[-/ ]?(?:0[1-9]|1[0-2])|(?:0?[1-9]|1[0-2])[-/](?:19|20)\d\d"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[-/ ']{1,2}(?:\d\d)?\d\d",
    re.IGNORECASE,
)
"""How a column of counts of one month is headed."""
_IN_A_CELL: Final = re.compile(r"[;|\n]")
_IN_A_LIST: Final = re.compile(r"[;|,\n]")
"""What separates several categories in one cell; a comma does in a list such as ["a", "b"]."""
_PAIRS: Final = (("longitude", "latitude"), ("easting", "northing"), ("x", "y"))
_WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
BEGINS: Final = frozenset(
    "from start begin earliest von van vanaf desde debut début".split()  # noqa: SIM905
)
ENDS: Final = frozenset(
    "to end until till latest finish bis tot ende einde fin hasta".split()  # noqa: SIM905
)
"""What says the beginning and the end of an interval; "du" and "au" are left out, being short."""
_OF_BEGIN: Final = frozenset({"date", "time", "month"})
_OF_END: Final = frozenset({"date_to", "time_to"})
LOCATIONS: Final = frozenset({"point", "gridref", "wkt", "postcode"})
"""Fields that say where as well, in a column of their own."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """How files of one source are read.

    `columns` gives for each field the accepted column names, `themes` for each category word
    (plain: lower case, no spaces or punctuation) its theme. `look_back_months` 0 means the
    period itself. `default_theme` is that of a source with one theme, `theme_without_category` that
    of a file that has no column for it. `crs` names the CRS of easting and northing outside Great
    Britain. `named` are the fields that a project named itself: it means those where a file has
    several locations; `own_method` tells that it said itself how they are located.
    A file with exactly the columns `header`, or with one column of each of the `marks`, is
    recognised.
    Columns named in `never` are sensitive: nothing of them is kept, not even a digest.
    """

    feed: str
    title: str
    source: str
    columns: Mapping[str, tuple[str, ...]]
    themes: Mapping[str, str]
    vocabulary: Vocabulary
    header: tuple[str, ...] = ()
    marks: tuple[frozenset[str], ...] = ()
    never: frozenset[str] = frozenset()
    location_method: str = "exact"
    location_accuracy_m: float = 20.0
    look_back_months: int = 0
    default_theme: str | None = None
    theme_without_category: str | None = None
    licence: str = ""
    date_formats: tuple[str, ...] = ()
    crs: str | None = None
    named: frozenset[str] = frozenset()
    own_method: bool = False

    def sort(self, category: str, major: str = "") -> tuple[str | None, str]:
        """Return the theme of a category, `None` if nothing tells it, and what makes it sensitive.

        The class above it (`major`) tells the theme where the category does not: "Personal" in the
        class "Robbery" is robbery. A sensitive class makes all below it sensitive. Of several
        categories in one cell the first that is in a list counts, a sensitive one before others.
        """
        text = f"{category}; {major}" if major else category
        listed = [self._listed(cell) for cell in (category, major)]
        exact = listed[0] is not None and (not major or listed[1] is not None)
        known = sorted(filter(None, listed), key=lambda theme: theme == "other")
        theme = listed[1] if listed[1] in SENSITIVE_THEMES else next(iter(known), None)
        found, kind = self.vocabulary.sort(text, theme, exact=exact)
        on_a_wall = exact or found == "graffiti" or "graffiti" in plain(text)
        if self.source == "graffiti" and kind == "hate" and not on_a_wall:
            return found, UNKNOWN  # it may be what was done to somebody
        if self.source == "graffiti" and kind == "sexual" and listed[0] is None:
            return "graffiti", kind  # what is obscene there was drawn
        return found, kind

    def _listed(self, category: str) -> str | None:
        """Return the theme of words that stand in a list just so, or of the first part so."""
        if plain(category) in self.themes:
            return self.themes[plain(category)]
        separators = _IN_A_LIST if category.lstrip().startswith("[") else _IN_A_CELL
        parts = (plain(part) for part in separators.split(category))
        themes = [self.themes[part] for part in parts if part in self.themes]
        sensitive = [theme for theme in themes if theme in SENSITIVE_THEMES]
        return next(iter((*sensitive, *themes)), None)

    @property
    def family(self) -> str:
        """The family that the source is clustered in."""
        return FAMILY_OF_SOURCE[self.source]

    @property
    def look_back(self) -> str:
        """The look-back in words."""
        return f"{self.look_back_months} months" if self.look_back_months else "the period"


def plain(text: str) -> str:
    """Reduce text to its letters and digits in lower case, for comparing names."""
    return _NO_LETTER.sub("", str(text).casefold())


@lru_cache(maxsize=1)
def packaged_sources() -> Mapping[str, Source]:
    """Return the sources that come with csp_geo, by the name of their TOML."""
    folder = files("csp_geo.inputs") / "sources"
    common = tomllib.loads((folder / "common.toml").read_text(encoding="utf-8"))
    names = (*SYSTEMS, *SOURCES)
    return {
        name: _parse(
            tomllib.loads((folder / f"{name}.toml").read_text(encoding="utf-8")), name, common
        )
        for name in names
    }


def source_from_file(path: Path, source: str) -> Source:
    """Read a project's own `source.toml`; what it does not say is taken from the packaged one."""
    where = f"{source}/{path.name}"
    return _over_packaged(read_toml(path, where), source, where)


def source_from_text(text: str, source: str, where: str) -> Source:
    """Read the text of a project's own `source.toml`; `where` is how messages name it."""
    return _over_packaged(parse_toml(text, where), source, where)


def _over_packaged(own: Mapping[str, Any], source: str, where: str) -> Source:
    check_source(own, source, where, plain)
    folder = files("csp_geo.inputs") / "sources"
    common = tomllib.loads((folder / "common.toml").read_text(encoding="utf-8"))
    base = tomllib.loads((folder / f"{source}.toml").read_text(encoding="utf-8"))
    merged = {**base, **own, "source": source}
    for table in ("columns", "themes", "sensitive"):
        merged[table] = {**base.get(table, {}), **own.get(table, {})}
    return replace(
        _parse(merged, source, common),
        named=frozenset(own.get("columns", {})),
        own_method="location_method" in own,
    )


def _parse(values: Mapping[str, Any], feed: str, common: Mapping[str, Any]) -> Source:
    tables = {"columns", "themes", "sensitive"}
    rest = {key: value for key, value in values.items() if key not in tables}
    for key in ("header", "date_formats"):
        if key in rest:
            rest[key] = tuple(rest[key])
    rest["marks"] = tuple(
        frozenset(map(plain, either.split(_OR))) for either in rest.get("marks", ())
    )
    rest["never"] = frozenset(plain(name) for name in rest.get("never", ()))
    return Source(
        feed=feed,
        columns=_merge_columns(values.get("columns", {}), common["columns"]),
        themes={**_words(common["themes"]), **_words(values.get("themes", {}))},
        vocabulary=make_vocabulary(
            (*_phrases(common["themes"]), *_phrases(values.get("themes", {}))),
            values.get("sensitive", {}),
        ),
        **rest,
    )


def _merge_columns(
    own: Mapping[str, Sequence[str]], common: Mapping[str, Sequence[str]]
) -> dict[str, tuple[str, ...]]:
    return {
        name: tuple(
            dict.fromkeys(plain(word) for word in (*own.get(name, ()), *common.get(name, ())))
        )
        for name in FIELDS
        if own.get(name) or common.get(name)
    }


def _words(themes: Mapping[str, Sequence[str]]) -> dict[str, str]:
    return {plain(word): theme for word, theme in _phrases(themes) if word[-1:] != "*"}


def _phrases(themes: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    return [(word, theme) for theme, words in themes.items() for word in (theme, *words)]


def recognise(
    header: Sequence[str],
    sources: Mapping[str, Source],
    folder: Source | None = None,
    in_cells: Collection[str] = (),
) -> Source | None:
    """Return the source of a file: by its exact header, by telling columns, by its folder.

    Telling columns decide only where the folder does not say otherwise and the project has not
    named the columns itself. `in_cells` are marks that were found in cells.
    """
    exact = tuple(name.strip() for name in header)
    for source in sources.values():
        if source.header and exact == source.header:
            return source
    names = {plain(name) for name in (*header, *in_cells)}
    for source in sources.values():
        own = folder is None or (folder.source == source.source and not folder.named)
        if own and source.marks and all(names & either for either in source.marks):
            return source
    return folder


@dataclass(frozen=True)
class Guessed:
    """What the words of a header say beyond the names that are known.

    `fields` is column name to field, `place` a column that says where in words, and `other_dates`
    are those of a report, a birth or an arrest.
    """

    fields: Mapping[str, str] = field(default_factory=dict)
    place: str | None = None
    other_dates: frozenset[str] = frozenset()


def match_columns(
    header: Sequence[str],
    source: Source,
    where: str,
    *,
    by_place: bool = False,
    guessed: Guessed | None = None,
) -> dict[str, str]:
    """Match a header with the fields that a source needs.

    With `by_place` the name of a place is enough of a location, because a gazetteer knows where
    places are. `guessed` says what the columns are, where their names alone do not.

    Returns
    -------
    matched
        Column name to field, each column and field at most once.

    Raises
    ------
    SourceError
        If a needed column (location, date, category) is missing; names the nearest spelling.
    """
    guessed = guessed or Guessed()
    matched = dict(guessed.fields or known_columns(header, source))
    found = set(matched.values())
    if missing := needs_of(found, source, by_place=by_place):
        near = {
            needed: [
                name
                for name in header
                if name not in matched
                and may_be(name, needed)
                and not (needed == "date" and name in guessed.other_dates)
            ]
            for needed in missing
        }
        raise _missing_columns(missing, header, near, where, guessed.place)
    pairs = coordinate_pairs(found, source)
    unused = {name for other in _PAIRS if other not in pairs for name in other}
    unused |= _unused_parts(found) | ({"recorded"} if found & {"date", "month"} else set())
    return {column: name for column, name in matched.items() if name not in unused}


def needs_of(
    found: Collection[str], source: Source, *, by_place: bool = False
) -> dict[str, Sequence[str]]:
    """Return the needed fields (location, date, category) that are missing, with their names."""
    found = set(found)
    instead = LOCATIONS | {"place"} if by_place else LOCATIONS
    located = coordinate_pairs(found, source) or found & instead
    missing: dict[str, Sequence[str]] = {} if located else _missing_location(found, source)
    if not found & {"date", "month", "recorded"}:
        missing["date"] = source.columns["date"]
    if "category" not in found and not (source.default_theme or source.theme_without_category):
        missing["category"] = source.columns["category"]
    return missing


def _unused_parts(found: Collection[str]) -> frozenset[str]:
    """Return the parts of a date that are not read, where it is whole or lacks year or month.

    An hour is read beside a whole date that has no time, a minute beside an hour.
    """
    if {"year", "month"} <= set(found) and "date" not in found:
        return frozenset()
    hour = "date" in found and "time" not in found and "hour" in found
    return frozenset({"year", "day"} if hour else {"year", "day", "hour", "minute"})


def coordinate_pairs(found: Collection[str], source: Source) -> list[tuple[str, str]]:
    """Return the whole pairs of coordinates that are read: one, or degrees and metres.

    The first is the one that the project named, else degrees; the second is for the rows that lack
    the first. Unnamed x and y may be either, so they stand alone or not at all.
    """
    whole = [pair for pair in _PAIRS if set(pair) <= set(found)]
    whole.sort(key=lambda pair: not set(pair) <= source.named)
    return whole[: 1 if ("x", "y") in whole[:2] else 2]


def may_be(column: str, field: str) -> bool:
    """Tell whether a column may be guessed as a field; the end of an interval is not a beginning.

    "Committed To Date" is spelt much like "committed date": read as the date, it would move every
    offence of a night to the morning after.
    """
    words = {word.casefold() for word in _WORD.findall(column)}
    if field in _OF_BEGIN:
        return not words & ENDS
    return field not in _OF_END or not words & BEGINS


def known_columns(header: Sequence[str], source: Source) -> dict[str, str]:
    """Return the columns whose names the source knows, with their fields; none that it drops.

    A column that says when a report was made is never read as when something happened. Where no
    other date stands in the file it is `recorded`. "Incident date" goes before "Date", which may be
    the day of the list.
    """
    by_plain: dict[str, str] = {}
    for name in header:
        if plain(name) not in source.never:
            by_plain.setdefault(plain(name), name)
    asked = source.family == "perception"
    matched: dict[str, str] = {}
    recorded: list[str] = []
    for name, words in source.columns.items():
        columns = [by_plain[word] for word in words if word in by_plain]
        if name in WHEN:
            written = [one for one in columns if is_of_the_record(one, header, asked=asked)]
            recorded += written if name == "date" else []
            columns = [one for one in columns if one not in written]
        columns.sort(key=lambda one: name in WHEN and not _EVENT.search(plain(one)))
        column = next((column for column in columns if column not in matched), None)
        if column is not None:
            matched[column] = name
    return _with_recorded(matched, recorded)


def _with_recorded(matched: dict[str, str], recorded: Sequence[str]) -> dict[str, str]:
    """Give the field `recorded` to one column, where no other says when; else to none."""
    if {"date", "month"} & set(matched.values()):
        return {column: name for column, name in matched.items() if name != "recorded"}
    if recorded and "recorded" not in matched.values():
        column = next((one for one in recorded if one not in matched), None)
        return matched if column is None else {**matched, column: "recorded"}
    return matched


def _missing_location(found: set[str], source: Source) -> dict[str, Sequence[str]]:
    """Return what is missing: the other half of a pair that is half there, else any location."""
    for pair in _PAIRS:
        for half, other in (pair, pair[::-1]):
            if half in found:
                return {other: source.columns[other]}
    words = [word for pair in _PAIRS[:2] for name in pair for word in source.columns[name]]
    return {"location (latitude and longitude, or easting and northing)": tuple(words)}


def _missing_columns(
    missing: Mapping[str, Sequence[str]],
    header: Sequence[str],
    near: Mapping[str, Sequence[str]],
    where: str,
    place: str | None,
) -> SourceError:
    months = [name.strip() for name in header if _MONTH.fullmatch(name.strip())]
    if len(months) > 1 and any(needed.startswith("location") for needed in missing):
        return SourceError(
            f"{where}: it holds counts by month (columns {months[0]} to {months[-1]}) and no "
            "places. Ask for one row for each report, with its date and place."
        )
    if any(_DATA_LIKE.fullmatch(name.strip()) for name in header):
        return SourceError(
            f"{where}: its first row looks like data, not like a header. Put the names of the "
            "columns into the first row."
        )
    wanted = " and the ".join(
        f"{needed}{_closest(near[needed], words)}" for needed, words in missing.items()
    )
    in_words = ""
    if place is not None and any(needed.startswith("location") for needed in missing):
        in_words = (
            f" '{shortened(place)}' says where in words: list the places with their coordinates in "
            "data/context/gazetteer.csv."
        )
    shown = ", ".join(map(shortened, header[:_SHOWN])) + (", ..." if len(header) > _SHOWN else "")
    return SourceError(
        f"{where}: no column was found for the {wanted}. Columns: {shown or 'none'}.{in_words} "
        "Rename the column, or say which it is: csp-geo check FILE --map."
    )


def _closest(names: Sequence[str], words: Sequence[str]) -> str:
    """Name the column that is spelt most like one of the words, where one comes near."""
    closeness = {
        name: max(difflib.SequenceMatcher(None, plain(name), word).ratio() for word in words)
        for name in names
    }
    best = max(closeness, key=closeness.__getitem__, default=None)
    if best is None or closeness[best] <= _NEAR:
        return ""
    return f" (closest: '{shortened(best)}')"

"""Which column of a layer of wards holds their codes and which their names, by heading and cells.

Headings are weighed with what the cells hold. A ward's code is short and differs from shape to
shape; its name has letters; the size of a shape and the number of its row are neither. What was
decided is said, unless the headings are those of the Office for National Statistics and its like.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from csp_geo.core.errors import BoundaryError
from csp_geo.core.wording import shortened
from csp_geo.inputs.areas.ward_cells import WORDS, WardColumn, texts_of
from csp_geo.inputs.source import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import geopandas as gpd

FIELDS: Final[Mapping[str, str]] = {
    "code": "the code or number of the ward",
    "name": "the name of the ward",
}
"""What is needed of a layer of wards."""
_KNOWN: Final[Mapping[str, tuple[re.Pattern[str], ...]]] = {
    "code": tuple(map(re.compile, (r"wd\d\dcd", "gsscode", "wardcode", "wdcd", "code"))),
    "name": tuple(map(re.compile, (r"wd\d\dnm", "wardname", "wdnm", "name"))),
}
"""Headings that need no other evidence, the best first; the last says the least."""
_SHOWN: Final = 12
_HEADING: Final = "by its heading"
_TOLD: Final = "as columns.toml says"


@dataclass(frozen=True)
class _Found:
    """A column that may be a field: how well it fits, and why."""

    column: WardColumn
    points: int
    why: str


def _known(column: WardColumn, name: str) -> int | None:
    """Return the place of a heading among those that need no other evidence."""
    places = enumerate(_KNOWN[name])
    return next((at for at, word in places if word.fullmatch(plain(column.heading))), None)


def _by_known_heading(column: WardColumn, name: str) -> _Found | None:
    """Return a column headed as the wards of official layers are; "code" and "name" say less."""
    at = _known(column, name)
    if at is None or at + 1 == len(_KNOWN[name]) or not column.n_different:
        return None
    return _Found(column, 100 - at, _HEADING)


def _as_code(column: WardColumn, others: Sequence[WardColumn]) -> _Found | None:
    """Weigh a column as the code of the wards, the strongest evidence first."""
    if found := _by_known_heading(column, "code"):
        return found
    if not column.distinguishes:
        return None
    once, at = column.is_one_per_shape, _known(column, "code")
    if column.is_gss and once:
        return _Found(column, 90, "official codes, one for each shape")
    if at is not None:
        return _Found(column, 80 if once else 55, _HEADING)
    found = _code_by_words(column) if _may_be_code(column, others) else None
    lower = 15 * bool(column.words & WORDS["above"]) + 15 * (not once)
    return None if found is None else _Found(column, found.points - lower, found.why)


def _may_be_code(column: WardColumn, others: Sequence[WardColumn]) -> bool:
    """Tell cells that could be codes: short, filled, each with one shape or with one name."""
    is_code = column.is_whole and column.is_short and not column.is_row
    return is_code and (column.is_one_per_shape or _has_own_names(column, others))


def _code_by_words(column: WardColumn) -> _Found | None:
    """Weigh cells that could be codes by the words of their heading, else by their pattern."""
    words = column.words
    several = len(column.texts) > 1  # of one shape every column is unlike all others
    is_id = several and (column.last == "id" or plain(column.heading).endswith("id"))
    kind = "numbers" if column.is_number else "codes"
    evidence = (
        (words & WORDS["code"] and not words & WORDS["person"], 70, f"{_HEADING} and its {kind}"),
        (
            column.is_area_alone and (column.is_number or column.is_patterned),
            45,
            f"{kind}, different from ward to ward",
        ),
        (is_id, 40, f"{kind}, different from ward to ward"),
        (several and column.is_patterned, 25, "codes of one pattern, different from ward to ward"),
    )
    return next((_Found(column, points, why) for holds, points, why in evidence if holds), None)


def _has_own_names(column: WardColumn, others: Sequence[WardColumn]) -> bool:
    """Tell codes that repeat because a ward has several parts: each has a name of its own."""
    return any(
        other.is_text and other.n_different == column.n_different == _n_pairs(column, other)
        for other in others
        if other is not column
    )


def _n_pairs(one: WardColumn, two: WardColumn) -> int:
    return len(set(zip(one.texts, two.texts, strict=True)))


def _as_name(column: WardColumn, code: WardColumn | None) -> _Found | None:
    """Weigh a column as the name of the wards, the strongest evidence first."""
    if found := _by_known_heading(column, "name"):
        return found
    is_one = code is not None and code.n_different == 1  # a ward that is given in parts
    if column is code or not (column.distinguishes or (is_one and column.n_different)):
        return None
    if _known(column, "name") is not None:
        return _Found(column, 35 if column.is_number else 80, _HEADING)
    return _name_by_words(column, code) if _may_be_name(column, code) else None


def _may_be_name(column: WardColumn, code: WardColumn | None) -> bool:
    """Tell cells that could be names: words, one name for each code, and nobody's own."""
    if column.is_row or column.is_gss or not column.is_text or column.words & WORDS["person"]:
        return False
    return code is None or _n_pairs(code, column) == code.n_different


def _name_by_words(column: WardColumn, code: WardColumn | None) -> _Found | None:
    """Weigh cells that could be names by the words of their heading."""
    words = column.words
    shared = code is not None and column.n_different <= code.n_different / 2
    named = words & WORDS["name"] or plain(column.heading).endswith("name")
    alone = len(column.texts) > 1 and column.is_one_per_shape and not words & WORDS["code"]
    evidence = (
        (named, 70 + bool(words & WORDS["area"]), _HEADING),
        (words & WORDS["area"] and not shared, 60, "words under the heading of an area"),
        (alone, 30, "words, different for each shape"),
    )
    lower = 25 * bool(words & WORDS["above"]) + 30 * shared
    return next(
        (_Found(column, points - lower, why) for holds, points, why in evidence if holds), None
    )


@dataclass(frozen=True)
class WardColumns:
    """Which columns hold the codes and names, `None` where none does; `notes` say why."""

    code: str | None
    name: str | None
    notes: tuple[str, ...] = ()

    @property
    def matched(self) -> dict[str, str]:
        """Column to what it was read as."""
        pairs = ((self.code, "ward code"), (self.name, "ward name"))
        return {column: words for column, words in pairs if column is not None}


def ward_columns(
    layer: gpd.GeoDataFrame, file_name: str, own: Mapping[str, tuple[str, ...]] | None = None
) -> WardColumns:
    """Find the columns of a layer of polygons that hold the ward's code and its name.

    Parameters
    ----------
    layer
        Only features that have an area: of each others the cells say nothing about wards.
    own
        Field ("code", "name") to the headings that somebody said; an empty tuple means that no
        column holds it.

    Raises
    ------
    BoundaryError
        If several shapes have neither a code nor a name.
    """
    own = own or {}
    shapes = np.asarray(layer.geometry.array, dtype=object)
    columns = [
        WardColumn(str(name), texts_of(layer[name]), shapes)
        for name in layer.columns
        if name != layer.geometry.name
    ]
    codes = _told(columns, own, "code")
    if codes is None:
        free = [one for one in columns if plain(one.heading) not in _said_elsewhere(own, "code")]
        codes = _ranked(_as_code(one, columns) for one in free)
    code = codes[0].column if codes else None
    names = _told(columns, own, "name")
    if names is None:
        free = [one for one in columns if plain(one.heading) not in _said_elsewhere(own, "name")]
        names = _ranked(_as_name(one, code) for one in free)
    if not codes and not names and len(layer) > 1:
        raise _nothing_found(columns, file_name)
    return WardColumns(
        code.heading if code else None,
        names[0].column.heading if names else None,
        _notes(codes, names, file_name),
    )


def _said_elsewhere(own: Mapping[str, tuple[str, ...]], name: str) -> set[str]:
    return {plain(word) for other, words in own.items() if other != name for word in words}


def _told(
    columns: Sequence[WardColumn], own: Mapping[str, tuple[str, ...]], name: str
) -> list[_Found] | None:
    """Return the column that somebody named, [] where none holds the field, `None` if unsaid."""
    if name not in own:
        return None
    if not own[name]:
        return []
    by_plain = {plain(column.heading): column for column in columns}
    found = next((by_plain[plain(word)] for word in own[name] if plain(word) in by_plain), None)
    return None if found is None else [_Found(found, 1000, _TOLD)]


def _ranked(found: Iterable[_Found | None]) -> list[_Found]:
    """Return what fits, the best first; of equal ones the first of the file."""
    return sorted((one for one in found if one is not None), key=lambda one: -one.points)


def _notes(codes: list[_Found], names: list[_Found], file_name: str) -> tuple[str, ...]:
    """Say which columns were taken, unless the headings leave no doubt."""
    code, name = (next(iter(found), None) for found in (codes, names))
    if code is None and name is None:
        return ()
    if name is None:
        taken = f"{file_name} has no column of ward names that could be told: the codes in "
        taken += f"{_shown(codes[0])} stand for them."
    elif code is None:
        taken = f"{file_name} has no column of ward codes that could be told: they were made from "
        taken += f"the names in {_shown(name)}."
    elif _is_plain_to_see(code, "code") and _is_plain_to_see(name, "name"):
        return ()
    else:
        taken = f"{file_name}: ward codes were read from {_shown(code)}, names from {_shown(name)}."
    rivals = (_rival(codes, "code"), _rival(names, "name"))
    return (f"{taken}{''.join(rivals)} If that is wrong: csp-geo check {file_name} --map.",)


def _rival(found: list[_Found], what: str) -> str:
    """Name a column that would have done as well, unless it says the same."""
    for rival in found[1:]:
        same = bool((found[0].column.texts == rival.column.texts).all())
        if found[0].points == rival.points and not same:
            return f" '{shortened(rival.column.heading)}' could be the {what} as well."
    return ""


def _shown(found: _Found) -> str:
    return f"'{shortened(found.column.heading)}' ({found.why})"


def _is_plain_to_see(found: _Found, name: str) -> bool:
    return found.why == _TOLD or _known(found.column, name) is not None


def _nothing_found(columns: Sequence[WardColumn], file_name: str) -> BoundaryError:
    shown = ", ".join(shortened(column.heading) for column in columns[:_SHOWN])
    more = ", ..." if len(columns) > _SHOWN else ""
    return BoundaryError(
        f"{file_name}: no column for the ward code or the ward name was found (columns: "
        f"{shown or 'none'}{more}). Name them 'ward_code' and 'ward_name', or WD22CD and WD22NM as "
        "the Office for National Statistics does, or say which they are: csp-geo check "
        f"{file_name} --map."
    )

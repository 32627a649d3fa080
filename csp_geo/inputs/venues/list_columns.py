"""Which column of a list of places is which field: by known headings, or as somebody said."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from csp_geo.core.wording import join, shortened
from csp_geo.inputs.source import Source, known_columns, packaged_sources, plain
from csp_geo.inputs.venues.hours_columns import HOURS, hours_columns, hours_heading

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_PAIRS: Final = (("longitude", "latitude"), ("easting", "northing"), ("x", "y"))
PLACES: Final = ("gridref", "wkt", "postcode")
_LOCATION: Final[Mapping[str, tuple[str, ...]]] = {
    "longitude": ("geocode longitude",),
    "latitude": ("geocode latitude",),
    "postcode": ("postcode", "post code", "full postcode", "postal code", "addr:postcode"),
}
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NOT_ITS_NAME: Final = re.compile(
    r"contact|manager|owner|holder|operator|person|officer|staff|first|last|surname|forename|user"
    r"|file|layer|street|road|town|city|county|district|borough|ward|area|region|council|authority"
    r"|parent|group|type|category|field"
)
"""What a name stands beside when it is that of somebody, or of what lies around the place."""
_CALLED: Final = frozenset(
    (
        *("library", "site", "facility", "title", "label", "building", "centre", "center", "hub"),
        *("leisurecentre", "communitycentre", "communityhub", "pharmacy", "premises", "location"),
    )
)
"""Headings of one word under which lists give names."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a list should hold: for each field the names that its column may have.

    `needed` are the fields without which it is not such a list, `what` how messages call it,
    `table` where a columns.toml says more.
    """

    what: str
    table: str
    fields: Mapping[str, tuple[str, ...]]
    needed: tuple[str, ...] = ("name",)

    @property
    def words(self) -> dict[str, tuple[str, ...]]:
        """The fields, and those that say where, with the names of their columns."""
        other = packaged_sources()["other"]
        places = (*(name for pair in _PAIRS for name in pair), *PLACES)
        words = {
            name: (*map(plain, _LOCATION.get(name, ())), *other.columns.get(name, ()))
            for name in places
        }
        own = {name: tuple(map(plain, names)) for name, names in self.fields.items()}
        return {**own, **words}

    def source(self, told: Mapping[str, tuple[str, ...]]) -> Source:
        """Return the fields as intake knows the columns of a file; what somebody told goes first.

        An empty tuple means that no column holds the field.
        """
        taken = {plain(word) for names in told.values() for word in names}
        words = {
            name: (*map(plain, told.get(name, ())), *(word for word in known if word not in taken))
            if told.get(name) != ()
            else ()
            for name, known in self.words.items()
        }
        other = packaged_sources()["other"]
        return replace(other, columns=words, named=frozenset(told), location_accuracy_m=20.0)


def list_columns(header: Sequence[str], source: Source) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return which column of a list is which field, and what was guessed, in words.

    Only opening hours may stand in several columns, as `hours_columns.joined_hours` takes them.
    Where no heading is known for the name, the one that says that it is a name is taken: "Library
    Name" or "SiteName", never that of a person or of what stands around the place.
    """
    fields = _without_half_pairs(known_columns(header, source))
    fields, notes = _with_hours(header, fields, source)
    if "name" in fields.values() or not source.columns.get("name"):
        return fields, notes
    named = [one for one in header if one not in fields and _names_a_place(one)]
    if not named:
        return fields, notes
    others = f", although {join(map(shortened, named[1:]))} may be as well" * bool(named[1:])
    note = f"names are read from '{shortened(named[0])}'{others}"
    return {named[0]: "name", **fields}, (note, *notes)


def _with_hours(
    header: Sequence[str], fields: Mapping[str, str], source: Source
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Add the columns that hold hours of some days, unless somebody said which column has all."""
    told = HOURS in source.named and any(
        name == HOURS and not hours_heading(column) for column, name in fields.items()
    )
    if told or not source.columns.get(HOURS):
        return dict(fields), ()
    columns, notes = hours_columns(header, fields)
    return {**fields, **dict.fromkeys(columns, HOURS)}, notes


def _names_a_place(heading: str) -> bool:
    """Tell a heading that says it is the name of what the list is of."""
    if _NOT_ITS_NAME.search(_CAMEL.sub(" ", heading).casefold()):
        return False
    word = plain(heading)
    return word.endswith("name") or word.startswith("nameof") or word in _CALLED


def _without_half_pairs(fields: Mapping[str, str]) -> dict[str, str]:
    """Keep one whole pair of coordinates: the first that is there."""
    found = set(fields.values())
    pair = next((pair for pair in _PAIRS if set(pair) <= found), ())
    unused = {name for other in _PAIRS for name in other} - set(pair)
    return {column: field for column, field in fields.items() if field not in unused}

"""What somebody must know before leaning on a result: sentences, each of a kind with a code.

A kind says how much weight it has, who must read it and whether it still holds for what is made
from the result. `KINDS` is the list of all; docs/cautions.md is written from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from collections.abc import Iterable

READER: Final = "reader"
"""Whoever looks at the page: the caution is printed there."""
MAKER: Final = "maker"
"""Whoever keeps the files and settings and can act on it: it is printed on quality.html."""


@dataclass(frozen=True)
class Kind:
    """A kind of caution.

    `weight`: what changes the answer most comes first; kinds of equal weight stay in the order in
    which the steps raise them. `audiences`: READER, MAKER or both. `is_inherited`: it is said again
    of whatever is made from the result.
    """

    code: str
    weight: int
    about: str
    audiences: tuple[str, ...] = (READER,)
    is_inherited: bool = True


def _both(code: str, weight: int, about: str) -> Kind:
    return Kind(code, weight, about, (READER, MAKER))


def _maker(code: str, weight: int, about: str) -> Kind:
    """Make a kind for the maker alone: nobody else could do anything about it, nor need know."""
    return Kind(code, weight, about, (MAKER,), is_inherited=False)


KINDS: Final = {
    kind.code: kind
    for kind in (
        # --- a plan: what was asked for, and what it rests on
        Kind("few-candidates", 130, "more venues were asked for than there are to choose from"),
        Kind("fewer-sites", 130, "fewer venues than asked for cover all that can be covered"),
        Kind("hours-left-aside", 125, "every venue was taken as open all week"),
        _both("list-of-venues-old", 122, "a list of venues is more than a year older than the map"),
        Kind("many-thefts", 121, "thefts, which include shoplifting, pull a plan to shops"),
        _both("no-existing-havens", 120, "no list of existing havens was given"),
        Kind("standing-out-only", 115, "only reports near hotspots that stand out count"),
        Kind("no-hours", 110, "no report gives its hour"),
        Kind("few-hours", 110, "many reports do not give their hour"),
        # --- a plan: ways along a network
        _both("network-without-bridges", 105, "nothing says where the network crosses a barrier"),
        _both("network-empty", 105, "no part of the walking network is left"),
        _both("network-in-pieces", 105, "parts of the walking network are not joined"),
        _both("network-far-places", 105, "places too far from the network, or behind a barrier"),
        Kind("network-unknown-places", 105, "places without a location, with a walking network"),
        _maker("network-as-read", 105, "how the network, and barriers beside it, were read"),
        # --- the study area
        _both("wards-schematic", 100, "the wards are a drawing, not the real ones"),
        Kind("wards-unknown-set", 100, "the ward codes are not a set that is known"),
        _both("wards-other-dates", 100, "reports are from before or after these wards"),
        _both("wards-left-out", 97, "wards without a shape that can be read were left out"),
        _maker("wards-as-read", 95, "how the ward file was read: layer, coordinates, columns"),
        _both("wards-repaired", 95, "the shape of a ward crossed itself and was repaired"),
        _both("wards-overlap", 95, "wards overlap, or leave gaps between them"),
        _both("wards-coarse", 95, "ward outlines are too coarse to place reports by"),
        # --- the reports as a whole
        _both("many-rows-unused", 90, "more rows of a source than the limit could not be used"),
        _both("many-rows-outside", 90, "more rows than the limit lie outside the study area"),
        Kind("clusters-withheld", 88, "clusters that sensitive reports make are not shown"),
        # --- the test for chance
        _maker("listed-places-outside", 86, "places of a list lie outside the study area"),
        _both("not-tested", 85, "a family of reports could not be tested against chance"),
        _maker("cannot-confirm", 85, "nothing of a source can be confirmed, and what is missing"),
        _both("few-known-points", 85, "too few points of a source are known to test it well"),
        _maker("stand-in-places", 85, "known points stand in for a list of addresses or streets"),
        _both("repeated-points", 85, "reports said to be exact repeat at the same points"),
        _both("places-off-list", 85, "reports lie far from every place on the list"),
        Kind("pins-without-person", 85, "each pin without a person counts as one person"),
        # --- a plan: the venues
        _both("venues-never-open", 84, "venues never count as open, and why"),
        Kind("hours-assumed", 84, "opening hours were assumed for venues that give none"),
        Kind("bank-holiday-week", 84, "the week has a bank holiday on which hours are not known"),
        Kind("area-without-venue", 82, "an area that should have a haven has no venue"),
        Kind("venues-not-sure", 82, "some venues counted are not known to meet the profile"),
        Kind("venues-by-day-only", 82, "venues count by day alone"),
        Kind("not-vetted", 82, "meeting a profile on paper is not vetting"),
        _both("residents-not-asked", 82, "which venues residents would approach is not known"),
        Kind("out-of-reach", 81, "reports lie too far from every venue"),
        # --- what lies around
        _maker("zones-as-read", 80, "how a zone file was read, and zones without a shape"),
        _maker("zone-dates-unread", 80, "dates of zones could not be read"),
        _maker("context-file-left-out", 78, "a file of named places was left out"),
        _maker("places-protected", 78, "refuges, clinics and the like of a file were left out"),
        _maker("gazetteer-rows-left-out", 76, "rows of the gazetteer have no name or location"),
        _maker("gazetteer-names-unclear", 76, "names of the gazetteer stand for several places"),
        _maker("place-list-left-out", 74, "a list of addresses or streets was left out"),
        _maker("havens-not-on-map", 72, "the register of havens could not be read for the map"),
        # --- a plan: ways in a straight line
        Kind("straight-unknown-places", 71, "places without a location, without a network"),
        Kind("straight-lines", 71, "walking routes cross railways, main roads and rivers"),
        _both("ways-cut", 71, "barriers cut off places, as no crossing leads there"),
        _both("dark-not-avoided", 71, "parks and alleys are not avoided after dark"),
        _maker("barriers-as-read", 71, "how barriers and crossings were read"),
        # --- the ground
        _maker("ground-half", 71, "the ground has addresses or streets for a part of the area"),
        _maker("ground-list-short", 71, "archives of police.uk name too few of its known points"),
        _maker("ground-old", 71, "a file of the ground is old, or older than the wards"),
        _maker("ground-changed", 71, "the ground was changed by another program"),
        # --- which reports were taken
        Kind("narrowed", 70, "the map shows only some themes or sources"),
        # --- a plan: its lists
        _both("only-food-businesses", 65, "food hygiene ratings are the only list of premises"),
        Kind("shared-points", 65, "premises stand at points that others share"),
        _maker("contacts-in-lists", 65, "names or addresses of a list hold contacts of people"),
        _maker("business-types-unknown", 65, "business types not in the table of venue types"),
        _maker("venues-listed-twice", 65, "rows of lists stand for one venue"),
        _maker("list-left-out", 65, "a table of a list of venues was left out"),
        _maker("list-as-read", 65, "rows or cells of a list of venues that were not read"),
        # --- which reports were taken
        _both("feed-not-counted", 60, "two files cover the same months, and one counts"),
        _both("repeated-references", 60, "references repeat across files, with other details"),
        Kind("months-as-context", 60, "reports that give only the month are context"),
        Kind("source-absent", 60, "a source on file has nothing in the period"),
        Kind("licensing-not-comparable", 55, "it is not known whom to ask licensing about"),
        _both("file-not-used", 50, "a file of reports was not used"),
        _both("month-first-dates", 40, "dates of a file look month-first, or were read so"),
        _maker("postcodes-not-installed", 40, "rows wait for a list of postcodes"),
        _maker("many-other", 40, "many reports have a category that no theme knows"),
        _both("unsorted-words", 40, "categories that nobody has sorted are kept off the map"),
        Kind("few-reports", 30, "too few reports to lean on"),
        Kind("outside-boundary", 20, "reports just outside the boundary"),
        _both("rows-not-used", 10, "rows could not be used"),
        # --- the directory and `check`
        _maker("several-boundaries", 8, "several boundary files, so a map without wards"),
        _maker("columns-not-read", 6, "columns of the register that were not read"),
        _maker("no-wards", 4, "no wards were given to check locations against"),
        _maker("cleaned-shared-points", 2, "a cleaned file does not say which points are shared"),
    )
}

LEFT_OUT: Final = frozenset(
    {
        *("file-not-used", "context-file-left-out", "place-list-left-out", "list-left-out"),
        "havens-not-on-map",
    }
)
"""Codes that say of a file that it could not be used."""


class Caution(str):
    """A sentence that somebody must know, and the code of its kind.

    It is a text, so that it can be printed, joined and compared like one.
    """

    __slots__ = ("code",)

    code: str

    def __new__(cls, code: str, sentence: str) -> Self:
        """Make a caution of a kind in `KINDS`; `KeyError` for any other."""
        made = super().__new__(cls, sentence)
        made.code = KINDS[code].code
        return made

    def __getnewargs__(self) -> tuple[str, str]:  # type: ignore[override]
        """Return what makes it anew when it is copied or pickled."""
        return self.code, str(self)

    @property
    def kind(self) -> Kind:
        """The kind that it is of."""
        return KINDS[self.code]


def in_order(cautions: Iterable[Caution]) -> tuple[Caution, ...]:
    """Return each caution once, the weightiest first; of equal weight as they came."""
    return tuple(dict.fromkeys(sorted(cautions, key=lambda caution: -caution.kind.weight)))


def for_audience(cautions: Iterable[Caution], audience: str) -> tuple[Caution, ...]:
    """Return the cautions that READER or MAKER must read."""
    return tuple(caution for caution in cautions if audience in caution.kind.audiences)


def inherited(cautions: Iterable[Caution], source: str) -> tuple[Caution, ...]:
    """Return what still holds for something made from a result, said to come from it."""
    return tuple(
        Caution(caution.code, f"{source}: {caution}")
        for caution in cautions
        if caution.kind.is_inherited
    )

"""What is said of lists of premises: why rows are left out, what a list lacks, how old it is."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import pandas as pd

from csp_geo.core.caution import Caution
from csp_geo.core.wording import count, join, number
from csp_geo.inputs.venues.listing import NO_LOCATION, OUTSIDE, say_nowhere
from csp_geo.inputs.venues.register_findings import hours_findings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from csp_geo.inputs.venues.listing import Listed

SHARED_ACCURACY_M: Final = 100.0
"""How well a point is known that may stand for a whole postcode."""
NO_NAME, NO_VENUE, UNKNOWN_TYPE, SAME_VENUE = "no-name", "no-venue", "unknown-type", "same-venue"
ASK_FIRST: Final = "ask-first"
REASONS: Final[Mapping[str, str]] = {
    NO_NAME: "It has no name.",
    NO_VENUE: "Nothing says that it is a business or a public building.",
    UNKNOWN_TYPE: "Its business type is not in the table of venue types, so that nobody knows "
    "whether people may walk in.",
    "unsuitable-type": "Businesses of its type are never approached.",
    "alcohol-led": "Pubs, bars and off-licences are left out unless asked for.",
    "gambling": "Gambling venues are left out unless asked for.",
    SAME_VENUE: "It is the same venue as another row: same name, at most 50 metres apart or in "
    "the same postcode.",
    ASK_FIRST: "Somebody is to be asked about it first, by the table of venue types.",
}
"""Why a row is not a candidate, beside the reasons for which a place is nowhere."""
_FIRST_ROWS: Final = 5
_DAY: Final = re.compile(r"(?<!\d)(20\d\d)[-_. ]?([01]\d)(?:[-_. ]?([0-3]\d))?(?!\d)")
_EXTRACTED: Final = re.compile(rb"ExtractDate\W{1,6}(\d{4}-\d{2}-\d{2})")
_START: Final = 4_096
"""Bytes in which a header says when the list was made."""


@lru_cache(maxsize=64)
def say_reason(slug: str) -> str:
    """Say in a sentence why a row is not a candidate."""
    if slug in REASONS:
        return REASONS[slug]
    return say_nowhere(NO_LOCATION if slug == "no-location" else slug)


def with_words(left_out: pd.DataFrame) -> pd.DataFrame:
    """Return rows that are left out with what to say of each."""
    table = left_out.rename(columns={"listed_in": "source_file"}).reset_index(drop=True)
    words = [say_reason(slug) for slug in table["reason"]]
    return table.assign(words=pd.Series(words, table.index, dtype="str"))


def nothing_left(reasons: pd.Series, n: int) -> str:
    """Say why none of `n` rows is a candidate, by the reason of each."""
    why = [f"{number(k)}: {say_reason(slug)}" for slug, k in reasons.value_counts().items()]
    return (
        f"None of {count(n, 'row')} is a candidate. {' '.join(why)} Check the list, the wards, "
        "and the table of venue types."
    )


def cautions_of(lists: Sequence[Listed], rows: pd.DataFrame) -> tuple[Caution, ...]:
    """Return what somebody must know of lists, given all their rows with their reasons."""
    found = []
    if all("fhrs" in listed.fields for listed in lists):
        said = (
            "Food hygiene ratings are the only list: it has businesses with food and no others, so "
            "libraries, barbers, community hubs, stations and most pharmacies are missing. Add a "
            "list of them."
        )
        found.append(Caution("only-food-businesses", said))
    for name, own in rows.groupby("listed_in", sort=False):
        if own["business_type"].isna().all():
            said = (
                f"{name}: no column says what kind of place a row is, so a private person, a "
                "betting shop, a pub or an off-licence is told from a shop by the name alone: read "
                f"every one of {count(len(own), 'row')} before you ask. Add a column 'type' "
                "(pharmacy, library, shop ...)."
            )
            found.append(Caution("business-types-unknown", said))
        located = own[own["n_at_point"] > 0]
        n_points = len(located[["x_m", "y_m"]].round().drop_duplicates())
        shared = int((located["n_at_point"] > 1).sum())
        if shared:
            said = (
                f"{name}: {count(len(located), 'place')} on {count(n_points, 'point')} (to the "
                f"metre); {number(shared)} share theirs with others, as those of a postcode do, so "
                f"distances from them may be wrong by {SHARED_ACCURACY_M:.0f} metres or so."
            )
            found.append(Caution("shared-points", said))
        found += _of_words(str(name), own)
        if away := own.loc[own["reason"] == OUTSIDE, "source_row"].tolist():
            said = (
                f"{name}: outside the study area, so left out: {count(len(away), 'place')} "
                f"({say_rows(away)}). Check coordinates, or leave them to the neighbouring borough."
            )
            found.append(Caution("listed-places-outside", said))
    unknown = rows.loc[rows["reason"] == UNKNOWN_TYPE, "business_type"].value_counts()
    if len(unknown):
        shown = [f"'{word}' ({number(n)})" for word, n in unknown.head(5).items()]
        more = f" and {count(len(unknown) - 5, 'other')}" if len(unknown) > 5 else ""  # noqa: PLR2004
        said = (
            f"Not in the table of venue types: {', '.join(shown)}{more}. Add there those that "
            "anybody may walk into, and leave out homes, stalls and the like."
        )
        found.append(Caution("business-types-unknown", said))
    twice = int((rows["reason"] == SAME_VENUE).sum())
    if twice:
        said = (
            f"Left out as the same venue as another row: {count(twice, 'row')}. What they say "
            "was added to the row that is kept."
        )
        found.append(Caution("venues-listed-twice", said))
    return tuple(found)


def _of_words(name: str, own: pd.DataFrame) -> list[Caution]:
    """Say in which rows of a list a contact, or words beside the postcode, are not shown."""
    found = []
    held = own[own["contacts"].map(bool)]
    if len(held):
        kinds = dict.fromkeys(kind for kinds in held["contacts"] for kind in kinds)
        said = (
            f"{name}: {join(kinds, 'or')} stands in the name, the address or the postcode of "
            f"{count(len(held), 'row')} and is not shown ({say_rows(held['source_row'])}). Take it "
            "out of the list."
        )
        found.append(Caution("contacts-in-lists", said))
    if beside := own.loc[own["beside_postcode"], "source_row"].tolist():
        said = (
            f"{name}: words in the postcode of {count(len(beside), 'row')} are not shown, as they "
            f"may name anybody ({say_rows(beside)})."
        )
        found.append(Caution("contacts-in-lists", said))
    return found


def say_rows(numbers: Iterable[int]) -> str:
    """Write the first rows concerned: "row 4", "rows 4 and 9", "rows 4, 9, 12, 13, 20, ..."."""
    rows = sorted({int(row) for row in numbers})
    first = [str(row) for row in rows[:_FIRST_ROWS]]
    if len(rows) > len(first):
        return f"rows {', '.join(first)}, ..."
    return f"{'row' if len(rows) == 1 else 'rows'} {join(first)}"


def hours_in_doubt(rows: pd.DataFrame) -> list[tuple[str, str, str, list[int]]]:
    """Return the opening hours of a list that are not known, or only in part.

    Parameters
    ----------
    rows
        With opening_hours and source_row.

    Returns
    -------
    found
        A slug, what is wrong, what to do and the rows, each once.
    """
    found: dict[tuple[str, str, str], list[int]] = {}
    for hours, row in zip(rows["opening_hours"], rows["source_row"], strict=True):
        for slug, what, do, _ in hours_findings(hours):
            if slug in {"unreadable-hours", "doubtful-hours"}:
                found.setdefault((slug, what, do), []).append(int(row))
    return [(*said, at) for said, at in found.items()]


def day_of_list(path: Path, rated: Iterable[str]) -> date | None:
    """Return the latest day that a list is known to be of, `None` if nothing says one.

    Parameters
    ----------
    path
        The file: its name may hold a day or a month, its first bytes that of the extract.
    rated
        The days on which its premises were rated, as ISO text.
    """
    with path.open("rb") as stream:
        header = _EXTRACTED.search(stream.read(_START))
    texts = [path.stem, *rated, header[1].decode() if header else ""]
    return max(filter(None, map(_day_in, dict.fromkeys(texts))), default=None)


def _day_in(text: str) -> date | None:
    found = _DAY.search(text)
    if found is None:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3] or 1))
    except ValueError:
        return None

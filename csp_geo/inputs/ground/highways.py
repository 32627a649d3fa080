"""What kind of way a street is, and whether one may walk there, by the words of its file.

OpenStreetMap's values of `highway`, and the classifications of Ordnance Survey's open products.
Of these no one marks footpaths, steps or lighting: they tell of roads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_CLASSES: Final = {
    "motorway": ("motorway", "motorway_link"),
    "main": (
        *("trunk", "trunk_link", "primary", "primary_link"),
        *("a road", "primary road", "trunk road", "main"),
    ),
    "secondary": (
        *("secondary", "secondary_link", "tertiary", "tertiary_link", "b road", "minor road"),
        *("minor", "classified unnumbered", "shared minor road"),
    ),
    "local": (
        *("residential", "unclassified", "living_street", "pedestrian", "road", "local road"),
        *("local street", "local", "local access road", "pedestrianised street", "not classified"),
        *("street", "unknown"),
    ),
    "service": (
        *("service", "busway", "bus_guideway", "secondary access road", "restricted"),
        *("restricted local access road", "guided busway", "guided busway carriageway", "alley"),
        *("private road", "private road, publicly accessible", "private road, restricted access"),
    ),
    "path": (
        *("footway", "path", "steps", "cycleway", "bridleway", "track", "corridor", "footpath"),
        *("shared use carriageway", "alleyway", "towpath", "track_grade1", "track_grade2"),
        *("track_grade3", "track_grade4", "track_grade5"),
    ),
}
_CLASS_OF: Final = {word: name for name, words in _CLASSES.items() for word in words}
_DUAL: Final = ", collapsed dual carriageway"
NO_WAYS: Final = frozenset(
    (
        *("construction", "proposed", "planned", "raceway", "platform", "elevator", "abandoned"),
        *("razed", "rest_area", "services", "escape", "emergency_bay", "bus_stop", "no"),
    )
)
"""Values of `highway` that are no street, or not one yet."""
_NOT_ON_FOOT: Final = frozenset(
    (
        *("motorway", "motorway_link", "busway", "bus_guideway", "guided busway"),
        *("guided busway carriageway", "private road, restricted access"),
    )
)
_BARRED: Final = frozenset(("no", "private", "use_sidepath"))
_LIT: Final = {
    **dict.fromkeys(("yes", "24/7", "automatic", "limited", "sunset-sunrise", "true", "1"), "yes"),
    **dict.fromkeys(("no", "disused", "false", "0"), "no"),
}
_NO: Final = frozenset(("", "no", "false", "0", "f", "n", "building_passage"))
"""What says that a way is neither bridge nor tunnel: a passage through a house is on the ground."""


def street_classes(words: NDArray[np.object_]) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    """Return the class of each street, and whether its word is known; others count as local.

    Parameters
    ----------
    words
        What the file says, in lower case.
    """
    found = [_CLASS_OF.get(str(word).removesuffix(_DUAL)) for word in words]
    classes = np.array([name or "local" for name in found], dtype=object)
    return classes, np.array([name is not None for name in found], dtype=bool)


def walkable(
    words: NDArray[np.object_], access: NDArray[np.object_], foot: NDArray[np.object_]
) -> NDArray[np.bool_]:
    """Tell where one may walk: what is said of walkers goes before what is said of all."""
    allowed = np.array([str(word).removesuffix(_DUAL) not in _NOT_ON_FOOT for word in words], bool)
    allowed &= ~np.isin(access.astype(str), list(_BARRED))
    said = foot.astype(str)
    known = said != ""
    allowed[known] = ~np.isin(said[known], list(_BARRED))
    return allowed


def lighting(words: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return yes, no or unknown."""
    return np.array([_LIT.get(str(word), "unknown") for word in words], dtype=object)


def crosses_freely(*columns: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Tell which are bridges or tunnels, by columns of one and of the other."""
    found = [[str(word) not in _NO for word in column] for column in columns]
    return np.asarray(np.any(found, axis=0), dtype=np.bool_)

"""Place texts: the street names in them that may be shown, and points by a list of the user."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from csp_geo.core.caution import Caution
from csp_geo.core.disclosure import is_protected_place
from csp_geo.core.errors import SourceError
from csp_geo.inputs.files.reading import read_file
from csp_geo.inputs.source import packaged_sources, plain
from csp_geo.inputs.where.locate import DEGREES, METRES, locate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from csp_geo.core.projection import Projection

_PREFIX: Final = re.compile(
    r"^(?:on or near|on/near|near|junction of|j/w|outside|opp(?:osite)?)\b\s*", re.IGNORECASE
)
_PUBLISHER: Final = re.compile(r"\s*on or near\b", re.IGNORECASE)
_NUMBER: Final = re.compile(r" \d{1,4}$")
"""Of a published name ("Junction 30"); behind anybody else's street it is a door."""
_POSTCODE: Final = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}\b", re.IGNORECASE)
_DWELLING: Final = re.compile(r"^(?:flat|unit|room|apartment|apt|floor|block)\b", re.IGNORECASE)
_HOUSE: Final = re.compile(
    r"^(?:no\.?\s*)?\d+[a-z]?(?:\s*[-/]\s*\d+[a-z]?)?\s+(?=[A-Za-z])", re.IGNORECASE
)
_NAME: Final = re.compile(
    r"(?:[AMB]\d{1,4}\b|[^\W\d_])(?:[^\W\d_]|[ '\u2019&().\-/]|\b[AMB]\d{1,4}\b){2,59}"
)
_GENERIC: Final = frozenset(
    {
        "airport/airfield",
        "bus/coach station",
        "conference/exhibition centre",
        "ferry terminal",
        "further/higher educational building",
        "hospital",
        "motorway service area",
        "nightclub",
        "no location",
        "park/open space",
        "parking area",
        "pedestrian subway",
        "petrol station",
        "police station",
        "prison",
        "race track",
        "shopping area",
        "sports/recreation area",
        "supermarket",
        "theatre/concert hall",
        "unknown",
    }
)
"""Words that say what kind of place it is and not which."""


_PLACE_WORD: Final = re.compile(
    r"\b(?:\w*(?:way|gate|field|fields|heath|mead|bridge|wharf|gardens?)|road|rd|street|st|lane|ln|"
    r"avenue|ave|close|crescent|drive|court|square|terrace|walk|parade|place|green|grove|hill|mews|"
    r"rise|row|yard|quay|dock|market|broadway|circus|corner|corners|roundabout|junction|estate|"
    r"station|park|library|school|centre|center|town hall|church|cemetery|shopping|riverside|"
    r"common|pond|lake|path|alley|[AMB]\d{1,4})\b",
    re.IGNORECASE,
)
_AFTER_IT: Final = re.compile(
    r"(?: (?:north|south|east|west|house|hall|mall|buildings?|block|theatre|cafe|hub|annexe)\b)*+",
    re.IGNORECASE,
)
"""What may follow a word for a place, and belongs to the name."""
_SAINT: Final = re.compile(r"\bst\.? [^\W\d_]+(?:['\u2019]s\b)?", re.IGNORECASE)
"""Only where a text begins with it; elsewhere "St" is a street."""
_POSSESSIVE: Final = re.compile(r"(['\u2019])S\b")
_TITLE: Final = re.compile(r"\b(?:mr|mrs|ms|miss|mx|dr|rev|sir|lady|pc|sgt)\b", re.IGNORECASE)


def is_place_name(text: str) -> bool:
    """Tell whether a text is the name of a street or public place, by a word for one in it."""
    return bool(_PLACE_WORD.search(text) and not _TITLE.search(text) and _NAME.fullmatch(text))


def up_to_place_word(text: str) -> str:
    """Return a text up to its last word for a street or place; "" where it has none.

    Examples
    --------
    >>> up_to_place_word("Station Parade West, ask Jane")
    'Station Parade West'
    """
    saint = _SAINT.match(text)
    ends = [found.end() for found in (*_PLACE_WORD.finditer(text), saint) if found]
    end = max(ends, default=0)
    after = _AFTER_IT.match(text, end)
    return text[: after.end() if after and end else end]


def place_names(text: pd.Series, published: pd.Series) -> pd.Series:
    """Clean a column of place texts; what is not a street or place name becomes missing.

    `published` tells which rows come from a publisher's own list of places, where any name is one;
    elsewhere a name needs a word for a street or place in it, because people write names there too.
    """
    pairs = pd.DataFrame(
        {"text": text.astype("str").fillna(""), "published": published}, index=text.index
    )
    names = {
        pair: place_name(*pair)
        for pair in pairs.drop_duplicates().itertuples(index=False, name=None)
    }
    found = [names[pair] for pair in pairs.itertuples(index=False, name=None)]
    return pd.Series(found, index=text.index, dtype="str")


def place_name(text: str, published: bool) -> str | None:
    """Return the street or place in a text such as "On or near 12 East Street, IG11 8EB"."""
    without = _POSTCODE.sub("", _PREFIX.sub("", str(text).strip()))
    for part in without.split(","):
        name = _HOUSE.sub("", part.strip()).strip(" .-")
        if not name or _DWELLING.match(name) or name.casefold() in _GENERIC:
            continue
        if is_protected_place(text):
            return None
        bare = _NUMBER.sub("", name) if published and _PUBLISHER.match(str(text)) else name
        if is_place_name(name) or (published and _NAME.fullmatch(bare)):
            return _POSSESSIVE.sub(r"\1s", " ".join(name.split()))
    return None


STEM: Final = "gazetteer"
"""How the file is named: data/context/gazetteer.csv, with a name and coordinates."""
ACCURACY_M: Final = 100.0
_NAMES: Final = ("name", "place", "placename", "street", "streetname", "location", "site")
_ACCURACIES: Final = ("accuracy", "accuracym", "locationaccuracym", "radius", "radiusm")
_BEFORE: Final = re.compile(
    r"^(?:on or near|on/near|near|at|outside|opp(?:osite)?|junction of)\b\s*", re.IGNORECASE
)
_ENDING_POSTCODE: Final = re.compile(
    r"(?:,|(?<!\s))\s*+\b[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}\s*$", re.IGNORECASE
)
_SHORT: Final = {
    "rd": "road",
    "ave": "avenue",
    "av": "avenue",
    "ln": "lane",
    "cres": "crescent",
    "gdns": "gardens",
    "sq": "square",
    "stn": "station",
}


@dataclass(frozen=True)
class Gazetteer:
    """Places by their normalised name: easting, northing and accuracy in metres.

    `cautions` say what of the list could not be used.
    """

    places: Mapping[str, tuple[float, float, float]]
    cautions: tuple[Caution, ...] = ()

    def find(self, text: pd.Series) -> NDArray[np.float64]:
        """Return ``(n, 3)``: x, y and accuracy of each place text, NaN where it is not known."""
        codes, unique = pd.factorize(text.astype("str").fillna(""))
        nowhere = (np.nan, np.nan, 0.0)
        found = [self.places.get(normal_name(name), nowhere) for name in unique]
        return np.array(found, dtype=np.float64).reshape(-1, 3)[codes]


def normal_name(text: str) -> str:
    """Reduce a place text to what is compared: "On or near East St., IG11 8EB" to "eaststreet"."""
    words = _ENDING_POSTCODE.sub("", _BEFORE.sub("", str(text).strip())).casefold().split()
    full = [_SHORT.get(word.strip(".,"), word) for word in words]
    if full and full[-1].strip(".,") == "st" and len(full) > 1:
        full[-1] = "street"
    return plain(" ".join(full))


def is_gazetteer(path: Path) -> bool:
    """Tell whether a file of the context folder is the gazetteer."""
    return path.stem.casefold() == STEM


def read_gazetteer(paths: Sequence[Path], projection: Projection) -> Gazetteer | None:
    """Read the gazetteer among the context files, `None` where there is none.

    A name that stands for two places more than the accuracy apart is not used, and said.
    """
    path = next(filter(is_gazetteer, paths), None)
    if path is None:
        return None
    raw = read_file(path, path.name)
    by_plain = {plain(name): name for name in raw.header}
    name = next((by_plain[word] for word in _NAMES if word in by_plain), None)
    x, y, axes = _axes(by_plain)
    if name is None or not axes:
        raise SourceError(
            f"{path.name} needs the columns name, and latitude and longitude or easting and "
            f"northing; found: {', '.join(raw.header[:12])}."
        )
    cells = raw.cells
    located = locate(cells[x], cells[y], axes, projection, None)
    accuracy = next((cells[by_plain[word]] for word in _ACCURACIES if word in by_plain), None)
    table = pd.DataFrame(
        {
            "name": cells[name].map(normal_name),
            "x": located["x_m"],
            "y": located["y_m"],
            "accuracy": ACCURACY_M if accuracy is None else _metres(accuracy),
        }
    )
    return _gazetteer(table[table["name"] != ""].dropna(), path.name, len(table))


def _axes(by_plain: Mapping[str, str]) -> tuple[str, str, str]:
    words = packaged_sources()["other"].columns
    for east, north, axes in (("longitude", "latitude", DEGREES), ("easting", "northing", METRES)):
        x, y = (
            next((by_plain[w] for w in words[key] if w in by_plain), "") for key in (east, north)
        )
        if x and y:
            return x, y, axes
    return "", "", ""


def _metres(text: pd.Series) -> pd.Series:
    numbers = pd.to_numeric(text, errors="coerce").astype("float64")
    return numbers.where(numbers > 0, ACCURACY_M)


def _gazetteer(table: pd.DataFrame, where: str, n_rows: int) -> Gazetteer:
    groups = table.groupby("name", sort=True)
    middle = groups[["x", "y"]].mean()
    wide, high = (groups[axis].max() - groups[axis].min() for axis in ("x", "y"))
    spread = pd.Series(np.hypot(wide, high), index=middle.index)
    accuracy = np.maximum(groups["accuracy"].max(), spread / 2)
    clear = spread <= groups["accuracy"].max().clip(lower=ACCURACY_M)
    places = {
        str(name): (float(middle.x[name]), float(middle.y[name]), float(accuracy[name]))
        for name in clear.index[clear]
    }
    found = []
    if dropped := n_rows - len(table):
        said = f"{where}: {dropped:,} of {n_rows:,} rows have no name or no location."
        found.append(Caution("gazetteer-rows-left-out", said))
    if unclear := int((~clear).sum()):
        said = f"{where}: {unclear:,} names stand for several places and were not used."
        found.append(Caution("gazetteer-names-unclear", said))
    return Gazetteer(places, tuple(found))

"""Place texts to points, only by a list of places that the user supplies."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from csp_geo.errors import SourceError
from csp_geo.intake.formats import read_file
from csp_geo.intake.locate import DEGREES, METRES, locate
from csp_geo.intake.source import packaged_sources, plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from csp_geo.projection import Projection

STEM: Final = "gazetteer"
"""How the file is named: data/context/gazetteer.csv, with a name and coordinates."""
ACCURACY_M: Final = 100.0
_NAMES: Final = ("name", "place", "placename", "street", "streetname", "location", "site")
_ACCURACIES: Final = ("accuracy", "accuracym", "locationaccuracym", "radius", "radiusm")
_BEFORE: Final = re.compile(
    r"^(?:on or near|on/near|near|at|outside|opp(?:osite)?|junction of)\b\s*", re.IGNORECASE
)
_POSTCODE: Final = re.compile(
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
    cautions: tuple[str, ...] = ()

    def find(self, text: pd.Series) -> NDArray[np.float64]:
        """Return ``(n, 3)``: x, y and accuracy of each place text, NaN where it is not known."""
        codes, unique = pd.factorize(text.astype("str").fillna(""))
        nowhere = (np.nan, np.nan, 0.0)
        found = [self.places.get(normal_name(name), nowhere) for name in unique]
        return np.array(found, dtype=np.float64).reshape(-1, 3)[codes]


def normal_name(text: str) -> str:
    """Reduce a place text to what is compared: "On or near East St., IG11 8EB" to "eaststreet"."""
    words = _POSTCODE.sub("", _BEFORE.sub("", str(text).strip())).casefold().split()
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
    said = []
    if dropped := n_rows - len(table):
        said.append(f"{where}: {dropped:,} of {n_rows:,} rows have no name or no location.")
    if unclear := int((~clear).sum()):
        said.append(f"{where}: {unclear:,} names stand for several places and were not used.")
    return Gazetteer(places, tuple(said))

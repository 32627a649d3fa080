"""Features of a GML file as Ordnance Survey writes it, read as a stream.

GDAL's reader of GML follows links and schemas to other places, so the command leaves it out
(`core/offline.py`). What these files need of GML is little: points, lines and areas in British
National Grid, each a list of numbers. A file of a 100 km square has a gigabyte: it is never held.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from csp_geo.core.errors import SourceError
from csp_geo.inputs.files.markup import Levels, parse, xml_parser

if TYPE_CHECKING:
    from collections.abc import Mapping

    from csp_geo.core.origin import Origin

_MEMBERS: Final = frozenset(("featureMember", "member", "featureMembers"))
_NUMBERS: Final = frozenset(("posList", "pos", "coordinates"))
_RINGS: Final = frozenset(("exterior", "interior", "outerBoundaryIs", "innerBoundaryIs"))
_SYSTEM: Final = re.compile(r"EPSG\D{1,12}(\d{4,5})\b")
_BRITISH: Final = "27700"
_FLAT: Final = "2"
_LONGEST: Final = 5_000_000
"""Letters in one list of numbers."""
_FEWEST: Final = {"point": 1, "line": 2, "ring": 4}


@dataclass
class Features:
    """The features of one kind within a box: their texts by name, and their shapes."""

    rows: list[dict[str, str]] = field(default_factory=list)
    shapes: list[Any] = field(default_factory=list)


class _Reader(Levels):
    """Follows the elements of a GML, and keeps the features that touch a box."""

    def __init__(self, origin: Origin, box: tuple[float, float, float, float]) -> None:
        super().__init__(origin)
        self.box = box
        self.found: dict[str, Features] = {}
        self.n_features = 0
        self._member_at = self._feature_at = 0
        self._kind = ""
        self._text: list[str] = []
        self._length = 0
        self._row: dict[str, str] = {}
        self._parts: list[tuple[str, Any]] = []
        self._ring = self._property = ""

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        super().start(name, attributes)
        bare = name.rpartition(":")[2]
        self._text, self._length = [], 0
        if self.level == 1 and bare != "FeatureCollection":
            raise SourceError(
                f"{self.origin.where} is not a GML with features: its first element is "
                f"'{bare[:40]}', and FeatureCollection is needed. Get the GeoPackage instead."
            )
        if "srsName" in attributes:
            self._check_system(attributes["srsName"])
        if attributes.get("srsDimension", _FLAT) != _FLAT:
            raise SourceError(
                f"{self.origin.where} has heights in its coordinates, which are not read here. Get "
                "the GeoPackage instead."
            )
        if not self._member_at and bare in _MEMBERS:
            self._member_at = self.level
        elif self._member_at and not self._feature_at:
            self._feature_at, self._kind = self.level, bare
            self._row, self._parts = {}, []
        elif self._feature_at and self.level == self._feature_at + 1:
            self._property = bare
        elif bare in _RINGS:
            self._ring = "hole" if bare[0] == "i" else "ring"

    def text(self, data: str) -> None:
        """Take a piece of text."""
        self._length += len(data)
        if self._length > _LONGEST:
            raise SourceError(
                f"{self.origin.where} has a text of more than {_LONGEST:,} letters: that is no "
                "map. Download it again."
            )
        self._text.append(data)

    def end(self, name: str) -> None:
        bare = name.rpartition(":")[2]
        said = "".join(self._text).strip()
        self._text, self._length = [], 0
        if self._feature_at and said and bare in _NUMBERS:
            self._take(said)
        elif self._feature_at and said and self.level > self._feature_at:
            self._say(bare, said)
        if bare in _RINGS:
            self._ring = ""
        if self.level == self._feature_at:
            self._keep()
            self._feature_at = 0
        elif self.level == self._member_at:
            self._member_at = 0
        super().end(name)

    def _say(self, bare: str, said: str) -> None:
        """Keep a text: under its own name, and under that of the property that it is a part of.

        OS Open Names has its names deep in other elements, where the one called text is the name.
        """
        self._row.setdefault(bare, said)
        if bare == "text":
            self._row[self._property] = said
        else:
            self._row.setdefault(self._property, said)

    def _check_system(self, said: str) -> None:
        system = _SYSTEM.search(said)
        if system is None or system[1] != _BRITISH:
            raise SourceError(
                f"{self.origin.where} is not in British National Grid (EPSG:27700), the only "
                "coordinate system in which GML is read here. Get the GeoPackage instead."
            )

    def _take(self, said: str) -> None:
        try:
            numbers = np.array(said.replace(",", " ").split(), dtype=np.float64)
        except ValueError:
            numbers = np.empty(0)
        points = numbers[: len(numbers) // 2 * 2].reshape(-1, 2)
        kind = self._ring or ("point" if len(points) == 1 else "line")
        if len(points) >= _FEWEST["ring" if kind == "hole" else kind]:
            self._parts.append((kind, points))

    def _keep(self) -> None:
        self.n_features += 1
        if not self._parts:
            return
        every = np.concatenate([points for _, points in self._parts])
        (west, south), (east, north) = every.min(axis=0), every.max(axis=0)
        if east < self.box[0] or north < self.box[1] or west > self.box[2] or south > self.box[3]:
            return
        kept = self.found.setdefault(self._kind, Features())
        kept.rows.append(self._row)
        kept.shapes.append(_shape(self._parts))


def _shape(parts: list[tuple[str, Any]]) -> Any:
    """Put a shape together of points, lines, outlines and the holes that follow each."""
    made: list[Any] = []
    outline, holes = None, []
    for kind, points in [*parts, ("ring", None)]:
        if kind == "hole":
            holes.append(points)
            continue
        if outline is not None:
            made.append(shapely.Polygon(outline, holes))
            outline, holes = None, []
        if kind == "ring":
            outline = points
        else:
            made.append(shapely.Point(points[0]) if kind == "point" else shapely.LineString(points))
    return made[0] if len(made) == 1 else shapely.GeometryCollection(made)


def read_gml(
    origin: Origin, box: tuple[float, float, float, float]
) -> tuple[dict[str, Features], int]:
    """Read the features of a GML that touch a box.

    Returns
    -------
    features, n
        By kind ("Road"); how many there are in the file, wherever they lie.

    Raises
    ------
    SourceError
        If it is no GML, is cut off, or in another coordinate system than British National Grid.
    """
    origin.first_bytes()
    reader, parser = _Reader(origin, box), xml_parser(origin)
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    parser.CharacterDataHandler = reader.text
    with origin.reading(), origin.open() as stream:
        parse(parser, stream, origin)
    return reader.found, reader.n_features

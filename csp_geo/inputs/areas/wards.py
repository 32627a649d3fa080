"""A layer of wards to one row for each ward: code, name and a shape that is whole.

What has no area is left out and said with its name; a shape that crosses itself is repaired.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from csp_geo.core.caution import Caution
from csp_geo.core.errors import BoundaryError
from csp_geo.core.visible import clean
from csp_geo.core.wording import count, join, shortened
from csp_geo.inputs.areas.ward_cells import texts_of
from csp_geo.inputs.areas.ward_columns import WardColumns, ward_columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

_AREAL: Final = 2
_GAP: Final = re.compile(r"[\W_]+")
_SHOWN: Final = 10


@dataclass(frozen=True)
class WardRows:
    """The wards of a layer.

    `table` has ward_code, ward_name and geometry in the layer's CRS, in the order of the codes.
    `cautions` say what was decided, repaired and left out; `columns` which columns were read.
    `n_read` features were `len(table)` wards, `n_parts` further parts of these, or `n_left_out`.
    """

    table: gpd.GeoDataFrame
    columns: WardColumns
    cautions: tuple[Caution, ...]
    n_read: int
    n_left_out: int

    @property
    def n_parts(self) -> int:
        """How many features are further parts of a ward."""
        return self.n_read - self.n_left_out - len(self.table)


def wards_of(
    layer: gpd.GeoDataFrame, file_name: str, own: Mapping[str, tuple[str, ...]] | None = None
) -> WardRows:
    """Make wards of a layer that has a CRS; `own` are the columns that somebody named.

    Raises
    ------
    BoundaryError
        If no feature has an area, a shape has no code, or nothing tells one shape from another.
    """
    shapes, repaired = _areas_of(layer)
    has_area = ~shapely.is_missing(shapes)
    if not has_area.any():
        raise BoundaryError(f"{file_name} holds no polygons: ward boundaries are needed.")
    whole = layer.set_geometry(gpd.GeoSeries(shapes, layer.index, crs=layer.crs))[has_area]
    columns = ward_columns(whole, file_name, own)
    codes, names, notes = _called(whole, columns, file_name)
    table = gpd.GeoDataFrame(
        {"ward_code": codes, "ward_name": names}, geometry=whole.geometry.array, crs=layer.crs
    )
    said = [
        *(Caution("wards-as-read", note) for note in (*columns.notes, *notes)),
        *_left_out(layer[~has_area], columns, file_name),
        *_repaired(names[repaired[has_area]], file_name),
    ]
    if table["ward_code"].duplicated().any():
        said += _of_two_names(table, file_name)
        n_shapes, table = len(table), table.dissolve("ward_code", as_index=False)
        if columns.code is not None and columns.notes:
            joined = f"{file_name}: {n_shapes} shapes were taken as {count(len(table), 'ward')}, "
            said.append(Caution("wards-as-read", f"{joined}those of one code as parts of one."))
    table = table.sort_values("ward_code", ignore_index=True)
    return WardRows(
        table=table[["ward_code", "ward_name", "geometry"]],
        columns=columns,
        cautions=tuple(said),
        n_read=len(layer),
        n_left_out=int((~has_area).sum()),
    )


# --- shapes --------------------------------------------------------------------------------------


def _areas_of(layer: gpd.GeoDataFrame) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    """Return what each feature covers, `None` where it has no area; which were repaired."""
    shapes = shapely.force_2d(np.array(layer.geometry.array, dtype=object))
    known = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    repaired = known & ~shapely.is_valid(shapes)
    shapes[repaired] = shapely.make_valid(shapes[repaired], method="structure")
    mixed = known & ~np.isin(shapely.get_type_id(shapes), _OF_AREAS)
    shapes[mixed | repaired] = [_polygons_of(shape) for shape in shapes[mixed | repaired]]
    shapes[~known | (shapely.area(shapes) == 0)] = None
    return shapes, repaired & ~shapely.is_missing(shapes)


_OF_AREAS: Final = (
    shapely.GeometryType.POLYGON.value,
    shapely.GeometryType.MULTIPOLYGON.value,
)


def _polygons_of(shape: shapely.Geometry) -> shapely.Geometry:
    """Keep the areas of a shape; lines and points in it are left over from a repair, or labels."""
    parts = shapely.get_parts(shape)
    return shapely.union_all(parts[shapely.get_dimensions(parts) == _AREAL])


def _repaired(names: pd.Series, file_name: str) -> list[Caution]:
    if names.empty:
        return []
    found = ", ".join(dict.fromkeys(names))
    said = f"The shape of {found} in {file_name} crossed itself and was repaired."
    return [Caution("wards-repaired", said)]


def _left_out(left: gpd.GeoDataFrame, columns: WardColumns, file_name: str) -> list[Caution]:
    """Name the features without an area: reports in them lie outside, which must not be silent."""
    if left.empty:
        return []
    called = [texts_of(left[column]) for column in (columns.name, columns.code) if column]
    names = [
        next((text[at] for text in called if text[at]), f"feature {at}")
        for at in (left.index if called else ())
    ]
    who = _some(names) if names else count(len(left), "feature")
    has = "has" if len(left) == 1 else "have"
    said = (
        f"{file_name}: {who} {has} no shape with an area that can be read, and "
        f"{'was' if len(left) == 1 else 'were'} left out: reports there count as outside. If "
        "reports are to be expected there, get the file again."
    )
    return [Caution("wards-left-out", said)]


def _some(names: Iterable[str]) -> str:
    found = [shortened(name) for name in dict.fromkeys(names)]
    rest = len(found) - _SHOWN
    return join(found if rest <= 0 else [*found[:_SHOWN], count(rest, "other")])


# --- codes and names -----------------------------------------------------------------------------


def _called(
    whole: gpd.GeoDataFrame, columns: WardColumns, file_name: str
) -> tuple[pd.Series, pd.Series, tuple[str, ...]]:
    """Return code and name of each shape, and what else is to be said of them."""
    if columns.code is None and columns.name is None:
        name = clean(file_name.rpartition(".")[0] or file_name).replace("_", " ").strip()
        names = pd.Series([name], whole.index, dtype="str")
        said = f"{file_name} has one shape and no column for the code or the name of a ward: it "
        said += f"was read as one ward, named {name} after the file."
        return pd.Series([_slug(name)], whole.index, dtype="str"), names, (said,)
    if columns.code is None:
        names = texts_of(whole[columns.name])
        _refuse_blank(names, file_name, "name")
        again = names[names.duplicated()]
        again_said = f"{file_name}: shapes of the same name were taken as one ward: {_some(again)}."
        return _made_codes(names), names, (again_said,) * bool(len(again))
    codes = texts_of(whole[columns.code])
    _refuse_blank(codes, file_name, "code")
    names = codes if columns.name is None else texts_of(whole[columns.name])
    return codes, names.where(names != "", codes), ()


def _refuse_blank(texts: pd.Series, file_name: str, what: str) -> None:
    """Refuse shapes that cannot be called anything: their reports would be nowhere."""
    n_blank = int((texts == "").sum())
    if n_blank:
        raise BoundaryError(
            f"{file_name}: {n_blank} of {len(texts)} wards have no {what}. Every ward needs one; "
            "get the file again, or take the rows out that are not wards."
        )


def _slug(name: str) -> str:
    return _GAP.sub("-", name.casefold()).strip("-") or "ward"


def _made_codes(names: pd.Series) -> pd.Series:
    """Make a code of each different name; names that differ by a sign alone are numbered."""
    different = pd.Series(sorted(set(names)), dtype="str")
    codes = different.map(_slug)
    again = codes.groupby(codes).cumcount()
    codes = codes.where(again == 0, codes + "-" + (again + 1).astype("str"))
    return names.map(dict(zip(different, codes, strict=True)))


def _of_two_names(table: gpd.GeoDataFrame, file_name: str) -> list[Caution]:
    """Say which codes stand under several names: the first was kept."""
    n_names = table.groupby("ward_code")["ward_name"].nunique()
    codes = n_names.index[n_names > 1]
    if codes.empty:
        return []
    said = (
        f"{file_name}: shapes of one code have several names, and were taken as one ward with the "
        f"first of them: {_some(codes)}."
    )
    return [Caution("wards-as-read", said)]

"""Which service holds a layer: read from the names in the catalogue, which drift.

The same layer has been called ``Wards_December_2022_Boundaries_UK_BGC``, ``WD_DEC_2025_UK_BGC``,
``Wards_May_2022_UK_BFC_V2`` and ``Wards_December_2019_Boundaries_UK_BGC_2022`` (the last year is
that of a new edition). So a name is taken apart into words: kind, month, year, resolution,
country, version.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from csp_geo.errors import BoundaryError, SettingsError
from csp_geo.period import say_month

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_NO_WORD: Final = re.compile(r"[^a-z0-9]+")
_YEAR: Final = re.compile(r"(19|20)\d\d")
_VERSION: Final = re.compile(r"v\d{1,3}")
_CODE: Final = re.compile(r"E0[6-9]\d{6}|W06\d{6}|S12\d{6}|N09\d{6}")


@dataclass(frozen=True)
class Kind:
    """A kind of layer: how its services, its columns and its codes begin, and what to call it."""

    layer: str
    names: tuple[tuple[str, ...], ...]
    stem: str
    codes: re.Pattern[str]
    one: str
    many: str
    by_census: bool = False


KINDS: Final = {
    kind.layer: kind
    for kind in (
        Kind(
            "wards",
            (("wards",), ("wd",)),
            "wd",
            re.compile(r"(E05|W05|S13|N08)\d{6}"),
            "ward",
            "wards",
        ),
        Kind(
            "lsoa",
            (("lower", "layer", "super", "output", "areas"), ("lsoa",)),
            "lsoa",
            re.compile(r"[EW]01\d{6}"),
            "LSOA",
            "LSOAs",
            by_census=True,
        ),
        Kind(
            "borough",
            (("local", "authority", "districts"), ("lad",)),
            "lad",
            _CODE,
            "borough",
            "boroughs",
        ),
    )
}
LAYERS: Final = tuple(KINDS)

_MONTHS: Final = (
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
)
_FINENESS: Final = {"bgc": 0, "gcb": 0, "bfc": 1, "fcb": 1, "bfe": 2, "feb": 2, "bge": 3, "geb": 3}
"""Best first: to 20 m and full, clipped to the coast; then the same to the extent of the realm."""
_COARSE: Final = frozenset({"bsc", "buc", "sgcb", "ugcb"})
_COUNTRIES: Final = {"uk": "EWSN", "gb": "EWS", "ew": "EW", "en": "E", "england": "E"}
"""Which countries a service covers, by the first letters of their codes; the widest first."""
_NOT_SHAPES: Final = frozenset(
    {"lu", "lookup", "nc", "names", "codes", "pwc", "centroids", "popcentroids", "population"}
)


@dataclass(frozen=True)
class ServiceName:
    """A service of boundaries as its name describes it."""

    name: str
    layer: str
    year: int
    month: int
    fineness: int
    coverage: str
    version: int
    words: int

    @property
    def said(self) -> str:
        """The time of the boundaries in words: December 2022."""
        from datetime import date

        return say_month(date(self.year, self.month, 1)) if self.month else str(self.year)

    @property
    def rank(self) -> tuple[int, ...]:
        """The smaller, the better: newest month, resolution, widest country, newest version."""
        country = list(_COUNTRIES.values()).index(self.coverage)
        return (-self.month, self.fineness, country, -self.version, self.words)


def check_code(code: str) -> str:
    """Return the code of a local authority as it is written; it is all that is sent.

    Raises
    ------
    SettingsError
        If it is none.
    """
    tidy = code.strip().upper()
    if _CODE.fullmatch(tidy):
        return tidy
    shown = "".join(sign for sign in code if sign.isprintable())[:40]
    is_ward = KINDS["wards"].codes.fullmatch(tidy)
    what = "the code of a ward" if is_ward else "no code of a borough or district"
    raise SettingsError(
        f"'{shown}' is {what}. Give the code of the local authority: E06, E07, E08, E09, W06, S12 "
        "or N09 and six more figures, such as E09000002 for Barking and Dagenham."
    )


def understood(name: str) -> ServiceName | None:
    """Take a service's name apart; `None` if it holds no usable boundaries of a known kind."""
    words = [word for word in _NO_WORD.split(name.rpartition("/")[2].lower()) if word]
    kind = next(
        (k for k in KINDS.values() for start in k.names if tuple(words[: len(start)]) == start),
        None,
    )
    years = [int(word) for word in words if _YEAR.fullmatch(word)]
    finest = [_FINENESS[word] for word in words if word in _FINENESS]
    if kind is None or not years or not finest or not _NOT_SHAPES.isdisjoint(words):
        return None
    months = [_MONTHS.index(word[:3]) + 1 for word in words if _is_month(word)]
    versions = [int(word[1:]) for word in words if _VERSION.fullmatch(word)]
    coverage = next((_COUNTRIES[word] for word in words if word in _COUNTRIES), "EW")
    return ServiceName(
        name=name,
        layer=kind.layer,
        year=years[0],
        month=months[0] if months else 0,
        fineness=finest[0],
        coverage=coverage,
        version=max(versions, default=1),
        words=len(words),
    )


def _is_month(word: str) -> bool:
    full = ("january", "february", "march", "april", "june", "july", "august", "september")
    return word in _MONTHS or word in {*full, "sept", "october", "november", "december"}


def choose_services(
    names: Iterable[str], layer: str, code: str, year: int
) -> Sequence[ServiceName]:
    """Return the services that hold a layer for a year, the best first.

    LSOAs are drawn for a census: of these the newest up to `year` is taken.

    Raises
    ------
    BoundaryError
        If there is none; says which years there are.
    """
    kind, everything = KINDS[layer], list(names)
    known = [found for name in everything if (found := understood(name)) and found.layer == layer]
    known = [found for found in known if code[0] in found.coverage]
    years = sorted({found.year for found in known})
    wanted = max((y for y in years if y <= year), default=year) if kind.by_census else year
    fitting = sorted((found for found in known if found.year == wanted), key=lambda f: f.rank)
    if fitting:
        return fitting
    if years:
        there = f"There are {kind.many} of {', '.join(map(str, years))}: choose one with --year."
    elif kind.by_census and code[0] in "SN":
        there = "LSOAs are of England and Wales only."
    else:
        there = "There are none of any year: is it the right address (--service)?"
    coarse = any(
        str(year) in name and not _COARSE.isdisjoint(_NO_WORD.split(name.lower()))
        for name in everything
        if any(name.lower().startswith(start[0]) for start in kind.names)
    )
    why = ", only ones too coarse to tell wards apart (BSC, BUC)" if coarse else ""
    raise BoundaryError(
        f"The service lists no boundaries of {kind.many} for {year} that cover {code}{why}. {there}"
    )

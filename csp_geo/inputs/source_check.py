"""What a project may write into a source.toml: every value is checked before anything uses it."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from csp_geo.core.errors import SettingsError
from csp_geo.core.projection import is_projected
from csp_geo.core.tables import LOCATION_METHODS, SENSITIVITIES, THEMES, UNKNOWN
from csp_geo.core.toml import (
    TABLE,
    ValueKind,
    check_values,
    number,
    one_of,
    shown,
    text,
    texts,
    whole,
)
from csp_geo.core.wording import shortened
from csp_geo.inputs.fields import FIELDS
from csp_geo.inputs.vocabulary import HARMLESS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_DAY: Final = datetime(2021, 11, 23, 14, 20)  # noqa: DTZ001 - a clock on the wall
_DIRECTIVE: Final = re.compile("%(.?)", re.DOTALL)
_SAME: Final = {"B": "b", "m": "b", "Y": "y", "I": "H"}
"""Directives of which one is enough, and two are one too many."""
_NEEDED: Final = frozenset("dby")
_ALLOWED: Final = frozenset("dbyHMSfpaA%")
_LONGEST_FORMAT: Final = 100
_CODE: Final = re.compile(r"[A-Za-z]{2,10}:\d{1,9}")


def _reads_dates(pattern: Any) -> bool:
    """Tell whether a format says day, month and year, each once, and pandas can read by it."""
    if not isinstance(pattern, str) or len(pattern) > _LONGEST_FORMAT:
        return False
    said = [_SAME.get(sign, sign) for sign in _DIRECTIVE.findall(pattern)]
    once = [sign for sign in said if sign != "%"]
    if len(once) != len(set(once)) or not _NEEDED <= set(said) <= _ALLOWED:
        return False
    try:
        read = pd.to_datetime(pd.Series([_DAY.strftime(pattern)]), format=pattern, errors="coerce")
    except ValueError:
        return False
    return bool(read.iloc[0].date() == _DAY.date())


def _formats_fault(value: Any) -> str | None:
    if not isinstance(value, list):
        return shown(value)
    odd = next((entry for entry in value if not _reads_dates(entry)), None)
    return None if odd is None else f"a list with {shown(odd)} in it"


def _crs_fault(value: Any) -> str | None:
    fits = isinstance(value, str) and _CODE.fullmatch(value) and is_projected(value)
    return None if fits else shown(value)


VALUES: Final[Mapping[str, ValueKind]] = {
    "title": text(),
    "licence": text(1000),
    "location_method": one_of(LOCATION_METHODS),
    "location_accuracy_m": number(0, 100_000, " of metres"),
    "look_back_months": whole(0, 1_200),
    "default_theme": one_of(THEMES),
    "theme_without_category": one_of(THEMES),
    "header": texts("column names"),
    "marks": texts("column names"),
    "never": texts("column names"),
    "date_formats": ValueKind(
        'a list of formats with day, month and year once each, such as ["%d/%m/%Y %H:%M"]',
        _formats_fault,
    ),
    "crs": ValueKind("the code of a coordinate system in metres, such as 'EPSG:32629'", _crs_fault),
    "columns": TABLE,
    "themes": TABLE,
    "sensitive": TABLE,
}
_SENSITIVE: Final = (*(kind for kind in SENSITIVITIES if kind not in {"", UNKNOWN}), HARMLESS)
_NAMES: Final = texts("column names", least=1)
_WORDS: Final = texts("category words")


def check_source(
    own: Mapping[str, Any], source: str, where: str, plain: Callable[[str], str]
) -> None:
    """Refuse what a source.toml cannot say.

    Parameters
    ----------
    source
        The name of the source, which the file may repeat.
    where
        How messages name the file.
    plain
        How names are compared.

    Raises
    ------
    SettingsError
        A sentence that names the file and the key.
    """
    check_values(own, {**VALUES, "source": one_of((source,))}, where)
    for table, known, kind, what in (
        ("columns", tuple(FIELDS), _NAMES, "field"),
        ("themes", THEMES, _WORDS, "theme"),
        ("sensitive", _SENSITIVE, _WORDS, "kind"),
    ):
        values = own.get(table, {})
        place = f"{where}, [{table}]"
        check_values(values, dict.fromkeys(known, kind), place, what=what)
        _refuse_twice(values, place, what, plain)


def _refuse_twice(
    values: Mapping[str, list[str]], place: str, what: str, plain: Callable[[str], str]
) -> None:
    """Refuse a name that stands under two keys, and one that nothing could be equal to."""
    under: dict[str, str] = {}
    for key, words in values.items():
        for word in words:
            bare = plain(word)
            if not bare:
                raise SettingsError(
                    f"{place}: {key} has the word '{shortened(word)}', which has neither a letter "
                    "nor a digit to be told by. Take it out."
                )
            other = under.setdefault(bare, key)
            if other != key:
                raise SettingsError(
                    f"{place}: '{shortened(word)}' stands under two {what}s, {other} and {key}. "
                    "Leave it under one of them."
                )

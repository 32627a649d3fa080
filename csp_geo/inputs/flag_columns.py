"""Columns that are not kept: read only for what makes a report sensitive.

A flag, a marker, a keyword or how a thing was done may say that an assault was domestic. Nothing of
such a cell is kept but that.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from csp_geo.core.tables import SENSITIVITIES, UNKNOWN
from csp_geo.inputs.reasons import FLAG
from csp_geo.inputs.vocabulary import (
    ANSWER,
    CATEGORY,
    FLAGS,
    OTHER,
    TOLD,
    packaged_words,
    spelt,
    strictest,
    whole_words,
)
from csp_geo.inputs.when.dates import read_dates

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from csp_geo.inputs.source import Source
    from csp_geo.inputs.vocabulary import Vocabulary

_HEADINGS: Final = packaged_words()["headings"]
_FLAG, _CLASS, _TOLD, _THING, _WHO, _KIN = (
    whole_words(_HEADINGS[key]) for key in ("flag", "class", "told", "thing", "who", "kin")
)
_AGE, _WHOSE, _CODES, _MARKS = (
    whole_words(_HEADINGS[key]) for key in ("age", "whose", "code", "marks")
)
_ALONE: Final = frozenset(_HEADINGS["whose_or_none"])
_NOT_YOUNG: Final = whole_words(packaged_words()["cells"]["not_young"])
_CODE_OF: Final = {
    "sexual": re.compile(r"(?:17|19|2[0-3]|27|7[0-4]|88)[a-j]?(?: .*)?|sx\d.*"),
    "child": re.compile(r"1[123][a-c]?(?: .*)?"),
    "slavery": re.compile(r"106(?: .*)?"),
    "hate": re.compile(r"(?:8[hp]|9b|58[e-j]|105b|125b)(?: .*)?"),
}
"""Home Office classes and CJS codes of offences that are sensitive: 019/08 is a rape."""
_OF_KIND: Final = frozenset({"category", "major", "place"})
"""Fields whose columns are looked over although they are kept."""
_OWN: Final = "sensitive"
"""How the column of a cleaned file is headed."""
_NO, _YES = (frozenset(map(spelt, packaged_words()["cells"][key])) for key in ("no", "yes"))
_BLANK: Final = frozenset("-\u2013\u2014._? ")
_ACRONYM: Final = re.compile(r"(?<=[A-Z])(?=[A-Z][a-z]{2})")
_ENDING: Final = re.compile(r"(.+?)(?:flags?|indicator|ind|yn|marker|mkr|\d{1,4})")
_YEARS: Final = re.compile(r"\d{1,3}")
_DATE: Final = re.compile(r"\d{4,}|\d[-/. ][A-Za-z\d]{1,3}[-/. ]\d")
_BELOW: Final = re.compile(r"(?<![^ ])(?:under|below|less than|u|lt)(?![a-z])")
_ADULT: Final = 18


@dataclass(frozen=True)
class Heading:
    """What the heading of a column says of its cells.

    `kind` is what a yes in it means, and whatever is not a no; `kind_of_yes` the same, more freely,
    where the cell is such as yes. `reading` is how its cells are read. Its cells are a victim's age
    or birth (`is_age`), the code of an offence (`is_code`), or flags (`is_mark`): what nobody knows
    among them is unknown.
    """

    kind: str
    kind_of_yes: str
    reading: str
    is_age: bool = False
    is_code: bool = False
    is_mark: bool = False


def heading_of(
    name: str, words: Vocabulary, *, asked: bool = False, field: str | None = None
) -> Heading:
    """Say what the heading of a column tells.

    Where people are `asked` (a survey) a column may be about them: "Disability" is not a flag.
    `field` is what it is read as besides.
    """
    text = _spelt_heading(name, words)
    flag = bool(_FLAG.search(text))
    kind = words.kind_of(text, FLAGS if flag and not asked else OTHER)
    if not kind and (text == _OWN or (flag and _OWN in text)):
        kind = UNKNOWN
    loose = kind if asked else words.kind_of(text, FLAGS)
    reading = ANSWER if asked else _reading_of(text, field)
    return Heading(
        kind,
        loose,
        reading,
        is_age=not asked and is_age_of_victim(text),
        is_code=not asked and bool(_CODES.search(text)),
        is_mark=not asked and bool(_MARKS.search(text)),
    )


def is_age_of_victim(text: str) -> bool:
    """Tell a heading, spelt out, below which a victim's age or birth stands."""
    return text in _ALONE or bool(_AGE.search(text) and _WHOSE.search(text))


def _reading_of(text: str, field: str | None) -> str:
    thing, who = bool(_THING.search(text)), bool(_WHO.search(text))
    if field in {"category", "major"}:
        return CATEGORY
    if field == "place":
        return CATEGORY if _CLASS.search(text) and not (thing or who) else OTHER
    if _FLAG.search(text):
        return FLAGS
    if _KIN.search(text) or (_TOLD.search(text) and not thing):
        return TOLD
    return CATEGORY if _CLASS.search(text) and not (thing or who) else OTHER


def _spelt_heading(name: str, words: Vocabulary) -> str:
    """Write a heading as words: ``DAFlag``, ``DVIND`` and ``CSE Y/N`` are flags of something."""
    parts = []
    for word in spelt(_ACRONYM.sub(" ", name)).split():
        ending = _ENDING.fullmatch(word)
        known = ending is not None and words.kind_of(ending[1], FLAGS)
        parts.append(f"{ending[1]} flag" if ending is not None and known else word)
    return " ".join(parts)


def kind_of_cell(cell: str, column: Heading, words: Vocabulary) -> str:
    """Return what a cell says of its report; "" for nothing."""
    text = spelt(cell)
    if text in _NO or (not text and not _is_tick(text, cell)):
        return ""
    if column.is_age:
        return _kind_of_age(cell, text)
    if column.is_code and (known := _kind_of_code(text)):
        return known
    first = text.partition(" ")[0]
    yes = text in _YES or _is_tick(text, cell) or first in _SAYS_YES
    kind = column.kind or (column.kind_of_yes if yes else "")
    if kind == UNKNOWN and text and text in SENSITIVITIES:
        return text
    reading = CATEGORY if kind and column.reading == OTHER else column.reading
    found = words.kind_of(text, reading) or kind
    if not found and column.is_mark and not yes and not words.knows_all_of(text):
        return "" if set(cell.split(";")) <= FLAG.keys() else UNKNOWN  # ours, of a cleaned file
    return found


_SAYS_YES: Final = frozenset({"y", "yes", "true"})


def _kind_of_age(cell: str, text: str) -> str:
    """Say whether an age or a birth is a child's; a date is compared with the day it happened."""
    if _NOT_YOUNG.search(text) or _DATE.search(cell):
        return ""
    if _YEARS.search(cell) is None:
        return UNKNOWN  # "Child", "nine": written out
    return "child" if _is_under_age(cell) else ""


def _kind_of_code(text: str) -> str:
    bare = text.lstrip("0")
    return next((kind for kind, code in _CODE_OF.items() if code.fullmatch(bare)), "")


def _is_under_age(cell: str) -> bool:
    """Tell an age below 18: the first number of it, "<18" or "under 18"."""
    years = _YEARS.search(cell)
    if years is None:
        return False
    below = "<" in cell or _BELOW.search(cell.casefold()) is not None
    return int(years[0]) < _ADULT or (below and int(years[0]) == _ADULT)


def _is_tick(text: str, cell: str) -> bool:
    """Tell a sign that stands for yes from a cell that says nothing."""
    return not text and not set(cell) <= _BLANK


class FlagColumns:
    """The columns of a table that are looked over, and what they say row by row."""

    def __init__(self, header: Sequence[str], columns: Mapping[str, str], source: Source) -> None:
        kept = {column for field, column in columns.items() if field not in _OF_KIND}
        fields = {column: field for field, column in columns.items()}
        asked = source.family == "perception"
        self._words = source.vocabulary
        self._headings = {
            name: heading_of(name, self._words, asked=asked, field=fields.get(name))
            for name in header
            if name not in kept
        }
        self._when = next((columns[name] for name in ("date", "month") if name in columns), None)
        self._born = [name for name, heading in self._headings.items() if heading.is_age]

    def kinds(self, chunk: pd.DataFrame) -> pd.Categorical[Any]:
        """Return what each row's columns say, one of `tables.SENSITIVITIES`."""
        found = [np.full(len(chunk), "", dtype=object)]
        for name, heading in self._headings.items():
            codes, cells = pd.factorize(chunk[name])
            kinds = [kind_of_cell(str(cell), heading, self._words) for cell in cells]
            if any(kinds):
                found.append(np.array(kinds, dtype=object)[codes])
        found += [self._young(chunk, name) for name in self._born]
        return pd.Categorical(strictest(found), categories=list(SENSITIVITIES))

    def _young(self, chunk: pd.DataFrame, born: str) -> NDArray[np.object_]:
        """Tell the rows whose victim was born less than 18 years before it happened."""
        if self._when is None or not len(chunk):
            return np.full(len(chunk), "", dtype=object)
        birth, happened = (read_dates(chunk[name]).at for name in (born, self._when))
        birth = birth.fillna(_year_or_serial(chunk[born]))
        young = (birth + pd.DateOffset(years=_ADULT) > happened) & (birth <= happened)
        return np.where(young, "child", "")


def _year_or_serial(cells: pd.Series) -> pd.Series:
    """Read births without a written date: a year as its last day, the number of a day in Excel."""
    number = pd.to_numeric(cells, errors="coerce")
    years = cells.where(number.between(1900, 2100)).astype("str").str.strip().str[:4]
    year = pd.to_datetime(years, format="%Y", errors="coerce")
    day = pd.to_datetime(
        number.where(number.between(10_000, 80_000)), unit="D", origin="1899-12-30", errors="coerce"
    )
    return (year + pd.offsets.YearEnd(0)).fillna(day)

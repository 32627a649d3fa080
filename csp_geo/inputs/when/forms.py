"""How dates that could not be read are written, said so that no cell is shown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pandas as pd

from csp_geo.core.wording import count
from csp_geo.inputs.when.dates import days_of_serials

if TYPE_CHECKING:
    from collections.abc import Iterable

_LOOKED_AT: Final = 200
_LONGEST: Final = 40
_FIRST_YEAR: Final = 1990
_MOST: Final = 0.8
_DAYS: Final = (
    "%d%m%Y", "%m%d%Y", "%d%m%y", "%d%B%Y", "%d %m %Y", "%d_%m_%Y", "%Y_%m_%d", "%Y %m %d",
    "%Y%b%d", "%d-%B-%Y", "%d.%B.%Y", "%d.%b.%Y", "%d. %B %Y", "%m/%d/%Y", "%m-%d-%Y",
    "%Y/%d/%m", "%Y-%d-%m", "%y-%m-%d", "%y%m%d",
)  # fmt: skip
_CLOCKS: Final = ("", "%H%M", " %H%M", "%H%M%S", ":%H:%M:%S", " %H:%M", " %H:%M:%S", "_%H%M%S",
                  " %Hh%M", "-%H%M", ".%H%M", " %I:%M:%S %p")  # fmt: skip
_KNOWN: Final = (
    "%Y%m%d",
    "%d/%m/%Y",
    "%Y-%m-%d",
    "%d-%m-%Y",
    "%d.%m.%Y",
    "%d/%b/%Y",
    "%d%b%Y",
    "%d%b%y",
)
"""Days that are read by themselves, and not with each of the clocks."""
_LETTERS: Final = re.compile(r"[^\W\d_]+")
_DAY_OR_MONTH: Final = re.compile("%[dm]")
_DIGIT: Final = re.compile(r"\d")
_ABOUT: Final = re.compile(
    r"(?i)(?:(?:approx(?:imately)?|about|around|circa|ca?|roughly|before|after|by|since|sometime"
    r"|over ?night|night of)\b|~)"
)
"""Words before a date after which it is not sure."""


def say_forms(cells: Iterable[str], read: Iterable[str], where: str) -> tuple[str, ...]:
    """Say of dates that could not be read what they are: Excel's numbers, unsure, of another form.

    Numbers are taken for Excel's only where some other date of the column could be read.

    Parameters
    ----------
    cells, read, where
        As for `say_form`.

    Returns
    -------
    said
        A sentence for each kind.
    """
    texts, others = pd.Series(list(cells), dtype="str").str.strip(), list(read)
    said = []
    if others:
        days = days_of_serials(texts)
        days = days[days.dt.year >= _FIRST_YEAR]
        texts = texts.drop(days.index)
        said += [_say_serials(days)] if len(days) else []
    unsure = texts.str.match(_ABOUT) & texts.str.contains(_DIGIT)
    if n := int(unsure.sum()):
        said.append(
            f"{count(n, 'date')} with a word such as about, before or overnight could not be read: "
            "write the first and the last day that it may have been, as 11/03/2022 - 13/03/2022"
        )
    form = say_form(texts[~unsure], others, where)
    return (*said, form) if form else tuple(said)


def _say_serials(days: pd.Series) -> str:
    first, last = (f"{day.day} {day:%B %Y}" for day in (days.min(), days.max()))
    would = f"it would be {first}" if first == last else f"they would be {first} to {last}"
    return (
        f"{count(len(days), 'date')} that are a number alone could not be read: as Excel's serial "
        f"numbers of days {would}. Excel may have taken day and month the other way round: check "
        "that with the sender, and write them as dates"
    )


def say_form(cells: Iterable[str], read: Iterable[str], where: str) -> str:
    """Say how dates are written that could not be read, and the setting that would read them.

    Parameters
    ----------
    cells
        The dates that could not be read, one for each row.
    read
        Those that could: what is written like one of them is no day of the calendar.
    where
        The file in which a project says it: ``offence/source.toml``.

    Returns
    -------
    said
        A sentence with digits as 9 and words as a; "" where they have no form in common.
    """
    texts = pd.Series(list(cells), dtype="str").str.strip()
    texts = texts[~texts.map(_shape).isin({_shape(text) for text in read})]
    shapes = texts.map(_shape)
    if shapes.empty:
        return ""
    (shape, n), *_ = shapes.value_counts().items()
    if shape in {"9", "99"}:
        return (
            f"{count(int(n), 'date')} that are a number alone could not be read: a month or a day "
            "needs its year, in a column headed year"
        )
    if len(str(shape)) > _LONGEST or not _DIGIT.search(str(shape)):
        return ""
    alike = pd.Series(texts[shapes == shape].unique()[:_LOOKED_AT], dtype="str")
    formats = [form for form in _formats() if _reads(alike, form)]
    example = f'"{formats[0]}"' if formats else '"%d/%m/%Y %H:%M"'
    told = f"{count(int(n), 'date')} written like '{shape}' could not be read"
    if len(formats) > 1 and {"%d%m", "%m%d"} <= {_order(form) for form in formats}:
        return (
            f"{told}, because day and month could stand in either order: say it in {where}, as "
            f'date_formats = ["{formats[0]}"] or ["{formats[1]}"]'
        )
    such = "as" if formats else "in the manner of"
    return f"{told}: say how they are written in {where}, {such} date_formats = [{example}]"


def _shape(text: str) -> str:
    return _DIGIT.sub("9", _LETTERS.sub("a", text))


def _formats() -> list[str]:
    alone = [day + clock for day in _DAYS for clock in _CLOCKS]
    return alone + [day + clock for day in _KNOWN for clock in _CLOCKS[1:]]


def _order(form: str) -> str:
    return "".join(_DAY_OR_MONTH.findall(form))


def _reads(texts: pd.Series, form: str) -> bool:
    read = pd.to_datetime(texts, format=form, errors="coerce")
    return bool((read.notna() & read.dt.year.between(1990, 2100)).mean() >= _MOST)

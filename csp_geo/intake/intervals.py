"""A date cell that holds two: "01/11/2021 - 03/11/2021", "01/11/2021 22:00 to 06:30"."""

from __future__ import annotations

import re
from typing import Final

import pandas as pd

from csp_geo.intake.clock import CLOCK

_DAY: Final = (
    r"(?:[A-Za-z]{3,9},? )?"
    r"(?:\d{1,4}(?:st|nd|rd|th)?(?: of)?[/.\- ](?:\d{1,2}|[A-Za-z]{3,9})[/.\-, ]{1,9}\d{2,4}"
    r"|[A-Za-z]{3,9} \d{1,2}(?:st|nd|rd|th)?,? \d{4})"
)
_WHEN: Final = rf"{_DAY}(?:(?:T|,? (?:at |@ ?)?)\d[^-\u2013\u2014]{{0,60}})?"
_TO: Final = (
    r" (?:-|\u2013|\u2014|to|until|till|(?(both)and)) "  # spaced: 01-11-2021 stays whole
    r"| ?[\u2013\u2014] ?|(?<=[/.]\d{4})-(?=\d)|(?<=\d:\d\d)-(?=\d)|(?<=\d)/(?=\d{4}-\d\d-\d\d)"
)
_SIGNS: Final = re.compile(r"[\u2013\u2014]|\s(?:-|[TtUuAa]\w+)\s|\d{4}-\d+[/.]|/\d{4}-|:\d\d-\d")
"""One of these is in every such cell, and it is quickly seen that it is not."""
_OFFSET: Final = r"\d{4}-\d\d-\d\d[T ][\d:.]+-\d\d:?\d\d$"
_SPACES: Final = re.compile(r"\s+")
_CELL: Final = re.compile(
    rf"(?i)^(?!{_OFFSET})(?:(?P<both>between )|from )?(?P<first>{_WHEN}?)(?:{_TO})"
    rf"(?:(?P<date_to>{_WHEN})|(?P<time_to>{CLOCK}|\d{{4}}))$"
)


def with_intervals(rows: pd.DataFrame) -> pd.DataFrame:
    """Return reports of which the second date (or time) of a cell stands in `date_to` (`time_to`).

    Only where both halves look like what they should be, and no column of its own says the end.
    """
    text = rows["date"].astype("str")
    codes, cells = pd.factorize(text)
    each = pd.Series(cells, dtype="str")
    likely = each[each.str.contains(_SIGNS)]
    found = likely.str.replace(_SPACES, " ", regex=True).str.strip().str.extract(_CELL)
    if found["first"].isna().all():
        return rows
    found["first"] = found["first"].str.strip()
    found = found.reindex(each.index).fillna("").iloc[codes].set_axis(rows.index)
    own = {name: rows[name].astype("str") for name in ("date", "date_to", "time_to")}
    split = (found["first"] != "") & (own["date_to"] == "") & (own["time_to"] == "")
    found = found.rename(columns={"first": "date"})
    return rows.assign(**{name: text.mask(split, found[name]) for name, text in own.items()})

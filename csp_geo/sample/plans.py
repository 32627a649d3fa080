"""What each sample file is to hold: the plans of `plans/*.toml`, one a file.

A plan is data: the header, where and when how many reports lie (`draws`), what they are about
(`mixes`), and the dirt on top. Whoever wants another sample changes a plan, not the code.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

Row = dict[str, str]
"""One row of a report file: text by column."""

REPORT_PLANS: Final = ("survey", "streetsafe", "eva", "offence", "graffiti", "asb", "fire")
"""One plan a source, named after it; `police_uk` is one more, for the offence folder."""


@dataclass(frozen=True)
class Batch:
    """So many reports of one mix at one place within a span of days, both included.

    `place` is the name of a spot, or "streets" or "stops" for any one of them.
    """

    mix: str
    place: str
    first: date
    last: date
    n: int


@dataclass(frozen=True)
class Plan:
    """One sample file.

    `columns` names, for each role (reference, date, time, category, x, y, ...), the file's column.
    `dirt` are values by role that spoil a copy of a report, so that it comes on top and cannot be
    used; `changes` are values by role that make a report doubtful where it stands. `extra` is what
    only one source needs.
    """

    source: str
    file: str
    header: list[str]
    label: str
    line_end: str
    crs: str
    reference: str
    date_format: str
    columns: Mapping[str, str]
    draws: list[Batch]
    byte_order_mark: bool = False
    pins: bool = False
    mixes: Mapping[str, Any] = field(default_factory=dict)
    dirt: list[dict[str, Any]] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    repeats: Mapping[str, int] = field(default_factory=lambda: {"duplicates": 0, "references": 0})
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """Where the file lies in a project folder."""
        return f"data/reports/{self.source}/{self.file}"

    @property
    def labelled_header(self) -> list[str]:
        """The header with the column that says "synthetic sample"."""
        return self.header if self.label in self.header else [*self.header, self.label]


@lru_cache
def read_plan(name: str) -> Plan:
    """Read the plan of that name."""
    path = files("csp_geo.sample").joinpath("plans", f"{name}.toml")
    values = tomllib.loads(path.read_text(encoding="utf-8"))
    values["draws"] = [Batch(*line) for line in values["draws"]]
    known = set(Plan.__dataclass_fields__)
    extra = {key: values.pop(key) for key in list(values) if key not in known}
    return Plan(**values, extra=extra)

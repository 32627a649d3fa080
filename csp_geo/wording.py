"""Numbers with their nouns, and lists, as a sentence has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from csp_geo.visible import clean

if TYPE_CHECKING:
    from collections.abc import Iterable

_TWO: Final = 2
_NAME_LENGTH: Final = 40


def number(value: float) -> str:
    """Write a whole number with commas."""
    return f"{round(value):,}"


def count(value: float, noun: str, plural: str | None = None) -> str:
    """Write a number with its noun: "1 report", "1,204 reports"."""
    return f"{number(value)} {noun if round(value) == 1 else plural or noun + 's'}"


def join(items: Iterable[str], last: str = "and") -> str:
    """Join words as a sentence does: "a, b and c"."""
    words = list(items)
    if len(words) < _TWO:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def shortened(name: str, length: int = _NAME_LENGTH) -> str:
    """Write somebody's name for a column or a sheet so that a sentence can hold it."""
    line = " ".join(clean(name).split())
    return line if len(line) <= length else f"{line[:length]}..."

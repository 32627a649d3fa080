"""Numbers with their nouns, dates, lists and labels, as a sentence of British English has them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from csp_geo.core.period import say_day, say_month, say_span
from csp_geo.core.visible import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

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


FAMILY_LABELS: Final = {
    "recorded": "Recorded",
    "perception": "Perception",
    "observation": "Audit findings",
    "other": "Other",
}
SOURCE_LABELS: Final = {
    "survey": "Survey pins",
    "streetsafe": "StreetSafe pins",
    "eva": "Audit findings",
    "offence": "Recorded offences",
    "graffiti": "Graffiti log",
    "asb": "Anti-social behaviour reports",
    "fire": "Fire Service incidents",
    "other": "Other reports",
}
DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTH_LENGTH: Final = len("2023-01")
_HECTARE: Final = 10_000.0
_FEW: Final = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def plural(noun: str) -> str:
    """Return the plural of a noun that we count: reports, people."""
    return "people" if noun == "person" else f"{noun}s"


def few(n: int) -> str:
    """Write a small number as a word, as a sentence does: "two of 12"."""
    return _FEW[n] if 0 <= n < len(_FEW) else number(n)


def source_label(source: object) -> str:
    """Name a source in words; an unknown one keeps its own name."""
    return SOURCE_LABELS.get(str(source), str(source))


def family_label(family: object) -> str:
    """Name a family in words; an unknown one keeps its own name."""
    return FAMILY_LABELS.get(str(family), str(family).capitalize())


def tally(counts: Mapping[str, int] | object) -> list[tuple[str, int]]:
    """Turn a mapping of counts into pairs, the largest first, equal ones by name."""
    if not hasattr(counts, "items"):
        return []
    pairs = [(str(key), int(n)) for key, n in counts.items()]
    return sorted((pair for pair in pairs if pair[1]), key=lambda pair: (-pair[1], pair[0]))


def parse_date(text: object) -> tuple[date, bool] | None:
    """Read "2021-11-08" or "2021-11"; the second value tells whether it is only a month."""
    words = "" if text is None else str(text).strip()
    is_month = len(words) == _MONTH_LENGTH
    try:
        return date.fromisoformat(f"{words}-01" if is_month else words[:10]), is_month
    except ValueError:
        return None


def capital(text: str) -> str:
    """Begin a sentence."""
    return text[:1].upper() + text[1:]


def iso_span(first: object, last: object, *, months: bool = False) -> str:
    """Write a period given as ISO text; never finer than the coarser of its two ends."""
    start, end = parse_date(first), parse_date(last)
    if start is None or end is None:
        known = start or end
        if known is None:
            return "unknown"
        return say_month(known[0]) if months or known[1] else say_day(known[0])
    return say_span(start[0], end[0], months=months or start[1] or end[1])


def metres(value: float) -> str:
    """Write a distance to the nearest 10 metres."""
    rounded = round(value / 10) * 10
    return f"{rounded:,} metres" if rounded else "under 10 metres"


def sides(width: float, length: float) -> str:
    """Write the sides of a rectangle to the nearest 10 metres."""
    return f"{round(width / 10) * 10:,} by {round(length / 10) * 10:,} metres"


def hectares(square_metres: float) -> str:
    """Write an area in hectares."""
    area = square_metres / _HECTARE
    return f"{area:,.1f} hectares" if area < 100 else f"{area:,.0f} hectares"  # noqa: PLR2004

"""What the words of a heading say a column is: "OCC_DATE", "Date of occurrence", "cdatetime"."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from csp_geo.inputs.fields import is_of_the_record
from csp_geo.inputs.source import BEGINS, ENDS
from csp_geo.inputs.vocabulary import spelt
from csp_geo.inputs.when.parts import PARTS

if TYPE_CHECKING:
    from collections.abc import Sequence

CLOCKS: Final = ("time", "date_to", "time_to")
"""What may stand beside a date."""
_SHORTEST: Final = 4
_LONGEST: Final = 40
_LONGEST_PART: Final = 16
_AGAINST: Final = {"category": "what", **dict.fromkeys(PARTS, "when")}
"""Which words speak against a field, where it is not those of another place."""
_WHEN_DID_YOU: Final = frozenset({"when", "did", "you"})
_ASKED: Final = frozenset({"last"})
"""Of an event where somebody is asked: "When did you last experience this?"."""
_DATE: Final = frozenset({"date", "datetime", "when"})

_WHOLE: Final = frozenset({"refno", "refval"})
OF_CODES: Final = frozenset({"code", "cd", "id"})
_IN_WORDS: Final = frozenset({"desc", "descr", "description", "dsc", "text", "title"})
_EARLY: Final = frozenset({"initial", "opening", "opened", "original", "first", "reported"})
_LATE: Final = frozenset({"final", "closing", "closed", "close", "result", "confirmed"})


@lru_cache(maxsize=1)
def _toml() -> dict[str, Any]:
    text = (files("csp_geo.inputs") / "sources" / "heading_words.toml").read_text("utf-8")
    return tomllib.loads(text)


@lru_cache(maxsize=1)
def heading_words() -> tuple[frozenset[str], dict[str, frozenset[str]], dict[str, frozenset[str]]]:
    """Return the words of an event, those of each field, and those that speak against one."""
    words = _toml()
    own, against = (
        {name: frozenset(of) for name, of in words[key].items()} for key in ("field", "against")
    )
    return frozenset(words["event"]), own, against


@lru_cache(maxsize=1)
def _every_word() -> frozenset[str]:
    event, own, against = heading_words()
    return frozenset({"of", *BEGINS, *ENDS}).union(event, *own.values(), *against.values())


@lru_cache(maxsize=4096)
def words_of(heading: str) -> frozenset[str]:
    """Split a heading into words, also one without gaps: "OCCDATE", "cdatetime", "date_of_occ"."""
    return frozenset(part for word in spelt(heading).split() for part in _parts(word))


def _parts(word: str) -> tuple[str, ...]:
    """Take a long word apart where all its parts are words of headings, else leave it whole."""
    bare = word.rstrip("0123456789") or word
    known = _every_word()
    if bare in known or not _SHORTEST < len(bare) <= _LONGEST:
        return (bare,)
    ways: dict[int, tuple[str, ...]] = {0: ()}
    if bare[1:] == "datetime":
        return ("datetime",)
    for end in range(2, len(bare) + 1):
        for start in range(max(0, end - _LONGEST_PART), end - 1):
            if start in ways and bare[start:end] in known:
                ways.setdefault(end, (*ways[start], bare[start:end]))
    return ways.get(len(bare), (bare,))


def speaks_for(heading: str, field: str, header: Sequence[str], *, asked: bool) -> int:
    """Say how strongly the words of a heading speak for a field; 0 where they do not.

    What says the end of an interval is never its beginning, and a date of a report, a birth or an
    arrest is none of what happened.
    """
    event, own, against = heading_words()
    words = words_of(heading)
    if field not in {*CLOCKS, "date"}:
        wrong = against[_AGAINST.get(field, "where")] | (ENDS if field in PARTS else frozenset())
        if field == "category" and words & _IN_WORDS:  # what a code stands for: "Crm Cd Desc"
            wrong -= OF_CODES
        return (1 + bool(words & event)) * bool(words & own[field] and not words & wrong)
    of = field.removesuffix("_to")
    says = words & own[of] or (words & event and of == "date")
    is_end = bool(words & ENDS)
    wrong = against["when"] - (_ASKED if words >= _WHEN_DID_YOU else frozenset())
    if not says or is_end != field.endswith("_to") or words & wrong:
        return 0
    stamped = words & event and "timestamp" in words  # "Occurrence timestamp" is of the occurrence
    own_name = " ".join(words - {"timestamp"}) if stamped else heading
    if is_of_the_record(own_name, header, asked=asked):
        return 0
    return 1 + 2 * bool(words & event) + bool(words & _DATE)


def names_a_reference(heading: str) -> bool:
    """Tell a report's own number by a heading that has no other word: "Request Ref", "RefVal"."""
    record, number = frozenset(_toml()["record"]), heading_words()[1]["reference"]
    words = words_of(heading)
    return words <= record | number and bool((words & number and words & record) or words & _WHOLE)


def how_late(heading: str) -> int:
    """Tell a column of how a report ended (1) from one of how it began (-1) and from others (0)."""
    words = words_of(heading)
    return bool(words & _LATE) - bool(words & _EARLY)

"""What words and signs in a filled call list mean: yes, no, no answer, closed for good.

A list of its own words, narrower than that of lists of places: there a "1" or an "x" stands in a
column that somebody filled by rule, here a person wrote it by hand, and may mean anything.
"""

from __future__ import annotations

import re
from typing import Final

from csp_geo.inputs.source import plain
from csp_geo.inputs.venues.call_columns import CHOICES
from csp_geo.inputs.venues.contacts import before_contact, holds_contact
from csp_geo.inputs.venues.listing import NO, YES

OPEN: Final = CHOICES[-1]
"""The answer that leaves a question open."""
_ANSWERS: Final = {
    **dict.fromkeys(("yes", "y", "true"), YES),
    **dict.fromkeys(("no", "n", "false"), NO),
    **dict.fromkeys(map(plain, (OPEN, "unknown", "don't know", "unsure")), OPEN),
}
_TICKS: Final = "\u2713\u2714\u2611\u221a\u2705\U0001f5f8\U0001f5f9"
_CROSSES: Final = "\u2717\u2718\u2612\u274c\u2715\u2716\u274e\u00d7\u2610\u25a1"
"""Crosses and empty boxes: a no to some, a box that was marked to others."""
_UNSEEN: Final = re.compile("[\ufe0e\ufe0f]")
"""Say only whether a sign is drawn in colour."""
_TICK: Final = re.compile(f"[{_TICKS}]")
_CROSS: Final = re.compile(f"[{_CROSSES}]")
_AND_MORE: Final = re.compile(rf"(yes|no|y|n|[{_TICKS}]) ?[-\u2013\u2014,;:(] ?\S", re.IGNORECASE)
"""A choice with a remark behind it: "Yes - spoke to Priya"."""
_NOTHING: Final = re.compile(r"n ?/ ?a\.?|n\.a\.?|not applicable|[-\u2010-\u2015]+", re.IGNORECASE)
_ASKED: Final = re.compile(r"\?+")
_NOT_READ: Final = "so it stands in the note and the question stays open."

_ENDED: Final = re.compile(
    r"\b(?:closed (?:down|permanently|for good|forever)|permanently (?:closed|shut)|"
    r"shut (?:down|for good|permanently)|(?:ceased|stopped) trading|out of business|gone bust|"
    r"no longer (?:exists?|trading|trades|in business)|boarded up|demolished)\b",
    re.IGNORECASE,
)
_OF_OTHERS: Final = re.compile(
    r"\b(?:not|never|nearly|almost|may|might|will|would|if|when|until|before|next|other|"
    r"neighbours?|opposite|\w+n[\u2019']t)\b",
    re.IGNORECASE,
)
"""Before words of closing: it did not close, or something else did."""
_CLAUSE: Final = re.compile(r"[.;,:!?(]")


def says_nothing(text: str) -> bool:
    """Tell whether a cell says that there is no answer: "n/a", a dash."""
    return _NOTHING.fullmatch(text.strip()) is not None


def read_choice(text: str) -> tuple[str, str]:
    """Return the answer that a cell gives, "" for none, and what is odd of it: never its text.

    Examples
    --------
    >>> read_choice("\u2713")
    ('yes', '')
    >>> read_choice("n/a")[0]
    ''
    """
    even = _UNSEEN.sub("", text).strip()
    word = plain(even)
    if _ASKED.fullmatch(even):
        return OPEN, ""
    if says_nothing(even) or word == "na":
        return "", (
            f"says that there is no answer, {_NOT_READ} Choose one of {', '.join(CHOICES)} once "
            "it is known."
        )
    if _CROSS.search(even) or word == "x":
        return "", f"is a cross or an empty box, which may mean yes or no, {_NOT_READ} Write which."
    remark = _AND_MORE.match(even)
    if remark:
        word = plain(remark.group(1))
    has_tick = _TICK.search(even) is not None
    if has_tick and not word:
        return YES, ""
    if word in _ANSWERS:
        return _ANSWERS[word], ""
    return "", f"is none of {', '.join(CHOICES)}, {_NOT_READ} Choose one."


def has_remark(text: str) -> bool:
    """Tell whether a choice has a remark behind it."""
    return _AND_MORE.match(_UNSEEN.sub("", text).strip()) is not None


def is_closed_for_good(text: str) -> bool:
    """Tell whether a note says that a venue is no more: "closed down", not "closed, ring later"."""
    for found in _ENDED.finditer(text):
        clause = _CLAUSE.split(text[: found.start()])[-1]
        if not _OF_OTHERS.search(clause):
            return True
    return False


def part_contact(text: str) -> tuple[str, str]:
    """Return what of a text may stand in a note, and the whole of it where it holds a contact.

    Examples
    --------
    >>> part_contact("shut on Mondays, ring 07700 900123")
    ('shut on Mondays', 'shut on Mondays, ring 07700 900123')
    """
    return (before_contact(text), text) if holds_contact(text) else (text, "")

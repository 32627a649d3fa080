"""Cells without what cannot be seen, and words that stand for an empty cell."""

from __future__ import annotations

import re
from typing import Final

from csp_geo.visible import visible

_SPACES: Final = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_EMPTY: Final = frozenset(
    {
        *("-", "--", "---", "\u2013", "\u2014", ".", "n/a", "na", "n.a.", "n/k", "#n/a", "#value!"),
        *("#ref!", "null", "<null>", "(null)", "none", "nil", "nan", "nat", "(blank)", "blank"),
    }
)
"""Words that stand for an empty cell; the long dashes are those that Word and Excel make."""
_LONGEST: Final = max(map(len, _EMPTY))


def tidy(text: str) -> str:
    """Return a text without invisible characters, with plain spaces, stripped."""
    return text.strip() if text.isascii() and text.isprintable() else _cleared(text)


def _cleared(text: str) -> str:
    return _SPACES.sub(" ", visible(text)).strip()


def is_empty(text: str) -> bool:
    """Tell whether a cell says nothing: it is blank, or says "N/A" or "-"."""
    return not said(text)


def said(text: str) -> str:
    """Return what a cell says, "" where that is nothing."""
    clear = tidy(text)
    return "" if len(clear) <= _LONGEST and clear.casefold() in _EMPTY else clear

"""Text without what cannot be seen: one rule for all that is read, printed or written.

Control characters steer a terminal, bidirectional marks turn a name around, and what is invisible
makes two names look alike. Nobody needs any of them to read a report.
"""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any, Final

_UNSEEN: Final = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"  # controls that are not line break
    "\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"  # bidi, of no width
    "\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\ufff9-\ufffb\U000110bd\U000110cd"  # formats
    "\U00013430-\U0001345f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u3164\uffa0"  # letters that show nothing
    "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"  # no characters at all
)
_BREAK: Final = re.compile("[\v\f\x85\u2028\u2029]")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_NO_BYTE: Final = re.compile("[\ud800-\udc7f\udd00-\udfff]")
_SPACES: Final = str.maketrans("\t\n\r", "   ")


def visible(text: str) -> str:
    r"""Return a text without what cannot be seen; odd line breaks become ``\n``.

    Examples
    --------
    >>> visible("High\u202e Street\x1b[2J\vWard")
    'High Street[2J\nWard'
    """
    if text.isprintable() and text.isascii():
        return text
    seen = _UNSEEN.sub("", _BREAK.sub("\n", _decoded(text)))
    return seen if seen.isprintable() else "".join(filter(_has_meaning, seen))


def _has_meaning(sign: str) -> bool:
    """Tell a character that is one, or a space, from one of private use or of none at all."""
    return sign.isprintable() or unicodedata.category(sign) not in {"Co", "Cn"}


def _decoded(text: str) -> str:
    """Read the bytes of a file's name that the system could not, as in the locale C, as UTF-8."""
    if not _SURROGATE.search(text):
        return text
    return _NO_BYTE.sub("", text).encode("utf-8", "surrogateescape").decode("utf-8", "ignore")


def clean(text: object) -> str:
    """Return `text` in one line, without what cannot be seen."""
    return visible(str(text)).translate(_SPACES)


def cleaned(value: Any) -> Any:
    """Return lists and tables of values with every text in them, and every name, cleaned."""
    if isinstance(value, dict):
        return {
            clean(key) if isinstance(key, str) else key: cleaned(inner)
            for key, inner in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [cleaned(inner) for inner in value]
    return clean(value) if isinstance(value, str) else value


def json_text(value: Any, **how: Any) -> str:
    """Write JSON, its texts cleaned; `how` is for `json.dumps`."""
    return json.dumps(cleaned(value), **{"ensure_ascii": False, **how})

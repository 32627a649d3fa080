"""Languages that are spoken at a venue: those that are known by name, and no other word.

A cell of languages is free text that may say who speaks them, so only names on this list are shown.
"""

from __future__ import annotations

import re
from typing import Final

from csp_geo.inputs.source import plain

_SIGNED: Final = "British Sign Language"
_NAMES: Final = (
    *("Afrikaans", "Akan", "Albanian", "Amharic", "Arabic", "Armenian", "Assyrian", "Azerbaijani"),
    *("Balochi", "Bangla", "Bengali", "Bosnian", _SIGNED, "Bulgarian", "Burmese", "Cantonese"),
    *("Catalan", "Chinese", "Cornish", "Croatian", "Czech", "Danish", "Dari", "Dutch", "English"),
    *("Estonian", "Ewe", "Farsi", "Filipino", "Finnish", "Flemish", "French", "Fula", "Gaelic"),
    *("Georgian", "German", "Greek", "Gujarati", "Hakka", "Hausa", "Hebrew", "Hindi", "Hungarian"),
    *("Icelandic", "Igbo", "Indonesian", "Irish", "Italian", "Japanese", "Kannada", "Kashmiri"),
    *("Kazakh", "Khmer", "Konkani", "Korean", "Krio", "Kurdish", "Latvian", "Lingala"),
    *("Lithuanian", "Luganda", "Macedonian", "Makaton", "Malay", "Malayalam", "Maltese"),
    *("Mandarin", "Marathi", "Moldovan", "Mongolian", "Nepali", "Norwegian", "Oromo", "Pashto"),
    *("Persian", "Polish", "Portuguese", "Punjabi", "Romani", "Romanian", "Romany", "Russian"),
    *("Scots", "Serbian", "Shona", "Sindhi", "Sinhala", "Slovak", "Slovenian", "Somali", "Sorani"),
    *("Spanish", "Swahili", "Swedish", "Sylheti", "Tagalog", "Tajik", "Tamil", "Telugu", "Thai"),
    *("Tigrinya", "Turkish", "Twi", "Ukrainian", "Urdu", "Uyghur", "Uzbek", "Vietnamese"),
    *("Welsh", "Wolof", "Yiddish", "Yoruba", "Zulu"),
)
_OTHER_SPELLINGS: Final = {
    "bsl": _SIGNED,
    "signlanguage": _SIGNED,
    "panjabi": "Punjabi",
    "pushto": "Pashto",
    "mandarinchinese": "Mandarin",
    "cantonesechinese": "Cantonese",
    "kurmanji": "Kurdish",
    "sinhalese": "Sinhala",
    "slovakian": "Slovak",
    "lettish": "Latvian",
}
_KNOWN: Final = {plain(name): name for name in _NAMES} | _OTHER_SPELLINGS
_BETWEEN: Final = re.compile(r"[,;/&+|()\n]|\band\b", re.IGNORECASE)


def read_languages(text: object) -> tuple[tuple[str, ...], int]:
    """Return the languages that a cell names, in its order, and how many of its parts are none.

    Examples
    --------
    >>> read_languages("Polish, BSL and bengali; ask Jane")
    (('Polish', 'British Sign Language', 'Bengali'), 1)
    """
    if not isinstance(text, str):
        return (), 0
    parts = [word for part in _BETWEEN.split(text) if (word := plain(part))]
    named = [_KNOWN[word] for word in parts if word in _KNOWN]
    return tuple(dict.fromkeys(named)), len(parts) - len(named)

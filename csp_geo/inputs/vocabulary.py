"""What the words of a report say: its theme, and what makes it sensitive.

Fails closed: a category is harmless only where every word of it is known. A word that nobody has
sorted may stand for a rape, so a report that has one is "unknown" and is kept off the map.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from csp_geo.core.tables import SENSITIVE_THEMES, SENSITIVITIES, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

HARMLESS: Final = "none"
"""The key of `[sensitive]` in a source.toml for words that a partnership knows to be harmless."""
CATEGORY: Final = "category"
"""Ways of reading a text, by where it stands: as a category,"""
OTHER: Final = "other"
"""in any other column,"""
TOLD: Final = "told"
"""in one that tells how it was done or who did it to whom,"""
ANSWER: Final = "answer"
"""in whatever people answered who were asked,"""
FLAGS: Final = "flags"
"""in a flag."""
_TELLING: Final = frozenset({TOLD, FLAGS})
"""Where ages count, and slips in long words."""
_WEAK: Final = "~"
_STEM: Final = "*"
_LONG: Final = 7
"""Letters from which a word is known with a slip in it."""
_LONGEST_WORD: Final = 20
_SHORT: Final = 3
"""Letters up to which a word has no plural: gas, bus."""
_REMEMBERED: Final = 100_000
_HUMP: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_WORD: Final = re.compile(r"[^\W_]+")
_DENIED: Final = re.compile(r"(?<![^ ])(?:non|not|no) ")
_SIGNS: Final = {code: " " for code in range(128) if not chr(code).isalnum()}
_SECTION: Final = re.compile(r"(?:s|sec|sect|section) ?(?:4|5|20|39|47)(?![^ ])")
"""Sections of Acts by which assaults and public order offences are called."""
_YEARS: Final = r"(?:1[0-7]|\d)"
_UNDER_18: Final = re.compile(
    rf"(?<![^ ])(?:age[ds]? (?:of |about |approx |only |just |between )?{_YEARS}"
    rf"|{_YEARS} ?(?:years?|yrs?|yr|y) ?(?:olds?|o|of age)|{_YEARS} ?yo"
    r"|under ?1[0-8]s?|below 1[0-8]|u1[0-8]s?"
    r"|(?:girl|boy|male|female|ip|victim) (?:aged |age )?1[0-7]|year [1-9]|year 1[0-3])(?![^ ])"
)
"""An age below 18, as people write it."""
_CODE: Final = re.compile(
    r"5[ad]|8[fglns]|9a|10[a-d]|65|802|28[a-h]?|29[a-h]?|3[01][a-c]?|34[ab]|39|4[0146-9][a-c]?|45|56[ab]?|57"
    r"|58[a-d]?|9[23][a-e]?|105a|125[a-c]?|126"
)
"""Home Office codes of offences that are not sensitive by themselves: 28A is a burglary."""
_THEME_OF: Final = {
    "child": "violence",
    "sexual": "sexual",
    "honour": "violence",
    "slavery": "violence",
    "domestic": "domestic",
    "hate": "hate",
}
"""The theme of a report of which only its sensitivity is known, as the Home Office counts it."""


def spelt(text: str) -> str:
    """Write a text as words in lower case with single spaces: ``SexOffence`` is sex offence."""
    if text.isascii():
        split = text if text.islower() or text.isupper() else _HUMP.sub(" ", text)
        return " ".join(split.translate(_SIGNS).lower().split())
    even = unicodedata.normalize("NFKC", text)
    return " ".join(_WORD.findall(_HUMP.sub(" ", even).casefold()))


def singular(word: str) -> str:
    """Return a spelt word without the ending of a plural; both sides of a comparison lose it."""
    if len(word) <= _SHORT or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    return word[:-2] if word.endswith(("ches", "shes", "xes", "sses")) else word[:-1]


def _phrase(words: Iterable[str]) -> str:
    return " ".join(map(singular, words))


class _Beginnings(dict[str, frozenset[str]]):
    """The kinds of which an entry begins with a word; remembers those that it was asked."""

    def __init__(self, words: Mapping[str, Iterable[str]]) -> None:
        super().__init__()
        self._whole: dict[str, set[str]] = {}
        self._stems: dict[str, tuple[str, ...]] = {}
        for kind, entries in words.items():
            first = {(entry + " ").split(" ")[0] for entry in entries}
            for word in first:
                if not word.endswith("*"):
                    self._whole.setdefault(spelt(word), set()).add(kind)
            self._stems[kind] = tuple(spelt(word[:-1]) for word in first if word.endswith("*"))

    def __missing__(self, word: str) -> frozenset[str]:
        stems = {kind for kind, stems in self._stems.items() if word.startswith(stems)}
        begins = frozenset(self._whole.get(word, set()) | stems)
        if len(self) < _REMEMBERED:
            self[word] = begins
        return begins


class _Misspelt(dict[str, str]):
    """The kind of a long word of which one letter is missing, doubled, swapped or wrong.

    Two words are so near if one is left when a letter is taken from either, or from both; the first
    letter must be right, or "laughter" would be a daughter.
    """

    def __init__(self, words: Mapping[str, Iterable[str]]) -> None:
        super().__init__()
        self._near = {
            less: kind for kind in words for word in words[kind] for less in _less_a_letter(word)
        }

    def __missing__(self, word: str) -> str:
        kind = ""
        if _LONG <= len(word) <= _LONGEST_WORD:
            found = map(self._near.get, _less_a_letter(word))
            kind = next(filter(None, found), "")
        if len(self) < _REMEMBERED:
            self[word] = kind
        return kind


def _less_a_letter(word: str) -> list[str]:
    return [word, *(word[:at] + word[at + 1 :] for at in range(1, len(word)))]


@dataclass(frozen=True)
class _Kinds:
    """The words of each kind, in the order of precedence, for one way of reading."""

    patterns: Mapping[str, re.Pattern[str]]
    begins: _Beginnings

    @classmethod
    def of(cls, *lists: Mapping[str, Iterable[str]]) -> _Kinds:
        """Join lists of words by kind."""
        words = {
            kind: [w.removeprefix(_WEAK) for one in lists for w in one.get(kind, ())]
            for kind in lists[0]
        }
        return cls(
            {kind: whole_words(words[kind]) for kind in words},
            _Beginnings(words),
        )


@dataclass(frozen=True)
class Vocabulary:
    """Words to themes, and to what makes a report sensitive.

    `themes` are the phrases of each theme, spelt out and in the singular; `stems` are beginnings of
    words, which tell a theme where no phrase does and make nothing harmless. `lists` are the words
    of each kind for every way of reading; `misspelt` knows long words with a slip; `harmless` are
    phrases that only look sensitive, unless `violence` stands beside them, `known` words that say
    nothing by themselves.
    """

    themes: Mapping[str, str]
    stems: Mapping[str, str]
    lists: Mapping[str, _Kinds]
    misspelt: _Misspelt
    harmless: re.Pattern[str]
    violence: re.Pattern[str]
    known: frozenset[str]

    def sort(
        self, category: str, theme: str | None = None, *, exact: bool = False
    ) -> tuple[str | None, str]:
        """Return the theme of a category and its sensitivity, one of `tables.SENSITIVITIES`.

        Parameters
        ----------
        category
            In the words of the source.
        theme
            What the source's own lists say of it, if they do.
        exact
            Whether all of it stands in a list just so: somebody has sorted it.

        Returns
        -------
        theme, sensitive
            The theme is `None` where nothing tells it.
        """
        text = spelt(category)
        kind = self.kind_of(text)
        found, rest = self._phrases(text, sensitive=bool(kind))
        if theme is None:
            patterns = self.lists[CATEGORY].patterns
            theme = "sexual" if kind and patterns["sexual"].search(text) else found
        if theme is None and kind:
            theme = _THEME_OF[kind]
        if theme is None:
            theme = self._stem(rest)
        if not kind and theme in SENSITIVE_THEMES:
            kind = str(theme)
        if not kind and not exact and (theme is None or not self._all_known(rest)):
            kind = UNKNOWN
        return theme, kind

    def kind_of(self, text: str, reading: str = CATEGORY) -> str:
        """Return what makes a text sensitive, "" if nothing does; `text` as `spelt` writes it."""
        known = self.lists[reading]
        words = text.split()
        found = ""
        kinds = frozenset().union(*map(known.begins.__getitem__, words))
        if kinds:  # most texts have none, and others one: it is quickly seen
            left = self.harmless.sub(" ", text).replace("sexual orientation", "orientation")
            if left != text and not _DENIED.search(text) and self.violence.search(left):
                left = text  # "domestic noise" is harmless, "domestic noise, assault" is not
            patterns = known.patterns.items()
            found = next((kind for kind, one in patterns if kind in kinds and one.search(left)), "")
        if not found and reading in _TELLING and _UNDER_18.search(text):
            found = "child"
        if not found and reading in _TELLING:
            found = next(filter(None, map(self.misspelt.__getitem__, words)), "")
        return found

    def knows_a_word_of(self, text: str) -> bool:
        """Tell whether any word of a text is known: a name of a person has none as a rule."""
        words = spelt(text).split()
        return any(word in self.known or singular(word) in self.themes for word in words)

    def knows_all_of(self, text: str) -> bool:
        """Tell whether every word of a text is known; `text` as `spelt` writes it."""
        return self._all_known(self._phrases(text, sensitive=False)[1])

    def _phrases(self, text: str, *, sensitive: bool) -> tuple[str | None, list[str]]:
        """Take the phrases of themes out of a text, longest first; the theme, and what is left.

        Of a text that only looks sensitive, such as "domestic burglary", the theme is another.
        """
        words, found, rest = text.split(), [], []
        at = 0
        while at < len(words):
            for length in range(min(_LONGEST, len(words) - at), 0, -1):
                phrase = _phrase(words[at : at + length])
                if phrase in self.themes:
                    found.append(self.themes[phrase])
                    at += length
                    break
            else:
                rest.append(words[at])
                at += 1
        fitting = [theme for theme in found if sensitive or theme not in SENSITIVE_THEMES]
        telling = [theme for theme in fitting if theme != "other"]
        return next(iter((*telling, *fitting)), None), rest

    def _stem(self, words: list[str]) -> str | None:
        """Return the theme of the first word that begins like one that is known."""
        fitting = (self.stems[s] for word in words for s in self.stems if word.startswith(s))
        return next(fitting, None)

    def _all_known(self, words: list[str]) -> bool:
        left = _SECTION.sub(" ", self.harmless.sub(" ", " ".join(words))).split()
        return all(word in self.known or _CODE.fullmatch(word) for word in left)


_LONGEST: Final = 8
"""Words of the longest phrase that is looked for."""


def make_vocabulary(
    themes: Iterable[tuple[str, str]], own: Mapping[str, Iterable[str]]
) -> Vocabulary:
    """Make the vocabulary of a source.

    Parameters
    ----------
    themes
        Phrases with their theme; of equal phrases the last counts. One word that ends in "*" stands
        for all that begin so: it tells a theme, and does not say that the word is harmless.
    own
        The source's own `[sensitive]`: kinds to words, and under "none" what is harmless.
    """
    _, phrases, words = _packaged()
    lists = tuple((kind, tuple(own[kind])) for kind in own if kind != HARMLESS)
    return Vocabulary(
        themes={_phrase(spelt(p).split()): theme for p, theme in themes if p[-1:] != _STEM},
        stems={spelt(p[:-1]): theme for p, theme in themes if p[1:] and p[-1:] == _STEM},
        lists=_lists(lists),
        misspelt=_slips(),
        harmless=whole_words((*own.get(HARMLESS, ()), *phrases)),
        violence=_VIOLENCE,
        known=words | {spelt(word) for word in own.get(HARMLESS, ())},
    )


@lru_cache(maxsize=32)
def _lists(own: tuple[tuple[str, tuple[str, ...]], ...]) -> Mapping[str, _Kinds]:
    """Return the words for every way of reading, a source's own among them; most have none."""
    kinds, more = _packaged()[0], dict(own)
    lists = {kind: [*more.get(kind, ()), *kinds[kind]] for kind in kinds}
    strong = {kind: [w for w in lists[kind] if w[:1] != _WEAK] for kind in lists}
    told, flagged = packaged_words()["told"], packaged_words()["flagged"]
    bare = {kind: [w for w in told[kind] if w[:1] != _WEAK] for kind in told}
    return {
        CATEGORY: _Kinds.of(lists),
        OTHER: _Kinds.of(strong),
        ANSWER: _Kinds.of(strong, bare),
        TOLD: _Kinds.of(lists, told),
        FLAGS: _Kinds.of(lists, told, flagged),
    }


@lru_cache(maxsize=1)
def _slips() -> _Misspelt:
    return _Misspelt(packaged_words()["misspelt"])


@lru_cache(maxsize=1)
def packaged_words() -> Mapping[str, Any]:
    """Return what stands in sources/sensitive.toml."""
    folder = files("csp_geo.inputs") / "sources"
    return tomllib.loads((folder / "sensitive.toml").read_text(encoding="utf-8"))


def _packaged() -> tuple[Mapping[str, tuple[str, ...]], tuple[str, ...], frozenset[str]]:
    table = packaged_words()
    kinds = {kind: tuple(words) for kind, words in table["sensitive"].items()}
    return kinds, tuple(table["harmless"]["phrases"]), frozenset(table["harmless"]["words"])


def strictest(kinds: Iterable[NDArray[np.object_]]) -> NDArray[np.object_]:
    """Return row by row the kind that counts of several columns of kinds."""
    codes = [_CODES.get_indexer(pd.Index(column, dtype="object")) for column in kinds]
    return np.asarray(_CODES.to_numpy(dtype=object)[np.min(codes, axis=0)])


_CODES: Final = pd.Index([*SENSITIVITIES[1:], ""], dtype="object")
"""The kinds, strictest first, nothing last."""


def whole_words(entries: Iterable[str]) -> re.Pattern[str]:
    """Make one pattern of whole words in spelt text; a star stands for any ending."""
    parts = []
    for entry in entries:
        words = [
            re.escape(text).replace(r"\ ", " ") + ("[^ ]*" if word.endswith("*") else "")
            for word in entry.split()
            if (text := spelt(word.removesuffix("*")))
        ]
        parts += [" ".join(words)] if words else []
    return re.compile(rf"(?<![^ ])(?:{'|'.join(sorted(parts, reverse=True)) or '(?!)'})(?![^ ])")


_VIOLENCE: Final = whole_words(
    (
        "assault*",
        "violen*",
        "fight*",
        "attack*",
        "wound*",
        "harass*",
        "abuse*",
        "threat*",
        "abh",
        "gbh",
        "battery",
        "stab*",
        "kill*",
        "murder*",
    )
)

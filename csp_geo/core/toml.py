"""TOML that a person edits: read with care, and every value checked before anything uses it.

What is wrong is said in one sentence that names the file and the key. Invisible characters, which
come with words copied from elsewhere, are taken out rather than complained of.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, Final

from csp_geo.core.errors import SettingsError
from csp_geo.core.visible import cleaned
from csp_geo.core.wording import shortened

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from pathlib import Path

    import tomlkit

MOST_BYTES: Final = 1_000_000
"""How large a file of settings may be; the packaged ones have a hundredth."""
_DOTS: Final = 30
"""How many dots a line may have outside quotes: each is a level of nesting."""
_QUOTED: Final = re.compile(r""" "[^"\n]*" | '[^'\n]*' """, re.VERBOSE)
_HUGE: Final = 10**15
_LINE: Final = 200
_SHOWN: Final = 20


# --- the file ------------------------------------------------------------------------------------


def read_toml(path: Path, where: str = "") -> dict[str, Any]:
    """Read a TOML file that a person wrote; `where` is how messages name it.

    Raises
    ------
    SettingsError
        If it cannot be read, is too large, or is not valid TOML.
    """
    where = where or path.name or path.resolve().name
    return parse_toml(toml_text(path, where), where)


def toml_text(path: Path, where: str) -> str:
    """Return the text of a TOML file that a person wrote.

    Raises
    ------
    SettingsError
        If it cannot be read, is too large, or is not saved as UTF-8.
    """
    try:
        if path.exists() and not path.is_file():
            raise SettingsError(
                f"{where} must be a text file, and is a folder, a pipe or a device."
            )
        with path.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise SettingsError(f"{where} could not be read: {error.strerror}.") from error
    if len(data) > MOST_BYTES:
        raise SettingsError(
            f"{where} is larger than {MOST_BYTES:,} bytes, which no file of settings needs. Is it "
            "the right file?"
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SettingsError(
            f"{where} is not valid TOML: it is not saved as UTF-8. Save it again, with UTF-8 as "
            "its encoding."
        ) from error


def toml_document(existing: str, name: str, comments: Iterable[str] = ()) -> tomlkit.TOMLDocument:
    """Return a TOML text to be written into, a person's own lines and comments kept.

    Parameters
    ----------
    existing
        The text that is there, "" for none.
    name
        How messages name the file.
    comments
        Lines to begin a new file with.

    Raises
    ------
    SettingsError
        If what is there is not valid TOML.
    """
    import tomlkit

    try:
        document = tomlkit.parse(existing.removeprefix("\ufeff"))
    except tomlkit.exceptions.TOMLKitError as error:
        raise SettingsError(f"The {name} that is there is not valid TOML: {error}.") from error
    for line in () if existing else comments:
        document.add(tomlkit.comment(line))
    return document


def toml_table(document: tomlkit.TOMLDocument, name: str) -> Any:
    """Return a table of a document, made where it is not there."""
    import tomlkit

    if name not in document:
        document[name] = tomlkit.table()
    return document[name]


def parse_toml(text: str, where: str) -> dict[str, Any]:
    """Parse the text of a TOML file, without the characters in it that cannot be seen.

    Raises
    ------
    SettingsError
        If it is not valid TOML, or nested too deep to be read.
    """
    too_deep = f"{where} is not valid TOML: it is nested too deep."
    if any(bare.count(".") > _DOTS for bare in _QUOTED.sub("", text).split("\n")):
        raise SettingsError(too_deep)  # the parser would want the square of it, in memory
    try:
        values: dict[str, Any] = cleaned(tomllib.loads(text.removeprefix("\ufeff")))
    except RecursionError as error:
        raise SettingsError(too_deep) from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(
            f"{where} is not valid TOML: {shortened(str(error), _LINE)}."
        ) from error
    except ValueError as error:
        raise SettingsError(f"{where} is not valid TOML: a number in it is too large.") from error
    return values


# --- what a value may be -------------------------------------------------------------------------


@dataclass(frozen=True)
class ValueKind:
    """What a value may be.

    `words` say it after "must be". `fault` says what was found instead, after "not"; `None` where
    the value fits.
    """

    words: str
    fault: Callable[[Any], str | None]


def text(longest: int = 200) -> ValueKind:
    """Return the kind of a text of at most so many characters."""

    def fault(value: Any) -> str | None:
        if isinstance(value, str) and len(value) > longest:
            return f"one of {len(value):,}"
        return None if isinstance(value, str) else shown(value)

    return ValueKind(f"a text of at most {longest:,} characters", fault)


def whole(least: int, most: int, unit: str = "") -> ValueKind:
    """Return the kind of a whole number, ends included."""

    def fits(value: Any) -> bool:
        return is_number(value) and isinstance(value, Integral) and bool(least <= value <= most)  # type: ignore[operator]

    return ValueKind(f"a whole number{unit} from {least:,} to {most:,}", _unless(fits))


def number(least: float, most: float, unit: str = "") -> ValueKind:
    """Return the kind of a number, ends included."""

    def fits(value: Any) -> bool:
        return is_number(value) and least <= value <= most

    return ValueKind(f"a number{unit} from {least:,g} to {most:,g}", _unless(fits))


def above(least: float, most: float, unit: str = "") -> ValueKind:
    """Return the kind of a number above the one and at most the other."""

    def fits(value: Any) -> bool:
        return is_number(value) and least < value <= most

    return ValueKind(f"more than {least:,g} and at most {most:,g}{unit}", _unless(fits))


def is_number(value: Any) -> bool:
    """Tell whether a value is a number: not true or false, which Python counts as such."""
    return isinstance(value, Real) and not isinstance(value, bool)


def one_of(words: Collection[str]) -> ValueKind:
    """Return the kind of a text that is one of some words."""

    def fault(value: Any) -> str | None:
        if isinstance(value, str) and value in words:
            return None
        return shown(value) + _nearest(value, words)

    return ValueKind(f"one of {', '.join(words)}", fault)


def texts(what: str, longest: int = 200, *, least: int = 0) -> ValueKind:
    """Return the kind of a list of texts, none of them blank."""

    def fault(value: Any) -> str | None:
        if not isinstance(value, list):
            return shown(value)
        if len(value) < least:
            return "an empty list"
        odd = (entry for entry in value if not (isinstance(entry, str) and entry.strip()))
        for entry in odd:
            return f"a list with {'a blank' if isinstance(entry, str) else shown(entry)} in it"
        long = max(map(len, value), default=0)
        return f"a list with a text of {long:,} characters in it" if long > longest else None

    return ValueKind(f'a list of {what} such as ["one", "two"]', fault)


SWITCH: Final = ValueKind(
    "true or false", lambda value: None if isinstance(value, bool) else shown(value)
)
TABLE: Final = ValueKind("a table", lambda value: None if isinstance(value, dict) else shown(value))


def _unless(fits: Callable[[Any], bool]) -> Callable[[Any], str | None]:
    return lambda value: None if fits(value) else shown(value)


def shown(value: Any) -> str:
    """Write a value so that a sentence can hold it, whatever it is."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (date, datetime, time)):
        return f"the date or time {value.isoformat()}"
    if is_number(value):
        is_huge = isinstance(value, Integral) and not -_HUGE < int(value) < _HUGE
        return "so large a number" if is_huge else f"{value}"
    if isinstance(value, str):
        return f"'{shortened(value)}'"
    if isinstance(value, list):
        return "a list"
    return "a table" if isinstance(value, dict) else "something else"


# --- the check -----------------------------------------------------------------------------------


def check_values(
    values: Mapping[str, Any],
    kinds: Mapping[str, ValueKind] | ValueKind,
    where: str = "",
    *,
    what: str = "setting",
) -> None:
    """Refuse the first value that is not what it may be, and names that nobody knows.

    Parameters
    ----------
    kinds
        What each may be; a single kind where names are free.
    where
        The file, and the table in it; "" for values that come from elsewhere.
    what
        What the names are called.

    Raises
    ------
    SettingsError
        A sentence that names the file, the key, what it must be and what was found.
    """
    place = f"{where}: " if where else ""
    for key, value in values.items():
        kind = kinds.get(key) if isinstance(kinds, Mapping) else kinds
        if kind is None:
            raise SettingsError(f"{place}{_unknown(key, list(kinds), what)}")  # type: ignore[arg-type]
        found = kind.fault(value)
        if found is not None:
            raise SettingsError(f"{place}{shortened(key)} must be {kind.words}, not {found}.")


def _unknown(key: str, known: list[str], what: str) -> str:
    listed = ", ".join(known[:_SHOWN]) + (", ..." if len(known) > _SHOWN else "")
    return f"unknown {what} '{shortened(key)}'{_nearest(key, known)}. Known: {listed}."


def _nearest(word: Any, known: Collection[str]) -> str:
    """Suggest the known word that is spelt most like one."""
    if not isinstance(word, str):
        return ""
    near = difflib.get_close_matches(word[:_LINE].casefold(), known, n=1)
    return f" (did you mean '{near[0]}'?)" if near else ""

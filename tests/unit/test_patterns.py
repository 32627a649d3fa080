"""Every regular expression of the package: found by a search, and tried on its worst letters."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import time
from collections import defaultdict, deque
from pathlib import Path
from re import _constants as code
from re import _parser as parser

import pytest

import csp_geo
from csp_geo.inputs.source import packaged_sources

FOLDER = Path(csp_geo.__file__).parent
USES = ("search", "match", "fullmatch", "sub", "split", "findall", "finditer")
OF_COLUMNS = (
    *("contains", "match", "fullmatch", "extract", "extractall", "replace", "split", "findall"),
    "count",
)
MADE_IN_FUNCTIONS = {
    "csp_geo.inputs.areas.catalogue": "two letters of ours before and after two digits",
    "csp_geo.inputs.venues.ask_first": "words of a table, each escaped",
    "csp_geo.inputs.venues.contacts": "called where the module begins",
    "csp_geo.inputs.venues.word_patterns": "words of a table, each escaped",
    "csp_geo.inputs.vocabulary": "words of a table with any ending: tried below",
}
"""Modules in which a function makes a pattern, and why that is safe."""
SHORTER = {20: 0.1, 30: 0.1, 40: 0.1, 1_000: 0.1, 10_000: 0.2, 50_000: 0.3}
"""Seconds by length: a pattern that is not linear fails here, and is not tried on a long text."""
LONGEST, LONGEST_S = 1_000_000, 1.0
MOST_AT_LENGTH = 4
LETTERS = " \t\n0a1A:-,./(\"'[<{=_#é"
MOST_EXAMPLES = 60


# --- the search --------------------------------------------------------------------------------


def modules():
    """Import every module of the package."""
    names = [info.name for info in pkgutil.walk_packages([str(FOLDER)], "csp_geo.")]
    return {name: importlib.import_module(name) for name in names if "__main__" not in name}


def patterns_in(value, depth=3):
    """Find compiled patterns in a value, in what it holds and in what that is made of."""
    if isinstance(value, re.Pattern):
        yield value
    elif depth and isinstance(value, dict):
        for part in (*value.keys(), *value.values()):
            yield from patterns_in(part, depth - 1)
    elif depth and isinstance(value, tuple | list | set | frozenset):
        for part in value:
            yield from patterns_in(part, depth - 1)
    elif depth and hasattr(value, "__dict__") and type(value).__module__.startswith("csp_geo"):
        yield from patterns_in(vars(value), depth - 1)


def found_patterns():
    """Return each pattern with the methods that are called on it; `search` where it is not seen."""
    used = defaultdict(set)
    places = {}
    for name, module in modules().items():
        methods = methods_in(tree_of(module))
        for key, value in vars(module).items():
            for pattern in patterns_in(value):
                places.setdefault(pattern, f"{name}.{key}")
                if isinstance(value, re.Pattern):
                    used[pattern] |= methods.get(key, set())
                else:
                    used[pattern].add("search")
    return [
        pytest.param(pattern, sorted(used[pattern]) or ["search"], id=place)
        for pattern, place in sorted(places.items(), key=lambda item: item[1])
    ]


def tree_of(module):
    return ast.parse(Path(module.__file__).read_text(encoding="utf-8"))


def methods_in(tree):
    """Return the methods that are called on a name, or on a column with the name."""
    methods = defaultdict(set)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            methods[node.id] |= set()
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        method, on = node.func.attr, node.func.value
        if isinstance(on, ast.Name) and method in USES:
            methods[on.id].add(method)
        if is_of_column(node) and node.args and isinstance(node.args[0], ast.Name):
            methods[node.args[0].id].add(method if method in {"match", "fullmatch"} else "search")
    return methods


def is_of_column(node):
    on = node.func.value
    return (
        node.func.attr in OF_COLUMNS
        and isinstance(on, ast.Attribute)
        and on.attr == "str"
        and not any(word.arg == "regex" and word.value.value is False for word in node.keywords)
    )


# --- worst letters -----------------------------------------------------------------------------


def example(tree, turns=1):
    """Return a text that a part of a pattern matches, short."""
    parts = []
    for kind, value in tree:
        if kind is code.LITERAL:
            parts.append(chr(value))
        elif kind is code.NOT_LITERAL:
            parts.append("a" if value != ord("a") else "b")
        elif kind is code.ANY:
            parts.append("a")
        elif kind is code.IN:
            parts.append(letter_of(value))
        elif kind in {code.MAX_REPEAT, code.MIN_REPEAT, code.POSSESSIVE_REPEAT}:
            low, high, inner = value
            parts.append(example(inner, turns) * max(low, min(high, turns)))
        elif kind is code.SUBPATTERN:
            parts.append(example(value[3], turns))
        elif kind is code.ATOMIC_GROUP:
            parts.append(example(value, turns))
        elif kind is code.BRANCH:
            parts.append(example(value[1][0], turns))
    return "".join(parts)


def letter_of(members):
    letters = {kind for kind, _ in members}
    if code.NEGATE in letters:
        banned = {chr(value) for kind, value in members if kind is code.LITERAL}
        return next(letter for letter in "a 1:-/x" if letter not in banned)
    kind, value = members[0]
    if kind is code.LITERAL:
        return chr(value)
    if kind is code.RANGE:
        return chr(value[0])
    return {
        code.CATEGORY_DIGIT: "1",
        code.CATEGORY_SPACE: " ",
        code.CATEGORY_WORD: "a",
        code.CATEGORY_NOT_WORD: " ",
        code.CATEGORY_NOT_SPACE: "a",
        code.CATEGORY_NOT_DIGIT: "a",
    }[value]


def attacks(tree, before=""):
    """Yield what stands before a repetition, and what is repeated, for each in a pattern."""
    for kind, value in tree:
        if kind in {code.MAX_REPEAT, code.MIN_REPEAT, code.POSSESSIVE_REPEAT}:
            _, high, inner = value
            if high is code.MAXREPEAT:
                yield before, example(inner)
            yield from attacks(inner, before)
        elif kind is code.SUBPATTERN:
            yield from attacks(value[3], before)
        elif kind is code.ATOMIC_GROUP:
            yield from attacks(value, before)
        elif kind is code.BRANCH:
            for branch in value[1]:
                yield from attacks(branch, before)
        elif kind in {code.ASSERT, code.ASSERT_NOT}:
            yield from attacks(value[1], before)
        before += example([(kind, value)])


def worst(pattern):
    """Yield beginnings and letters that may be the worst for a pattern."""
    text = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin1")
    tree = parser.parse(text, pattern.flags & ~re.UNICODE & ~re.DEBUG)
    whole = example(tree, 2)
    found = {("", letter) for letter in LETTERS}
    for before, body in attacks(tree):
        if body:
            found |= {(before, body), ("", before + body), ("", body)}
    found |= {("", whole), ("", whole[:-1]), ("", whole[: len(whole) // 2])}
    shortest = sorted((pair for pair in found if pair[1]), key=lambda pair: (len(pair[1]), pair))
    return shortest[:MOST_EXAMPLES]


def seconds(pattern, method, text):
    given = text if isinstance(pattern.pattern, str) else text.encode()
    began = time.process_time()
    if method == "sub":
        pattern.sub(given[:0], given)
    elif method == "finditer":
        deque(pattern.finditer(given), maxlen=0)
    else:
        getattr(pattern, method)(given)
    return time.process_time() - began


@pytest.mark.parametrize(("pattern", "methods"), found_patterns())
def test_every_pattern_is_linear(pattern, methods):
    """On a megabyte of its worst letters it is through within a second, as it is used."""
    slowest = []
    for before, letters in worst(pattern):
        for method in methods:
            for length, allowed in SHORTER.items():
                took = timed(pattern, method, before, letters, length, allowed)
            slowest.append((took, before, letters, method))
    for _, before, letters, method in sorted(slowest)[-MOST_AT_LENGTH:]:
        timed(pattern, method, before, letters, LONGEST, LONGEST_S)


@pytest.mark.parametrize(
    "kind", ["child", "honour", "sexual", "slavery", "domestic", "hate", "none"]
)
def test_the_words_of_the_vocabulary_are_linear(kind):
    words = packaged_sources()["offence"].vocabulary
    lists = [one.patterns[kind] for one in words.lists.values()] if kind != "none" else []
    for pattern in dict.fromkeys(lists or [words.harmless]):
        for letters in ("a", "sexual", "sexual ", "ex ", " ", "domest", "x y ", "expos", "flash "):
            for length, allowed in SHORTER.items():
                timed(pattern, "search", "", letters, length, allowed)
            timed(pattern, "search", "", letters, LONGEST, LONGEST_S)


def timed(pattern, method, before, letters, length, allowed):
    """Return the seconds of work that a pattern takes; asked twice where they are many."""
    text = before + letters * (length // len(letters)) + "\x00"
    took = seconds(pattern, method, text)
    if took > allowed:
        took = seconds(pattern, method, text)
    assert took <= allowed, (
        f"{pattern.pattern!r}.{method} takes {took:.2f} s for {length:,} of {letters!r} after "
        f"{before!r}"
    )
    return took


# --- nothing hides from the search -------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(modules()))
def test_every_pattern_is_found(name):
    """None is written where it is used: a pattern has a name, by which the search finds it."""
    module = modules()[name]
    tree = tree_of(module)
    known = {key for key, value in vars(module).items() if list(patterns_in(value))}
    hidden = [ast.unparse(node)[:100] for node in ast.walk(tree) if hides(node, known, name)]
    assert not hidden


def hides(node, known, name):
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return False
    on = node.func.value
    if isinstance(on, ast.Name) and on.id == "re":
        return node.func.attr in USES
    if not (is_of_column(node) and node.args):
        return False
    given = node.args[0]
    if isinstance(given, ast.Constant) and node.func.attr == "split":
        return len(given.value) != 1 and given.value != ", "
    return not (isinstance(given, ast.Name) and (given.id in known or not given.id.isupper()))


@pytest.mark.parametrize("name", sorted(modules()))
def test_patterns_are_made_where_a_module_begins(name):
    """What a function makes when it is called, no search finds; those that do are named above."""
    functions = [n for n in ast.walk(tree_of(modules()[name])) if isinstance(n, ast.FunctionDef)]
    makes = any(
        isinstance(node, ast.Attribute) and ast.unparse(node) == "re.compile"
        for function in functions
        for node in ast.walk(function)
    )
    assert makes == (name in MADE_IN_FUNCTIONS)


def test_search_sees_what_it_should():
    """Patterns of constants, of tuples and of dictionaries are among those that are tried."""
    places = {param.id for param in found_patterns()}
    assert {"csp_geo.inputs.when.dates._CLOCKED", "csp_geo.inputs.where.pairs._BETWEEN"} <= places
    assert {"csp_geo.inputs.venues.opening_words._NAMES", "csp_geo.core.origin._PAGE"} <= places
    assert len(places) > 100


@pytest.mark.parametrize("text", [r"\s*x", r"(?:a|aa)*$", r"\d+\s*-\s*\d+$"])
def test_patterns_known_to_be_slow_are_caught(text):
    """The letters are bad enough: patterns that are known to be slow are caught."""
    pattern = re.compile(text)
    with pytest.raises(AssertionError, match="takes"):
        test_every_pattern_is_linear(pattern, ["search"])

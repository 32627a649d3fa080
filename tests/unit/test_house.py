"""The house is as docs/architecture.md says: plain names, each once, modules of a size to read."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

import pytest

import csp_geo

PACKAGE = Path(csp_geo.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
LONGEST = 450


def name_of(path: Path) -> str:
    """Return where a module stands in the package, such as "hotspots/find.py"."""
    return path.relative_to(PACKAGE).as_posix()


def shared(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    """Return the names that stand in several places, with the places."""
    places = defaultdict(list)
    for name, place in pairs:
        places[name].append(place)
    return {name: found for name, found in places.items() if len(found) > 1}


def test_no_two_modules_have_one_name():
    """Only a command has two: its options in cli/ and its steps in runs/."""
    pairs = [
        (path.stem, name_of(path)) for path in MODULES if path.stem not in {"__init__", "__main__"}
    ]
    of_commands = {path.stem for path in (PACKAGE / "cli").glob("*.py")}
    allowed = {name: [f"cli/{name}.py", f"runs/{name}.py"] for name in of_commands}
    found = shared(pairs)
    assert {name: found[name] for name in found if found[name] != allowed.get(name)} == {}


def test_no_two_public_classes_have_one_name():
    pairs = [
        (node.name, name_of(path))
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    ]
    assert shared(pairs) == {}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_says_what_it_is_and_can_be_read_in_one_go(path):
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= LONGEST
    assert path.name == "_version.py" or ast.get_docstring(ast.parse(text))


def test_every_folder_of_modules_is_a_package():
    folders = {path.parent for path in MODULES}
    assert [name_of(folder) for folder in folders if not (folder / "__init__.py").is_file()] == []

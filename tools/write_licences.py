"""Write the table of licences in THIRD_PARTY_NOTICES.md from what is installed.

Every package that `pip install .` brings, directly or below another, with the licence that it
declares itself. No versions: the table changes when a package or its licence does.
"""

from __future__ import annotations

import re
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, metadata, requires
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "THIRD_PARTY_NOTICES.md"
BEGINS, ENDS = "<!-- licences: written by make golden -->", "<!-- end of licences -->"
LONGEST = 60
CLASSIFIER = "License :: "


def plain(name: str) -> str:
    """Return the name of a package as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def direct() -> list[str]:
    """Return what pyproject.toml asks for at run time, without the optional extras."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [plain(Requirement(line).name) for line in project["dependencies"]]


def licence(name: str) -> str:
    """Return the licence that an installed package declares; "unknown" where it does not."""
    about = metadata(name)
    stated = about.get("License-Expression") or (about.get("License") or "").strip()
    if stated and len(stated) <= LONGEST and "\n" not in stated:
        return stated
    said = [line for line in about.get_all("Classifier") or [] if line.startswith(CLASSIFIER)]
    return " or ".join(line.rpartition(" :: ")[2] for line in said) or "unknown"


def licences() -> dict[str, str]:
    """Return every package that is installed with csp_geo, and its licence, by name."""
    found: dict[str, str] = {}
    waiting = direct()
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        try:
            found[name] = licence(name)
        except PackageNotFoundError:  # of another system, such as colorama
            continue
        needed = map(Requirement, requires(name) or [])
        waiting += [
            plain(need.name)
            for need in needed
            if need.marker is None or need.marker.evaluate({"extra": ""})
        ]
    return dict(sorted(found.items()))


def with_table(text: str) -> str:
    """Return the document with the table of what is installed in its place."""
    rows = [f"| {name} | {stated} |" for name, stated in licences().items()]
    table = "\n".join([BEGINS, "", "| package | licence |", "|---|---|", *rows, "", ENDS])
    before, _, rest = text.partition(BEGINS)
    return f"{before}{table}{rest.partition(ENDS)[2]}"


if __name__ == "__main__":
    written = with_table(TARGET.read_text(encoding="utf-8"))
    if "unknown |" in written:
        sys.exit("A package declares no licence: look it up before it is used.")
    TARGET.write_text(written, encoding="utf-8")

"""Runs in which every step has something to warn of."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from csp_geo.core.caution import KINDS, Caution
from csp_geo.runs.pack import write_pack

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from csp_geo.runs.pack import Pack, Written


def said_by(step: str, code: str = "few-reports") -> Caution:
    """Return a caution that tells which step said it, and of which kind it is."""
    return Caution(code, f"Said by {step} of {code}.")


def of_every_kind(step: str) -> tuple[Caution, ...]:
    """Return a caution of each kind."""
    return tuple(said_by(step, code) for code in KINDS)


@dataclass(frozen=True)
class Made:
    """A pack as it was made and as it was written."""

    pack: Pack
    written: Written
    folder: Path

    def page(self, name: str) -> str:
        """Return a page as it lies on disk."""
        return (self.folder / name).read_text("utf-8")


def louder(made, cautions):
    """Return what a step gave, with more cautions in it, wherever it has them."""
    if hasattr(made, "siting"):
        return replace(made, siting=replace(made.siting, notes=(*made.siting.notes, *cautions)))
    if hasattr(made, "cautions"):
        return replace(made, cautions=(*made.cautions, *cautions))
    if isinstance(made, list):
        return [*made, *cautions]
    *first, last = made  # what was read, then what is to be said of it
    return (*first, (*last, *cautions) if isinstance(last, tuple) else louder(last, cautions))


def patched(module: object, said: Mapping[str, tuple[Caution, ...]]) -> pytest.MonkeyPatch:
    """Let the named steps of a run say more."""

    def wrapped(step, cautions):
        return lambda *args, **kwargs: louder(step(*args, **kwargs), cautions)

    patch = pytest.MonkeyPatch()
    for name, cautions in said.items():
        patch.setattr(module, name, wrapped(getattr(module, name), cautions))
    return patch


def made(run, module, options, context, said: Mapping[str, tuple[Caution, ...]], folder) -> Made:
    """Run a command whose steps say more, and write its pack."""
    patch = patched(module, said)
    try:
        pack = run(options, context)
    finally:
        patch.undo()
    return Made(pack, write_pack(pack, context), folder)


STEPS = {
    "weekly": (
        *("read_study_area", "read_gazetteer", "clean", "select", "read_zones", "read_places"),
        *("read_listed", "judge_clusters", "over_limit", "withheld", "_havens"),
    ),
    "havens": (
        *("read_premises", "read_havens", "candidates_of", "venues_of", "_ways"),
        *("_areas_to_serve", "plan_havens"),
    ),
    "directory": ("read_havens", "read_study_area", "read_places"),
    "check": ("clean", "anonymised"),
}
"""What each run calls that has something to warn of; its first step says one of every kind."""


def of_steps(command: str) -> dict[str, tuple[Caution, ...]]:
    """Return what the steps of a command say: one each, and the first one of every kind."""
    first, *_ = STEPS[command]
    said = {step: (said_by(step),) for step in STEPS[command]}
    return said | {first: (*of_every_kind(command), *said[first])}

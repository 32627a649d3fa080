"""Why a report cannot be used (reasons) and why one is doubtful (flags): slug, title, hint.

A row gets all its reasons, never only the first. The slugs are what quarantine.csv, quality.csv and
`check --json` name; titles and hints stand in `reasons.toml`.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

ACCEPTED: Final = "accepted"
MERGED: Final = "merged"
QUARANTINED: Final = "quarantined"
FATES: Final = (ACCEPTED, MERGED, QUARANTINED)
"""What becomes of a row: one of these."""


@dataclass(frozen=True)
class Rule:
    """One rule: `slug` in files, `title` for people, `hint` says what to try."""

    slug: str
    title: str
    hint: str
    fields: tuple[str, ...] = ()


DATE_OF_REPORT: Final = "date-of-report"


def _rules(kind: str) -> tuple[Rule, ...]:
    written = tomllib.loads(files("csp_geo.inputs").joinpath("reasons.toml").read_text("utf-8"))
    return tuple(
        Rule(slug, rule["title"], rule["hint"], tuple(rule.get("columns", ())))
        for slug, rule in written[kind].items()
    )


REASONS: Final = _rules("reason")
FLAGS: Final = _rules("flag")
REASON: Final = {rule.slug: rule for rule in REASONS}
FLAG: Final = {rule.slug: rule for rule in FLAGS}

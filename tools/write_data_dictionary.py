"""Write docs/data-dictionary.md from the contracts of tables and the reasons, and docs/cautions.md.

The latter is the list of all kinds of cautions, from csp_geo.core.caution.
"""

from __future__ import annotations

from pathlib import Path

from csp_geo.core.caution import KINDS
from csp_geo.core.tables import (
    ASK_FIRST,
    CONTRACTS,
    COVERAGE,
    DIRECTORY,
    FINDINGS,
    LEFT_OUT,
    SITES,
    THEMES,
    TO_ASK,
    UNCOVERED,
)
from csp_geo.inputs.fields import FIELDS
from csp_geo.inputs.reasons import FLAGS, REASONS
from csp_geo.inputs.source import packaged_sources

DOCS = Path(__file__).parents[1] / "docs"
OF_PACKS = (SITES, TO_ASK, ASK_FIRST, LEFT_OUT, COVERAGE, UNCOVERED, DIRECTORY, FINDINGS)
"""Tables of a plan and of the directory, which no function takes or gives."""


def dictionary() -> str:
    """Return the document as text."""
    lines = ["# Data dictionary", "", "Written by `make golden` from the code; do not edit.", ""]
    for contract in (*CONTRACTS, *OF_PACKS):
        lines += [f"## {contract.name}", "", f"One row: {contract.row}.", ""]
        lines += ["| column | dtype | unit, values | meaning |", "|---|---|---|---|"]
        for column in contract.columns:
            values = ", ".join(column.allowed) or column.unit
            dtype = column.dtype + (", may be empty" if column.nullable else "")
            lines.append(f"| `{column.name}` | {dtype} | {values} | {column.meaning} |")
        lines.append("")
    for title, rules in (("Reasons to quarantine", REASONS), ("Flags", FLAGS)):
        lines += [f"## {title}", "", "| slug | title | what to try |", "|---|---|---|"]
        lines += [f"| `{rule.slug}` | {rule.title} | {rule.hint} |" for rule in rules] + [""]
    lines += ["## Sources", "", "| format | source | family | located | accuracy | looks back |"]
    lines.append("|---|---|---|---|---|---|")
    lines += [
        f"| {source.title} (`{feed}.toml`) | {source.source} | {source.family} | "
        f"{source.location_method} | {source.location_accuracy_m:g} m | {source.look_back} |"
        for feed, source in packaged_sources().items()
    ]
    lines += ["", "## Fields of a source.toml", "", "| field | what it holds |", "|---|---|"]
    lines += [f"| `{name}` | {meaning} |" for name, meaning in FIELDS.items()]
    return "\n".join([*lines, "", "## Themes", "", ", ".join(THEMES) + ".", ""])


def cautions() -> str:
    """Return the list of cautions as text, the weightiest first."""
    lines = ["# Cautions", "", "Written by `make golden` from the code; do not edit.", ""]
    lines += [
        "What somebody must know before leaning on a result. A reader looks at the page, a maker",
        "keeps the files and settings. What is inherited is said again of whatever is made from",
        "the result. The weightiest come first; those of equal weight in the order of the steps.",
        "",
    ]
    lines += ["| code | what it is about | audience | inherited |", "|---|---|---|---|"]
    lines += [
        f"| `{kind.code}` | {kind.about} | {', '.join(kind.audiences)} | "
        f"{'yes' if kind.is_inherited else 'no'} |"
        for kind in sorted(KINDS.values(), key=lambda kind: -kind.weight)
    ]
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    (DOCS / "data-dictionary.md").write_text(dictionary(), encoding="utf-8")
    (DOCS / "cautions.md").write_text(cautions(), encoding="utf-8")

"""The account of a check in words, the same on the page and on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from csp_geo.intake.fields import FIELDS
from csp_geo.intake.quality import DOUBTFUL, NOT_USED, POSSIBLE_DOUBLE, UNKNOWN_WORD, short
from csp_geo.intake.rules import ACCEPTED, FLAG, REASON
from csp_geo.products.exports import occurred_text
from csp_geo.wording import count, join, number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from csp_geo.intake.clean import CleanResult
    from csp_geo.intake.quality import FileQuality, Finding
    from csp_geo.intake.reports import Reports

SECTIONS: Final = (
    ("Not used", (NOT_USED,)),
    ("Used, but doubtful", (DOUBTFUL,)),
    ("Words in no list", (UNKNOWN_WORD,)),
    ("Perhaps reported twice", (POSSIBLE_DOUBLE,)),
)
"""Heading, and the kinds of findings below it."""
NO_WARDS: Final = "No wards were given (--boundaries), so nothing was checked to lie in the area."


def conservation(counts: Mapping[str, int]) -> str:
    """Write what became of the rows; always in these words, so that a script can read them."""
    return (
        f"{number(counts['read'])} rows read = {number(counts['accepted'])} accepted "
        f"+ {number(counts['merged'])} merged + {number(counts['quarantined'])} quarantined"
    )


def lead(files: Sequence[FileQuality], counts: Mapping[str, int]) -> str:
    """Say first what matters: how much can be used, and how much of the rest can be mended."""
    if not counts["read"]:
        return "Nothing could be read. Below is why, and what to do."
    used = f"{number(counts['accepted'])} of {count(counts['read'], 'row')} can be used."
    merged = counts["merged"]
    repeats = (
        f" {count(merged, 'row')} {'repeats' if merged == 1 else 'repeat'} another report and "
        f"{'is' if merged == 1 else 'are'} counted once."
        if merged
        else ""
    )
    left = counts["quarantined"]
    rest = f" {count(left, 'row')} could not be used; below is why, and what to do." if left else ""
    unread = [file for file in files if file.error and not file.counts["read"]]
    more = f" {count(len(unread), 'table')} could not be read at all." if unread else ""
    return used + repeats + rest + more


def heading(file: FileQuality) -> str:
    """Write the file and what it was read as."""
    return f"{file.path} ({file.source or 'source unknown'})"


def rows_of(finding: Finding) -> str:
    """Write the first rows concerned: "row 24", "rows 2, 9 and 14", "rows 2, 9, 14, ..."."""
    numbers = [str(row) for row in finding.rows]
    if len(numbers) < finding.n:
        return f"rows {', '.join(numbers)}, ..."
    return f"{'row' if len(numbers) == 1 else 'rows'} {join(numbers)}"


def what(finding: Finding) -> str:
    """Write what was found."""
    if finding.about == UNKNOWN_WORD:
        return f"{finding.item}: {finding.title[0].lower()}{finding.title[1:]}"
    return finding.title


def sections_of(file: FileQuality) -> list[tuple[str, list[Finding]]]:
    """Return the findings under their headings, the most rows first; nothing is said twice."""
    sections = [
        (title, sorted(file.about(*kinds), key=lambda found: -found.n)) for title, kinds in SECTIONS
    ]
    said = {UNKNOWN_WORD}  # the flag of that name says less than the words themselves
    return [
        (title, kept)
        for title, found in sections
        if (kept := [one for one in found if one.about != DOUBTFUL or one.item not in said])
    ]


def columns_of(file: FileQuality) -> list[tuple[str, str, str]]:
    """Return each column that was matched, the field it was read as, and what that is."""
    return [(short(name), field, FIELDS[field]) for name, field in file.matched.items()]


def text_lines(files: Iterable[FileQuality]) -> list[str]:
    """Return what the terminal shows of each file."""
    lines = []
    for file in files:
        lines.append(heading(file))
        if file.error:
            lines.append(f"  Not usable. {file.error}")
        if file.counts["read"]:
            lines.append(f"  {conservation(file.counts)}")
        if file.matched:
            pairs = ", ".join(f"{column} = {field}" for column, field, _ in columns_of(file))
            lines.append(f"  Columns: {pairs}")
        lines += [f"  Note: {note}" for note in file.notes]
        for title, found in sections_of(file):
            lines.append(f"  {title}:")
            lines += [
                f"    {number(one.n)} x {what(one)}. {one.hint} ({rows_of(one)})" for one in found
            ]
    return lines


def understood(reports: Reports, result: CleanResult, n: int = 10) -> list[tuple[str, ...]]:
    """Return the first rows as they were understood: row, when, where, what, and its fate.

    Of an accepted row when, where and what are shown; of any other why it was not used.
    """
    rows = result.rows.sort_values(["file", "source_row"]).head(n)
    paths = [reports.files[number].path for number in rows["file"]]
    incidents = result.incidents.assign(
        when=occurred_text(result.incidents["occurred_at"], result.incidents["time_precision"])
    )
    places = pd.MultiIndex.from_arrays([incidents["source_file"], incidents["source_row"]])
    found = incidents.set_axis(places)
    lines: list[tuple[str, ...]] = []
    for path, row in zip(paths, rows.to_dict("records"), strict=True):
        number = str(row["source_row"])
        if row["fate"] == ACCEPTED:
            incident = found.loc[[(path, row["source_row"])]].iloc[0]
            ward = f" ({incident['ward_name']})" if incident["ward_name"] else ""
            where = f"{incident.geometry.x:.0f}, {incident.geometry.y:.0f}{ward}"
            doubts = [FLAG[slug].title.lower() for slug in row["flags"].split(";") if slug]
            lines.append((number, str(incident["when"]), where, row["theme"], "; ".join(doubts)))
        else:
            why = [REASON[slug].title.lower() for slug in row["reasons"].split(";") if slug]
            fate = f"not used: {'; '.join(why)}" if why else "repeats another row"
            lines.append((number, "", "", "", fate))
    return lines

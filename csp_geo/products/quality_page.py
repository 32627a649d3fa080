"""What can be used of some files, in words: on the terminal, and as the page quality.html."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from csp_geo.core.caution import Caution
from csp_geo.core.period import say_day
from csp_geo.core.wording import count, join, number
from csp_geo.incidents.quality import DOUBTFUL, NOT_USED, POSSIBLE_DOUBLE, UNKNOWN_WORD, short
from csp_geo.inputs.fields import FIELDS
from csp_geo.inputs.reasons import ACCEPTED, FLAG, REASON
from csp_geo.products.exports import occurred_text
from csp_geo.products.facts.page import PageFacts
from csp_geo.products.html import asset, render

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from csp_geo.incidents.clean import CleanResult
    from csp_geo.incidents.quality import FileQuality, Finding
    from csp_geo.inputs.read import Reports

SECTIONS: Final = (
    ("Not used", (NOT_USED,)),
    ("Used, but doubtful", (DOUBTFUL,)),
    ("Words in no list", (UNKNOWN_WORD,)),
    ("Perhaps reported twice", (POSSIBLE_DOUBLE,)),
)
"""Heading, and the kinds of findings below it."""
NO_WARDS: Final = Caution(
    "no-wards",
    "No wards were given (--boundaries), so it was not checked whether rows lie in the area.",
)


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
    if file.kind != "reports":
        return f"{file.path} ({file.kind})"
    source = f"of source {file.source}" if file.source else "of an unknown source"
    return f"{file.path} (reports {source})"


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
    return [(short(name), field, FIELDS.get(field, field)) for name, field in file.matched.items()]


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


@dataclass(frozen=True, kw_only=True)
class CheckFacts(PageFacts):
    """What the page says beside the findings.

    `on` is the day of the check, `area` the name of the study area that locations were checked
    against, if there was one.
    """

    on: date
    area: str | None = None

    @property
    def made(self) -> str:
        """The day of the check, and what locations were checked against."""
        checked = f". Locations were checked against {self.area}" if self.area else ""
        return f" on {say_day(self.on)}{checked}"


_SHARE_WORDS = {"accepted": "used", "merged": "repeats", "quarantined": "not used"}


def check_page(files: Sequence[FileQuality], counts: Mapping[str, int], facts: CheckFacts) -> str:
    """Write what of some files can be used, why the rest cannot, and what to do about it.

    Parameters
    ----------
    files, counts
        From `intake.quality.file_qualities`, and the sums of their counts.
    facts
        What else the page says; its cautions concern the whole.

    Returns
    -------
    html
        The same text for the same input. Holds no cell of a report: only counts, row numbers,
        names of columns, and words that read like categories.
    """
    return render(
        "check.html.j2",
        {
            **facts.on_page(),
            "title": f"What can be used of {_files(files)}",
            "lead": lead(files, counts),
            "files": [_section(n, file) for n, file in enumerate(_worst_first(files), start=1)],
            "total": counts,
            "check_css": asset("check.css"),
        },
    )


def _worst_first(files: Sequence[FileQuality]) -> list[FileQuality]:
    """Put what could not be used first, then by the share of rows that could not."""
    return sorted(
        files,
        key=lambda file: (
            file.error is None,
            -file.counts["quarantined"] / max(file.counts["read"], 1),
        ),
    )


def _files(files: Sequence[FileQuality]) -> str:
    return files[0].path if len(files) == 1 else count(len(files), "table")


def _section(number: int, file: FileQuality) -> dict[str, Any]:
    tables = [
        {
            "title": title,
            "findings": [
                {"what": what(one), "n": one.n, "rows": rows_of(one), "do": one.hint}
                for one in found
            ],
        }
        for title, found in sections_of(file)
    ]
    read = file.counts["read"]
    return {
        "id": f"file-{number}",
        "path": file.path,
        "source": file.feed or ("source unknown" if file.kind == "reports" else file.kind),
        "error": file.error,
        "counts": file.counts,
        "shares": [
            {"class": fate, "n": file.counts[fate], "word": word, "width": width}
            for fate, word in _SHARE_WORDS.items()
            if (width := 100 * file.counts[fate] / read if read else 0.0)
        ],
        "notes": file.notes,
        "columns": columns_of(file),
        "tables": tables,
    }

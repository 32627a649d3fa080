"""The report of a check: one page to read in a browser, without scripts and without the network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from csp_geo.period import say_day
from csp_geo.products import check_words
from csp_geo.products.html import asset, render
from csp_geo.wording import count

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from csp_geo.intake.quality import FileQuality

_SHARE_WORDS = {"accepted": "used", "merged": "repeats", "quarantined": "not used"}


def check_page(  # noqa: PLR0913 - each is said in its own place
    files: Sequence[FileQuality],
    counts: Mapping[str, int],
    *,
    on: date,
    marking: str,
    version: str,
    area: str | None = None,
    cautions: Sequence[str] = (),
) -> str:
    """Write what of some files can be used, why the rest cannot, and what to do about it.

    Parameters
    ----------
    files, counts
        From `intake.quality.file_qualities` and `CleanResult.counts`.
    on
        The day of the check.
    area
        Name of the study area that locations were checked against, if there was one.
    cautions
        Sentences that concern the whole.

    Returns
    -------
    html
        The same text for the same input. Holds no cell of a report: only counts, row numbers,
        names of columns, and words that read like categories.
    """
    where = f"Locations were checked against {area}." if area else check_words.NO_WARDS
    return render(
        "check.html.j2",
        {
            "title": f"What can be used of {_files(files)}",
            "lead": check_words.lead(files, counts),
            "marking": marking,
            "version": version,
            "cautions": [*cautions, *(() if area else (where,))],
            "files": [_section(n, file) for n, file in enumerate(_worst_first(files), start=1)],
            "total": counts,
            "imprint": f"Made with csp-geo {version} on {say_day(on)}."
            + (f" {where}" if area else ""),
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
                {
                    "what": check_words.what(one),
                    "n": one.n,
                    "rows": check_words.rows_of(one),
                    "do": one.hint,
                }
                for one in found
            ],
        }
        for title, found in check_words.sections_of(file)
    ]
    read = file.counts["read"]
    return {
        "id": f"file-{number}",
        "path": file.path,
        "source": file.feed or "source unknown",
        "error": file.error,
        "counts": file.counts,
        "shares": [
            {"class": fate, "n": file.counts[fate], "word": word, "width": width}
            for fate, word in _SHARE_WORDS.items()
            if (width := 100 * file.counts[fate] / read if read else 0.0)
        ],
        "notes": file.notes,
        "columns": check_words.columns_of(file),
        "tables": tables,
    }

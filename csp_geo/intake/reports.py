"""The table of reports as received, and what is known of each file they came from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from csp_geo.intake.locate import DEGREES

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from csp_geo.intake.source import Source


@dataclass(frozen=True)
class ReportFile:
    """What is known of one file after reading.

    A sheet, a layer or a member of a ZIP is a file of its own: `path` is then ``file.xlsx#sheet``
    or ``file.zip/member``, and `part` the name within a file that holds several. `sha256` is that
    of the file, or of the member.

    `error` is the sentence that says why it could not be read, or `None`. `matched` maps column
    name to field. `axes` says whether its coordinates are degrees or metres.
    """

    path: str
    source: str | None
    feed: str | None
    sha256: str
    rows: int = 0
    matched: Mapping[str, str] = field(default_factory=dict)
    axes: str = DEGREES
    synthetic: bool = False
    error: str | None = None
    notes: tuple[str, ...] = ()
    part: str = ""


@dataclass(frozen=True)
class Reports:
    """Every row that was read, in one table of texts, with what is known of each file.

    `table` has `file` (position in `files`), `source_row`, `content` (a digest of all columns of
    the row), `broken`, `size_m` (of a shape that is no point, else 0), `sensitive` (what its other
    columns say of it), and one text column per field (most of them categorical); "" means empty.
    """

    table: pd.DataFrame
    files: tuple[ReportFile, ...]
    sources: Mapping[str, Source]

    def __len__(self) -> int:
        return len(self.table)

    def by_file(self) -> list[tuple[ReportFile, Source, NDArray[np.int64]]]:
        """Return each file that was read, its source, and the positions of its rows."""
        position = self.table["file"].to_numpy()
        return [
            (file, self.sources[file.feed], np.flatnonzero(position == number))
            for number, file in enumerate(self.files)
            if file.feed is not None and file.error is None
        ]

    def per_row(self, attribute: str) -> NDArray[np.object_]:
        """Repeat an attribute of its source for each row."""
        values = np.empty(len(self.table), dtype=object)
        for _, source, where in self.by_file():
            values[where] = getattr(source, attribute)
        return values

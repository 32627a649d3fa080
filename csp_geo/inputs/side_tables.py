"""Tables that are not reports but speak of some: a second sheet of flags, a list of references.

Nothing of them is kept but which references are sensitive, and why.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from csp_geo.core.errors import SourceError
from csp_geo.inputs.flag_columns import FlagColumns
from csp_geo.inputs.source import known_columns
from csp_geo.inputs.vocabulary import OTHER, spelt, strictest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from csp_geo.inputs.files.table import RawTable
    from csp_geo.inputs.source import Source

ANY: Final = ""
"""In place of a source or a family: the rows of all."""
_COLUMNS: Final = ("reference", "sensitive", "source", "family")
_REFERS: Final = frozenset(
    "ref refs reference references urn cad cris crn log no number num id report crime".split()  # noqa: SIM905
)
_NEEDED: Final = frozenset({"reference", "category", "major", "date", "month"})


def nothing_said() -> pd.DataFrame:
    """Return a table of what side tables say, without any."""
    return pd.DataFrame({name: pd.Series(dtype="object") for name in _COLUMNS})


def said_of_references(
    raw: RawTable, folder: Source | None, sources: Mapping[str, Source], title: str
) -> pd.DataFrame:
    """Return the references that a table which is not a table of reports calls sensitive.

    Parameters
    ----------
    raw
        The table.
    folder
        The source in whose folder it lies.
    title
        What names the whole table: it may be a list of nothing but references.

    Returns
    -------
    said
        `reference`, what makes it `sensitive`, and of the reports of which `source` and `family` it
        is said; `ANY` where of all. A table that cannot be read to its end says what it said.
    """
    parts = [nothing_said()]
    readers = [(folder or sources["other"], folder.family if folder else ANY)]
    if folder is not None and folder.family == "perception":
        # what is not an answer of a survey is a flag
        readers.append((sources["offence"], "recorded"))
    elif folder is not None:
        readers = [(folder, ANY)]
    for source, family in readers:
        own = folder.source if folder is not None else ANY
        try:
            parts += _chunks(raw, source, title, own, family)
        except SourceError:
            continue
    return pd.concat(parts, ignore_index=True)


def _chunks(raw: RawTable, source: Source, title: str, own: str, family: str) -> list[pd.DataFrame]:
    columns = {
        field: column
        for column, field in known_columns(raw.header, source).items()
        if field in _NEEDED
    }
    known = columns.get("reference")
    references = [known] if known else _may_refer(raw.header)
    if not references:
        return []
    flags = FlagColumns(raw.header, {"reference": references[0], **columns}, source)
    kind = source.vocabulary.kind_of(spelt(title), OTHER)
    parts = []
    for chunk in raw.chunks:
        every = np.full(len(chunk), kind, dtype=object)
        kinds = strictest([np.asarray(flags.kinds(chunk), dtype=object), every])
        for name in references:
            said = pd.DataFrame({"reference": chunk[name].astype("object"), "sensitive": kinds})
            said = said[(said["sensitive"] != "") & (said["reference"] != "")]
            parts.append(said.assign(source=own, family=family).drop_duplicates())
    return parts


def _may_refer(header: Sequence[str]) -> list[str]:
    """Return the columns whose headings speak of a number that something has."""
    return [name for name in header if not _REFERS.isdisjoint(spelt(name).split())]

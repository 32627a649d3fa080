"""Files to one table of reports: which source each is, which column is what, nothing judged yet."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from csp_geo.core.errors import NoReportsError, SourceError
from csp_geo.core.origin import LIMITS
from csp_geo.core.storage import sha256_of
from csp_geo.core.tables import SENSITIVITIES, SOURCES, SYSTEMS
from csp_geo.core.visible import clean
from csp_geo.core.wording import count, shortened
from csp_geo.inputs.anonymised import (
    AWAY,
    MARK,
    SNAPPED,
    StreetWords,
    street_words,
    with_street_names,
)
from csp_geo.inputs.files.columns import (
    SYNTHETIC,
    TEXT_FIELDS,
    Mapped,
    join_tables,
    map_columns,
    no_rows,
    unread_columns,
    with_point_columns,
)
from csp_geo.inputs.files.guesses import columns_of
from csp_geo.inputs.files.reading import SIDE_FILES, read_tables
from csp_geo.inputs.files.table import PART_LENGTH, RawTable, Unread
from csp_geo.inputs.side_tables import nothing_said, said_of_references
from csp_geo.inputs.source import (
    Source,
    known_columns,
    packaged_sources,
    plain,
    recognise,
    source_from_file,
)
from csp_geo.inputs.vocabulary import OTHER, spelt, strictest
from csp_geo.inputs.where.locate import DEGREES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from numpy.typing import NDArray

    from csp_geo.core.settings import Limits
    from csp_geo.inputs.source import Source


@dataclass(frozen=True)
class ReportFile:
    """What is known of one file after reading.

    A sheet, a layer or a member of a ZIP is a file of its own: `path` is then ``file.xlsx#sheet``
    or ``file.zip/member``, and `part` the name within a file that holds several. `sha256` is that
    of the file, or of the member.

    `is_place_guessed` tells that no name says which column holds places: then its texts may be
    anything that people wrote, and only those are shown that the gazetteer knows.

    `error` is the sentence that says why it could not be read, or `None`. `matched` maps column
    name to field. `axes` says whether its coordinates are degrees or metres, `anonymised` that
    words in it tell that its points were moved before we got them.
    """

    path: str
    source: str | None
    feed: str | None
    sha256: str
    rows: int = 0
    matched: Mapping[str, str] = field(default_factory=dict)
    axes: str = DEGREES
    anonymised: bool = False
    synthetic: bool = False
    error: str | None = None
    notes: tuple[str, ...] = ()
    part: str = ""
    is_place_guessed: bool = False


@dataclass(frozen=True)
class Reports:
    """Every row that was read, in one table of texts, with what is known of each file.

    `table` has `file` (position in `files`), `source_row`, `content` (a digest of all columns of
    the row), `broken`, `size_m` (of lines and areas, else 0), `sensitive` (what its other
    columns say of it), and one text column per field (most of them categorical); "" means empty.
    `said` are the references that tables without reports call sensitive (`asides`).
    """

    table: pd.DataFrame
    files: tuple[ReportFile, ...]
    sources: Mapping[str, Source]
    said: pd.DataFrame = field(default_factory=nothing_said)

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


__all__ = [
    "SYNTHETIC",
    "TEXT_FIELDS",
    "ReportFile",
    "Reports",
    "collect_reports",
    "read_reports",
    "refuse_mixture",
]

_NOT_DATA: Final = re.compile(r"^(readme|template_|\.|~\$)", re.IGNORECASE)
_LETTERS: Final = frozenset({".pdf", ".docx"})
"""Files in which a list may have come that nobody could read: they are named."""
_COORDINATES: Final = frozenset({"longitude", "easting", "x"})
_HEARD: Final = "help to tell which reports are sensitive; nothing else in it was used."
_OUTCOMES: Final = frozenset({"Crime ID", "Outcome type"})
_CRIMES: Final = frozenset({"Crime type"})


def read_reports(
    reports: str | Path | Iterable[str | Path],
    *,
    source: str | None = None,
    by_place: bool = False,
    limits: Limits = LIMITS,
) -> Reports:
    """Read every report file of a folder, or the files given.

    Parameters
    ----------
    reports
        A folder with one sub-folder per source (survey, streetsafe, eva, offence, graffiti, asb,
        fire, other), or one or more files.
    source
        Read every file as this source, whatever its folder says.
    by_place
        Take files that say where only by the name of a place: a gazetteer must know them.
    limits
        Files that are larger are refused.

    Raises
    ------
    NoReportsError
        If there is no file, or no file that can be read; the sentence says why.
    """
    read = collect_reports(reports, source=source, by_place=by_place, limits=limits)
    if not len(read):
        why = " ".join(file.error for file in read.files if file.error)
        raise NoReportsError(f"No file could be used. {why}")
    return read


def collect_reports(
    reports: str | Path | Iterable[str | Path],
    *,
    source: str | None = None,
    by_place: bool = False,
    limits: Limits = LIMITS,
    project: Path | None = None,
    own: Mapping[str, Source] | None = None,
) -> Reports:
    """Read files like `read_reports`, but do not mind when none can be used.

    Parameters
    ----------
    project
        A reports folder: its `<source>/source.toml` count where the files' own folder has none.
    own
        Sources that go before all others, by name.
    """
    root, paths = _find_files(reports)
    if not paths:
        folders = ", ".join(f"{name}/" for name in SOURCES)
        raise NoReportsError(
            f"No report file was found in {root.name or 'this folder'}. Put CSV, XLSX, GeoJSON or "
            f"GeoPackage files into a folder per source below it: {folders}."
        )
    homes = (root, *_homes(paths), *((project,) if project else ()))
    sources = {**packaged_sources(), **_project_sources(homes), **(own or {})}
    reading = _Reading(root, source, sources, by_place, limits)
    files: list[ReportFile] = []
    tables: list[pd.DataFrame] = []
    for path in paths:
        for file, table in _read_path(path, reading):
            if table is not None:
                tables.append(table.assign(file=len(files)))
            files.append(file)
    said = pd.concat([nothing_said(), *reading.said], ignore_index=True)
    return Reports(join_tables(tables or [no_rows()]), tuple(files), sources, said)


def no_reports() -> Reports:
    """Return reports without any file."""
    return Reports(join_tables([no_rows()]), (), packaged_sources())


def refuse_mixture(reports: Reports) -> None:
    """Raise `NoReportsError` when files of the synthetic sample lie among others."""
    read = [file for file in reports.files if file.error is None]
    sample = [file.path for file in read if file.synthetic]
    others = [file.path for file in read if not file.synthetic]
    if sample and others:
        raise NoReportsError(
            f"The reports mix the synthetic sample ({sample[0]}) with others ({others[0]}). Move "
            "one of them away: a map of both would be a map of neither."
        )


def _find_files(reports: str | Path | Iterable[str | Path]) -> tuple[Path, list[Path]]:
    given = [Path(reports)] if isinstance(reports, str | Path) else [Path(path) for path in reports]
    if len(given) == 1 and given[0].is_dir():
        root = given[0]
        found = (path for path in root.rglob("*") if path.is_file())
        return root, sorted(path for path in found if _is_data(path.relative_to(root)))
    if not any(path.exists() for path in given):
        raise NoReportsError(f"{given[0].name} is not there. Check the name and the folder.")
    given = [path for path in given if _is_data(Path(path.name))] or given
    roots = {path.parent for path in given}
    return (roots.pop() if len(roots) == 1 else Path()), given


def _is_data(path: Path) -> bool:
    hidden = any(_NOT_DATA.match(part) for part in path.parts)
    suffix = path.suffix.lower()
    aside = suffix in SIDE_FILES - _LETTERS or path.name.lower().endswith(".shp.xml")
    return not (hidden or aside)


def _homes(paths: Iterable[Path]) -> list[Path]:
    """Return the reports folders that files lie in: above a folder that is named as a source."""
    return [path.parent.parent for path in paths if path.parent.name.lower() in SOURCES]


def _project_sources(homes: Iterable[Path]) -> Mapping[str, Source]:
    """Read the `source.toml` of each source from the first of the folders that has one."""
    folders = list(dict.fromkeys(homes))
    sources = {}
    for name in SOURCES:
        tomls = (folder / name / "source.toml" for folder in folders)
        path = next((toml for toml in tomls if toml.exists()), None)
        if path is not None:
            sources[name] = source_from_file(path, name)
    return sources


def _folder_source(path: Path, root: Path) -> str | None:
    parts = path.relative_to(root).parts[:-1] if path.is_relative_to(root) else ()
    return _source_of_parts((*parts, path.parent.name))


def _source_of_parts(parts: Iterable[str]) -> str | None:
    return next((part.lower() for part in parts if part.lower() in SOURCES), None)


def _relative(path: Path, root: Path) -> str:
    return clean(path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name)


@dataclass(frozen=True)
class _Reading:
    """How files are read: below which folder, and as which sources."""

    root: Path
    given: str | None
    sources: Mapping[str, Source]
    by_place: bool
    limits: Limits
    said: list[pd.DataFrame] = field(default_factory=list)
    """What tables without reports say of references, as they are read."""


def _read_path(path: Path, how: _Reading) -> Iterator[tuple[ReportFile, pd.DataFrame | None]]:
    """Read every table of a file."""
    name = how.given or _folder_source(path, how.root)
    where = _relative(path, how.root)
    digest = sha256_of(path) if path.is_file() else ""
    try:
        for raw in read_tables(path, where, _column_words(how.sources.values()), how.limits):
            inside = PurePosixPath(raw.part.partition("#")[0]).parts[:-1]
            table_name = name or _source_of_parts(inside)
            yield _read_table(raw, where, table_name, digest, how)
    except SourceError as error:
        feed = how.sources[name].feed if name else None
        yield ReportFile(where, name, feed, digest, error=str(error)), None


def _column_words(sources: Iterable[Source]) -> frozenset[str]:
    """Return every name that some source knows for a column."""
    return frozenset(
        plain(word)
        for source in sources
        for words in (source.header, *source.columns.values())
        for word in words
    )


def _read_table(
    raw: RawTable | Unread,
    path: str,
    name: str | None,
    digest: str,
    how: _Reading,
) -> tuple[ReportFile, pd.DataFrame | None]:
    where = f"{path}{shortened(raw.part, PART_LENGTH)}"
    known = how.sources[name] if name else None
    try:
        if isinstance(raw, Unread):
            raise SourceError(raw.error)  # noqa: TRY301 - said like every other fault of a table
        streets = street_words(raw)
        raw = with_street_names(raw, streets)
        known = _choose(raw, known, how.sources, where, streets)
        known = _with_streets(with_point_columns(known, raw), streets)
        matched, guessed = columns_of(raw, known, where, by_place=how.by_place)
        read = map_columns(raw, matched, known, how.limits.cell_characters)
        table = _of_kind(read.table, known, f"{path} {raw.part} {raw.title}")
    except SourceError as error:
        feed = known.feed if known else None
        why = f"{error}{_aside(raw, how, known, f'{path} {raw.part}')}"
        return ReportFile(where, name, feed, digest, error=why, part=raw.part), None
    file = ReportFile(
        path=where,
        source=known.source,
        feed=known.feed,
        sha256=raw.sha256 or digest,
        rows=len(read.table),
        matched=matched,
        axes=read.axes,
        anonymised=streets is not None,
        synthetic=read.synthetic,
        notes=(
            *raw.notes,
            *_took_for(raw.header, known, streets),
            *read.notes,
            *guessed,
            *_units(matched, read),
            *unread_columns(raw.header, matched, known),
        ),
        part=raw.part,
        is_place_guessed="place" not in known_columns(raw.header, known).values(),
    )
    return file, table


def _aside(raw: RawTable | Unread, how: _Reading, folder: Source | None, path: str) -> str:
    """Hear what a table without reports says of references; say that it was heard."""
    if isinstance(raw, Unread):
        return ""
    said = said_of_references(raw, folder, how.sources, f"{path} {raw.title}")
    how.said.append(said)
    n = said["reference"].nunique()
    return f" {count(n, 'reference')} in it {_HEARD}" if n else ""


def _of_kind(table: pd.DataFrame, source: Source, title: str) -> pd.DataFrame:
    """Give every row of a table what its file, sheet, layer or title says of them all."""
    kind = source.vocabulary.kind_of(spelt(title), OTHER)
    if not kind:
        return table
    rows = [table["sensitive"].to_numpy(dtype=object), np.full(len(table), kind, dtype=object)]
    return table.assign(sensitive=pd.Categorical(strictest(rows), categories=list(SENSITIVITIES)))


def _units(matched: Mapping[str, str], read: Mapped) -> tuple[str, ...]:
    """Say what the coordinates are, where there are any, and where two systems are used."""
    if not _COORDINATES & set(matched.values()):
        return ()
    units = ("degrees", "eastings and northings")
    own, other = units if read.axes == DEGREES else units[::-1]
    n = int(((read.table["other_x"] != "") & (read.table["other_y"] != "")).sum())
    if not n:
        return (f"locations are {own}",)
    rows = f"{count(n, 'row')} that {'has' if n == 1 else 'have'} no {own}"
    return (f"locations are in two coordinate systems: {own}, and {other} in {rows}",)


def _with_streets(source: Source, streets: StreetWords | None) -> Source:
    """Have a column of published street names read as the place, whatever it is headed."""
    if streets is None or "place" in source.named:
        return source
    names = (plain(streets.place), *source.columns.get("place", ()))
    return replace(source, columns={**source.columns, "place": names})


def _took_for(
    header: tuple[str, ...], source: Source, streets: StreetWords | None
) -> tuple[str, ...]:
    """Say why points count as anonymised, where no header says so to the letter."""
    if source.header and tuple(name.strip() for name in header) == source.header:
        return ()
    is_system = source.feed in SYSTEMS and source.location_method == SNAPPED
    system = [f"recognised as {source.title}"] if is_system else []
    return (*system, streets.note) if streets else tuple(f"{one}: {AWAY}" for one in system)


def _choose(
    raw: RawTable,
    known: Source | None,
    sources: Mapping[str, Source],
    where: str,
    streets: StreetWords | None,
) -> Source:
    """Choose the source: a header that only one system writes decides, then the folder."""
    if set(raw.header) >= _OUTCOMES and not set(raw.header) & _CRIMES:
        raise SourceError(
            f"{where} holds the outcomes of crimes, which are not reports of their own: it was "
            "left out. The street files have the crimes."
        )
    chosen = recognise(raw.header, sources, known, (MARK,) if streets else ())
    if chosen is None:
        raise SourceError(
            f"{where} is not in the folder of a source, and its header is not a known one. Move it "
            f"into one of {', '.join(f'{s}/' for s in SOURCES)}, or check it with --source NAME."
        )
    return chosen

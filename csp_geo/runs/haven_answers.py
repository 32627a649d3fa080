"""The answers run: filled call lists in, candidates in the register of Safe Havens out."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely

from csp_geo._version import __version__
from csp_geo.core.errors import NoPlacesError
from csp_geo.core.history import CellWritten, at_work_on, history_path, keep
from csp_geo.core.origin import Origin
from csp_geo.core.period import say_day
from csp_geo.core.storage import has_rows, is_labelled
from csp_geo.core.tables import HAVENS_PLAN
from csp_geo.core.wording import count, join
from csp_geo.decisions.havens.candidates import VenueNames
from csp_geo.inputs.areas.study_area import study_area_of
from csp_geo.inputs.files.columns import SYNTHETIC
from csp_geo.inputs.files.gis_file import DAMAGED_LAYER, recognise
from csp_geo.inputs.venues.call_answers import joined, open_call_list, read_call_list
from csp_geo.inputs.venues.register import read_havens, say_stages
from csp_geo.inputs.venues.register_answers import CLOSED, RegisterText
from csp_geo.products.escape import neutralise
from csp_geo.runs.pack import LAYERS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from csp_geo.inputs.areas.study_area import StudyArea
    from csp_geo.inputs.venues.call_answers import FilledList, OpenList, VenueAnswers
    from csp_geo.inputs.venues.register_answers import RowAnswered
    from csp_geo.runs.context import Context

_TOLD_APART: tuple[str, ...] = ("name", "postcode", "address", "geometry", "source_row")


@dataclass(frozen=True, kw_only=True)
class AnswerOptions:
    """Which filled lists are read into which register; `out` holds the plans that they are of."""

    answers: Sequence[Path]
    register: Path
    out: Path


@dataclass(frozen=True)
class AnswersRead:
    """What was read: lines for the terminal, and a record; of what names people neither tells."""

    lines: Sequence[str]
    record: dict[str, Any]


def run_answers(options: AnswerOptions, context: Context) -> AnswersRead:
    """Read filled call lists into the register, which is written whole or not at all.

    Raises
    ------
    CspGeoError
        If a list cannot be read or is of another plan, or the register cannot be added to.
    """
    register = options.register
    if not register.is_file():
        raise NoPlacesError(
            f"There is no {register.name} to write the answers into. Make one with 'csp-geo init', "
            "or name one with --existing FILE."
        )
    lists: list[FilledList] = []
    for path, name in _named(options.answers):
        opened = open_call_list(path, name, context.settings.limits)
        area = _area_of_plan(opened, options)
        is_british = area.projection.is_british
        lists.append(read_call_list(opened, today=context.today, is_british=is_british))
    answers = [_guarded(answer) for answer in joined(lists)]
    with at_work_on(register, context.command, context.progress):
        text = RegisterText(register, area)
        rows = _put(text, answers, _known(register, area, context), area)
        cells = _cells(rows, context.today.isoformat())
        if cells:
            keep(register, text.as_bytes(), cells)
    stages = None
    if has_rows(register):
        stages = read_havens(register, area, today=context.today)
    n_open = _n_open(lists)
    disputed = [sentence for row in rows for sentence in row.to_settle]
    unread = [sentence for filled in lists for sentence in filled.unread]
    none_yet = f"{count(n_open, 'row')} {'has' if n_open == 1 else 'have'} none yet"
    lines = [
        f"Answers of {count(len(rows), 'venue')} were read into {register.name}; {none_yet}.",
        *map(_say, rows),
        *disputed,
        *unread,
        f"What was written stands in {history_path(register).name}."
        if cells
        else "Nothing is new: the register stays as it is.",
    ]
    if stages is not None:
        lines.append(say_stages(stages))
    record = {
        "version": __version__,
        "command": context.command,
        "as_of": context.today.isoformat(),
        "register": register.name,
        "lists": [
            {"file": one.name, "plan": one.plan_day.isoformat(), "number": one.number}
            for one in lists
        ],
        "answers": [_as_json(row) for row in rows],
        "open": n_open,
        "disputed": disputed,
        "unread": unread,
        "stages": None if stages is None else stages.stages,
    }
    return AnswersRead(lines, record)


def _n_open(lists: Sequence[FilledList]) -> int:
    """Return how many venues have no answer yet, each once however many lists it stands on.

    Where a list no longer says which venues are on it, its rows count.
    """
    answered = {answer.key for filled in lists for answer in filled.answers}
    known = {key for filled in lists for key in filled.venues}
    lost = [one for one in lists if set(one.venues) <= {answer.key for answer in one.answers}]
    return len(known - answered) + sum(one.n_open for one in lost)


def _named(paths: Sequence[Path]) -> list[tuple[Path, str]]:
    """Return each file once, with its name; of those that share a name, with its folder's too."""
    once = list({path.resolve(): path for path in paths})
    times = Counter(path.name for path in once)
    return [
        (path, path.name if times[path.name] == 1 else f"{path.parent.name}/{path.name}")
        for path in once
    ]


def _area_of_plan(opened: OpenList, options: AnswerOptions) -> StudyArea:
    """Return the study area of the plan that a list is of; refuse a list of any other.

    Raises
    ------
    NoPlacesError
        If there is no such plan, or another one of the same day; or if one of plan and register is
        the sample's and the other is not.
    """
    out, folder = options.out, options.out / opened.plan_day.isoformat()
    theirs = f"{opened.name} is of the plan of {say_day(opened.plan_day)}, number {opened.number}"
    try:
        record = json.loads((folder / HAVENS_PLAN.record).read_text("utf-8"))
        ours, is_sample = record.get("call_list"), bool(record.get("synthetic"))
        wards = recognise(Origin(folder / LAYERS, LAYERS)).read("wards")
    except (OSError, AttributeError, *DAMAGED_LAYER) as error:
        there = sorted(path.parent.name for path in out.glob(f"*/{HAVENS_PLAN.record}"))
        raise NoPlacesError(
            f"{theirs}, and {out.name} holds {join(there) if there else 'no plan'}. Name the "
            "folder of its plan with --out DIR."
        ) from error
    if ours != opened.number:
        number = f"number {ours}" if ours else "made by an earlier version"
        raise NoPlacesError(
            f"{theirs}, but the plan in {out.name}/{folder.name} is another: {number}. Copy the "
            "answers into the call-list.xlsx that lies there."
        )
    if is_sample != is_labelled(options.register, SYNTHETIC):
        plan, register = ("the sample's", "real") if is_sample else ("real", "the sample's")
        raise NoPlacesError(
            f"{opened.name} is of {plan} venues, but {options.register.name} is a register of "
            f"{register} ones, and the two cannot be mixed. Name the register that belongs to the "
            "plan with --existing FILE."
        )
    return study_area_of(wards, LAYERS)


def _guarded(answer: VenueAnswers) -> VenueAnswers:
    """Make texts that look like formulas inert; a telephone number stands behind a word anyway."""
    given = {
        name: text if name == "telephone" else neutralise(text)
        for name, text in answer.given.items()
    }
    venue = {name: neutralise(text) for name, text in answer.venue.items()}
    return replace(answer, given=given, venue=venue | _degrees(answer))


def _degrees(answer: VenueAnswers) -> dict[str, str]:
    """Return the point of a venue as it was: a minus sign in it is no formula."""
    return {name: answer.venue[name] for name in ("latitude", "longitude")}


def _known(register: Path, area: StudyArea, context: Context) -> gpd.GeoDataFrame:
    """Return what the rows of the register are told apart by."""
    if not has_rows(register):
        empty = {name: pd.Series([], dtype=object) for name in _TOLD_APART[:3]}
        rows = pd.Series([], dtype="int64")
        return gpd.GeoDataFrame({**empty, "source_row": rows}, geometry=[], crs=area.projection.crs)
    table = read_havens(register, area, today=context.today).table
    return gpd.GeoDataFrame(table[list(_TOLD_APART)])


def _put(
    text: RegisterText, answers: Sequence[VenueAnswers], known: gpd.GeoDataFrame, area: StudyArea
) -> list[RowAnswered]:
    """Put each venue's answers into its row of the register, or into a new one."""
    done = []
    for answer in answers:
        venue = _told_apart(answer.venue, area)
        row = _row_of(venue, [_told_apart(other, area) for other in answer.others], known)
        done.append(text.put(answer, row))
        if row is None:
            new = gpd.GeoDataFrame(
                [venue | {"source_row": done[-1].row}], geometry="geometry", crs=known.crs
            )
            known = pd.concat([known, new], ignore_index=True)
    return done


def _row_of(
    venue: dict[str, Any], others: Sequence[dict[str, Any]], known: gpd.GeoDataFrame
) -> int | None:
    """Return the row of the register that is most surely a venue's, and no other's of its plan."""
    names = VenueNames.of(known)
    likeness = names.likeness(venue)
    for other in others if likeness.any() else ():
        likeness[names.likeness(other) >= likeness] = 0
    if not likeness.any():
        return None
    return int(known["source_row"].to_numpy()[likeness.argmax()])


def _told_apart(venue: Mapping[str, str], area: StudyArea) -> dict[str, Any]:
    """Return what a venue is told from others by."""
    point = None
    if venue["longitude"] and venue["latitude"]:
        degrees = [(float(venue["longitude"]), float(venue["latitude"]))]
        point = shapely.Point(area.projection.to_metres(degrees)[0])
    return {name: venue[name] for name in _TOLD_APART[:3]} | {"geometry": point}


def _cells(rows: Sequence[RowAnswered], day: str) -> list[CellWritten]:
    return [
        CellWritten(
            day=day,
            source=row.source,
            row=row.row,
            name=row.name,
            column=cell.column,
            was=cell.was,
            now=cell.now,
        )
        for row in rows
        for cell in row.changes
    ]


def _as_json(row: RowAnswered) -> dict[str, Any]:
    return {
        "name": row.name,
        "row": row.row,
        "is_new": row.is_new,
        "read_from": row.source,
        "written": {cell.column: cell.now for cell in row.changes},
        "left": list(row.left),
    }


def _say(row: RowAnswered) -> str:
    """Say what became of a venue's answers."""
    said = [f"{cell.column} {cell.now}" for cell in row.changes]
    new = "new: " if row.is_new else ""
    if any(cell.now == CLOSED for cell in row.changes):
        said.append("so it is not asked again; if it is open, write 'to ask' as its status")
    left = f" But {join(row.left)}." if row.left else ""
    return (
        f"Row {row.row}, {row.name} (from {row.source}): {new}{join(said) or 'nothing new'}.{left}"
    )

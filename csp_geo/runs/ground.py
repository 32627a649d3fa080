"""Lay files into the ground of a project, and say what lies there and what it is used for."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from csp_geo.core.errors import GroundError
from csp_geo.core.output_folder import OutputFolder
from csp_geo.core.storage import sha256_of
from csp_geo.core.tables import GROUND
from csp_geo.core.wording import count, join, shortened
from csp_geo.inputs.areas.study_area import read_study_area
from csp_geo.inputs.ground.cutting import GroundFrame
from csp_geo.inputs.ground.given_file import read_given, say_size
from csp_geo.inputs.ground.ground_store import COMMAND, GivenFile, ground_files, read_ground
from csp_geo.inputs.ground.ground_uses import USES, WHERE, ground_cautions, missing
from csp_geo.inputs.ground.layer_rules import LICENCE_OS
from csp_geo.inputs.ground.limits import ground_limits
from csp_geo.inputs.ground.merging import merged, n_protected
from csp_geo.runs.context import Complaints
from csp_geo.runs.project import boundary_file

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

    from csp_geo.core.caution import Caution
    from csp_geo.inputs.areas.study_area import StudyArea
    from csp_geo.inputs.ground.ground_part import GroundPart
    from csp_geo.inputs.ground.ground_store import Ground
    from csp_geo.runs.context import Context

HOME: Final = Path("data", "ground")
"""Where a project keeps its ground."""
_ID_LENGTH: Final = 8
_LONGEST: Final = 150


@dataclass(frozen=True, kw_only=True)
class GroundOptions:
    """What `ground add` was asked for.

    `also`: files add to what is there instead of taking the place of layers they hold. `dated` is
    the day or month of the data, `layer` what the shapes are, where the files do not say.
    """

    files: tuple[Path, ...]
    boundaries: Path
    out: Path = HOME
    also: bool = False
    dated: str = ""
    layer: str | None = None


@dataclass(frozen=True)
class Laid:
    """What was done: the ground as it is now, and what is to be said of each file."""

    ground: Ground
    area: StudyArea
    added: tuple[GivenFile, ...]
    notes: tuple[str, ...]
    cautions: tuple[Caution, ...]


def run_ground_add(options: GroundOptions, context: Context) -> Laid:
    """Read files, cut them to the study area plus 1 km, and keep them with where they came from.

    Raises
    ------
    GroundError, SourceError
        If one of them cannot be used; then nothing is written.
    """
    area = read_study_area(boundary_file(options.boundaries))
    folder = OutputFolder(options.out, COMMAND, context.progress)
    folder.check()
    before = read_ground(options.out, area)
    found = _read_all(options, context, GroundFrame(area))
    layers, notes = _together(found, before, options)
    kinds = _kinds(found, before)
    made = {name: merged(name, parts, kinds) for name, parts in layers.items()}
    given = _given(found, before, made, options, context)
    context.progress(f"Writing {options.out.name}")
    folder.write(ground_files(made, given, area))
    ground = read_ground(options.out, area)
    if ground is None:
        raise GroundError("The ground was not written: its folder was removed meanwhile.")
    ids = {one[0] for one in found}
    return Laid(
        ground,
        area,
        tuple(one for one in ground.files if one.id in ids),
        tuple(notes),
        ground_cautions(ground, area, context.today),
    )


def _read_all(
    options: GroundOptions, context: Context, frame: GroundFrame
) -> list[tuple[str, str, Path, GroundPart]]:
    """Read all files; what is wrong with any of them is said of all at once."""
    complaints = Complaints()
    limits = ground_limits(context.settings.limits)
    read: dict[str, tuple[str, str, Path, GroundPart]] = {}

    def one(path: Path) -> GroundPart:
        with tempfile.TemporaryDirectory(prefix="csp-geo-ground-") as folder:
            return read_given(
                path,
                frame,
                Path(folder),
                limits=limits,
                progress=context.progress,
                layer=options.layer,
            )

    for path in options.files:
        context.progress(f"Looking at {path.name}{say_size(path) if path.is_file() else ''}")
        found = complaints.tried(lambda path=path: one(path))  # type: ignore[misc]
        if found is not None:
            digest = sha256_of(path)
            read[digest] = (digest[:_ID_LENGTH], digest, path, found)
    complaints.refuse()
    return sorted(read.values(), key=lambda entry: entry[1])


def _kinds(
    found: Sequence[tuple[str, str, Path, GroundPart]], before: Ground | None
) -> dict[str, str]:
    old = {one.id: one.kind for one in before.files} if before else {}
    return {**old, **{entry[0]: entry[3].kind for entry in found}}


def _together(
    found: Sequence[tuple[str, str, Path, GroundPart]],
    before: Ground | None,
    options: GroundOptions,
) -> tuple[dict[str, list[gpd.GeoDataFrame]], list[str]]:
    """Return the parts of each layer, and what is to be said of them."""
    notes: list[str] = []
    ids = {entry[0] for entry in found}
    names = {one.id: one.name for one in before.files} if before else {}
    layers: dict[str, list[gpd.GeoDataFrame]] = {}
    for name in GROUND:
        new = [
            entry[3].layers[name].assign(source=entry[0])
            for entry in found
            if name in entry[3].layers
        ]
        n_hidden = n_protected(name, new)
        if n_hidden:
            was = "was" if n_hidden == 1 else "were"
            notes.append(
                f"{count(n_hidden, 'place')} that no map may show (refuges, clinics, hostels and "
                f"the like) {was} left out."
            )
        parts = list(new)
        if before is not None and before.counts[name]:
            old = before.layer(name)
            old = old[~old["source"].isin(ids)]
            if not new or options.also:
                parts.append(old)
            elif len(old):
                said = join(sorted({shortened(names[one]) for one in set(old["source"])}))
                notes.append(
                    f"{_words(name).capitalize()}: {len(old):,} of {said} were replaced. To keep "
                    "both, add the file with --also."
                )
        if sum(len(part) for part in parts):
            layers[name] = [part for part in parts if len(part)]
    for _, _, path, one in found:
        if one.left:
            listed = ", ".join(shortened(layer) for layer in one.left)
            notes.append(f"{path.name}: the ground has no use for {_cut(listed)}.")
        notes += [f"{path.name}: {note}." for note in one.notes]
    return layers, notes


def _cut(listed: str) -> str:
    return listed if len(listed) <= _LONGEST else f"{listed[:_LONGEST]}..."


def _words(layer: str) -> str:
    return layer.replace("_", " ")


def _given(
    found: Sequence[tuple[str, str, Path, GroundPart]],
    before: Ground | None,
    made: Mapping[str, gpd.GeoDataFrame],
    options: GroundOptions,
    context: Context,
) -> list[GivenFile]:
    """Return what the note tells of each file of which something is left in the ground."""
    files = {one.id: one for one in before.files} if before else {}
    for key, digest, path, one in found:
        dated = options.dated or one.dated
        year = dated[:4] or f"{context.today:%Y}"
        files[key] = GivenFile(
            id=key,
            name=shortened(path.name, _LONGEST),
            kind=one.kind,
            dated=dated,
            added=context.today,
            licence=f"{one.licence} {year}" if one.licence == LICENCE_OS else one.licence,
            sha256=digest,
            counts={},
            left=one.left[:20],
        )
    counts: dict[str, dict[str, int]] = {}
    for name, table in made.items():
        for of, n in table["source"].value_counts().items():
            counts.setdefault(str(of), {})[name] = int(n)
    kept = [
        replace(one, counts={name: counts[key][name] for name in GROUND if name in counts[key]})
        for key, one in files.items()
        if key in counts
    ]
    return sorted(kept, key=lambda one: one.id)


def ground_json(laid: Laid) -> dict[str, Any]:
    """Return what `ground add` did, for --json."""
    return {
        "path": laid.ground.path.as_posix(),
        "area": laid.area.name,
        "layers": laid.ground.counts,
        "added": [_file_json(one) for one in laid.added],
        "licences": list(laid.ground.licences),
        "notes": list(laid.notes),
        "cautions": list(laid.cautions),
    }


def _file_json(one: GivenFile) -> dict[str, Any]:
    return {
        "name": one.name,
        "kind": one.kind,
        "dated": one.dated or None,
        "added": one.added.isoformat(),
        "licence": one.licence,
        "sha256": one.sha256,
        "counts": dict(one.counts),
        "left": list(one.left),
    }


def run_ground_list(boundaries: Path, folder: Path, context: Context) -> dict[str, Any]:
    """Say what the ground holds, from when, what each product does with it, and what is missing.

    Raises
    ------
    GroundError
        If it cannot be used.
    """
    area = read_study_area(boundary_file(boundaries))
    ground = read_ground(folder, area)
    cautions = ground_cautions(ground, area, context.today) if ground else ()
    return {
        "folder": folder.as_posix(),
        "area": area.name,
        "layers": ground.counts if ground else dict.fromkeys(GROUND, 0),
        "files": [_file_json(one) for one in ground.files] if ground else [],
        "uses": [
            {
                "product": use.product,
                "use": use.with_it,
                "has": [name for name in use.layers if name not in missing(ground, use)],
                "missing": missing(ground, use),
                "without": use.without,
            }
            for use in USES
        ],
        "get": {name: WHERE[name] for name in GROUND if not (ground and ground.counts[name])},
        "licences": list(ground.licences) if ground else [],
        "cautions": list(cautions),
    }

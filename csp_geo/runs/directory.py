"""The directory run: the register of Safe Havens is checked, and its public version made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from csp_geo._version import __version__
from csp_geo.core.caution import Caution, in_order
from csp_geo.core.storage import is_labelled
from csp_geo.core.tables import PUBLIC_DIRECTORY
from csp_geo.core.wording import join
from csp_geo.inputs.areas.study_area import read_study_area, ward_licence
from csp_geo.inputs.areas.zones_and_places import read_places
from csp_geo.inputs.files.columns import SYNTHETIC
from csp_geo.inputs.ground.ground_store import DRAWN, read_ground
from csp_geo.inputs.ground.ground_uses import with_places
from csp_geo.inputs.venues.register import read_havens, say_counts
from csp_geo.inputs.where.postcode import LICENCE as POSTCODE_LICENCE
from csp_geo.products import directory_page as page
from csp_geo.runs.context import Stopwatch
from csp_geo.runs.pack import Pack, files_read, make_head, output_folder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from csp_geo.inputs.areas.study_area import StudyArea
    from csp_geo.inputs.venues.register import Register
    from csp_geo.runs.context import Context


@dataclass(frozen=True, kw_only=True)
class DirectoryOptions:
    """What a directory of Safe Havens is asked for.

    `havens` is the register. `boundaries` are the ward files of the project: one is used, of
    several none.
    """

    havens: Path
    out: Path
    boundaries: Sequence[Path] = ()
    context: Sequence[Path] = ()
    ground: Path | None = None


def run_directory(options: DirectoryOptions, context: Context) -> Pack:
    """Check the register of Safe Havens and make its public version.

    If nothing can be listed there are no public files, and `error` says why.

    Raises
    ------
    CspGeoError
        If the register cannot be read.
    """
    watch = Stopwatch(context)
    output_folder(options.out, PUBLIC_DIRECTORY, context, page.PUBLIC_FOLDER).check()
    watch.start("read", "Reading the register")
    one = len(options.boundaries) == 1
    area = read_study_area(options.boundaries[0]) if one else None
    register = read_havens(options.havens, area, today=context.today)
    cautions = [*register.cautions, *(area.cautions if area is not None else ())]
    if len(options.boundaries) > 1:
        several = "data/boundaries holds several files, so the map has no wards."
        cautions.append(Caution("several-boundaries", several))
    if register.unread:
        unread = f"Columns that were not read: {join(register.unread)}."
        cautions.append(Caution("columns-not-read", unread))
    places = ground = None
    if area is not None:
        ground = read_ground(options.ground, area) if options.ground else None
        own, left_out = read_places(options.context, area)
        places = with_places(own, ground)
        cautions += left_out
    watch.start("write", "Writing the directory")
    licences = _licences(register, area)
    if ground is not None:
        licences = tuple(dict.fromkeys((*licences, *ground.licences_of(*DRAWN, "places"))))
    facts = page.DirectoryFacts(
        made_on=context.today,
        marking=context.settings.public_marking,
        version=__version__,
        licences=licences,
        places=places,
        ground=ground.drawn() if ground else None,
        synthetic=is_labelled(options.havens, SYNTHETIC),
    )
    error = page.nothing_to_list(register)
    pages = {} if error else page.directory_files(register, area, facts)
    public = {f"{page.PUBLIC_FOLDER}/{name}": data for name, data in pages.items()}
    tables = {page.COORDINATOR: page.coordinator_table(register)}
    if not error:
        tables[f"{page.PUBLIC_FOLDER}/directory.csv"] = page.public_table(register, area)
    found = register.findings["finding"].value_counts()
    return Pack(
        kind=PUBLIC_DIRECTORY,
        folder=options.out,
        tables=tables,
        pages=public,
        head=make_head(
            context,
            as_of=context.today,
            inputs=files_read(register=options.havens),
            also_read=files_read(
                boundaries=options.boundaries,
                context=options.context,
                ground=ground.path if ground else None,
            ),
            licences=licences,
            cautions=in_order(cautions),
        ),
        body={
            "counts": register.counts,
            "findings": {str(slug): int(n) for slug, n in found.items()},
            "files": [page.COORDINATOR, *sorted({*public, *tables} - {page.COORDINATOR})],
            "error": error or None,
        },
        watch=watch,
        public=page.PUBLIC_FOLDER,
        lines=[f"{say_counts(register)}.", *page.finding_lines(register)],
        opens=() if error else (f"{page.PUBLIC_FOLDER}/{page.PAGE}",),
        error=error,
    )


def _licences(register: Register, area: StudyArea | None) -> tuple[str, ...]:
    """Return the licence and attribution lines of what a directory shows."""
    shown = register.table.loc[register.counts_now, "location_method"].astype("str")
    postcodes = (f"{POSTCODE_LICENCE}.",) if (shown == "postcode").any() else ()
    return (*postcodes, *((ward_licence(area),) if area is not None else ()))

"""The tables and layers of a plan for Safe Havens, and the list of venues to call.

The list is a workbook: for the coordinator to work through and fill in.
"""

from __future__ import annotations

import hashlib
import io
from datetime import datetime, time
from typing import TYPE_CHECKING, Any, Final
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

import numpy as np
import pandas as pd

from csp_geo.core.disclosure import Audience
from csp_geo.core.tables import ASK_FIRST, UNCOVERED, as_agreed
from csp_geo.core.visible import clean
from csp_geo.core.wording import DAYS
from csp_geo.decisions.havens.licensing import AT_M, THEMES_ASKED
from csp_geo.decisions.havens.plan import FALLBACKS
from csp_geo.products.escape import neutralise
from csp_geo.products.exports import layers_for
from csp_geo.products.havens.plan_words import say_address, why_not

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from pathlib import Path

    import geopandas as gpd
    from openpyxl import Workbook

    from csp_geo.decisions.havens.plan import HavenPlan
    from csp_geo.decisions.havens.venues import Venues
    from csp_geo.inputs.areas.study_area import StudyArea

COLUMNS: Final = (
    ("rank", "Order", 7),
    ("name", "Venue", 34),
    ("type", "Type", 16),
    ("address", "Address", 34),
    ("ward", "Ward", 18),
    ("hours", "Open", 30),
    ("hours_are", "Hours are", 12),
    ("why", "Why this one", 44),
    ("ask", "To ask", 40),
    ("note", "Note", 34),
    ("called_on", "Called on", 12),
    ("answer", "Answer", 24),
    ("next", "Next step", 24),
)
"""Field, heading and width; the last three are empty, to be filled in by hand."""
CALL_LIST: Final = "call-list.xlsx"


def sites_table(plan: HavenPlan, venues: Venues) -> pd.DataFrame:
    """Return the venues to approach, a row each, in their order."""
    rows = venues.table.iloc[plan.order].reset_index(drop=True)
    rows.insert(0, "rank", range(1, len(rows) + 1))
    rows["hours_assumed"] = venues.assumed[plan.order]
    for place in range(FALLBACKS):
        own = [some[place : place + 1] for some in plan.fallbacks]
        rows[f"fallback_{place + 1}"] = [_named(one[0][0], venues) if one else None for one in own]
        covers = [round(one[0][1], 3) if one else np.nan for one in own]
        rows[f"fallback_{place + 1}_covers"] = np.array(covers, dtype=np.float64)
    rows["covers_alone"], rows["adds"] = np.round(plan.why.alone, 3), np.round(plan.why.adds, 3)
    rows["easting"], rows["northing"] = np.round(venues.xy[plan.order], 1).T
    rows["vetted"] = False
    return rows


def _named(site: int, venues: Venues) -> str:
    row = venues.table.iloc[site]
    about = ", ".join(filter(None, (row["venue_type"], say_address(row))))
    return f"{row['name']} ({about})"


def hours_table(plan: HavenPlan) -> pd.DataFrame:
    """Return demand and coverage of each hour of the week."""
    hour = np.arange(168)
    return pd.DataFrame(
        {
            "day": [DAYS[h // 24] for h in hour],
            "hour": hour % 24,
            "reports": np.round(plan.after.demand, 4),
            "covered_now": np.round(plan.before.covered, 4),
            "covered_with_new": np.round(plan.after.covered, 4),
            "covered_by_two": np.round(plan.after.covered_twice, 4),
        }
    )


def licensing_table(marks: gpd.GeoDataFrame, plan: HavenPlan, venues: Venues) -> pd.DataFrame:
    """Return the premises to ask licensing about before anybody approaches them.

    Those to approach come first, with their number in the plan; then those with most reports.
    `marks` has all candidates, of `licensing.marks_of`; those above chance are not in the plan.
    """
    columns = ["premises_id", "name", "address", "postcode", "reports", "above_chance"]
    rows = pd.DataFrame(marks[columns])
    in_plan = np.flatnonzero(~rows["above_chance"].to_numpy())
    place = {
        int(in_plan[site - venues.n_existing]): n for n, site in enumerate(plan.order, start=1)
    }
    rows.insert(4, "to_approach", [place.get(row) for row in range(len(rows))])
    rows["to_approach"] = rows["to_approach"].astype("Int64")
    said = f"reports of {THEMES_ASKED} within {AT_M:.0f} metres of it"
    rows["note"] = np.where(
        rows["above_chance"],
        f"Not in the plan: more {said} than a venue has by chance. Ask licensing.",
        f"Ask licensing first: {said}.",
    )
    rows = rows[rows["reports"] > 0].sort_values(
        ["to_approach", "reports"], ascending=[True, False], kind="stable", na_position="last"
    )
    return rows.reset_index(drop=True)


def ask_first_table(ask_first: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the premises about which somebody is to be asked before they are candidates."""
    names = {"listed_in": "file", "source_row": "row"}
    columns = ["name", "venue_type", "address", "postcode", "why", *names]
    rows = pd.DataFrame(ask_first[columns]).rename(columns=names)
    rows = rows.sort_values(["why", "file", "row"], kind="stable").reset_index(drop=True)
    return as_agreed(rows, ASK_FIRST)


def uncovered_table(
    plan: HavenPlan, venues: Venues, hotspots: gpd.GeoDataFrame, within_m: float
) -> pd.DataFrame:
    """Return what stays uncovered, a row for each hotspot and venue near it; the most first."""
    lines = []
    for place, spot in enumerate(plan.spots, start=1):
        own = hotspots.iloc[list(spot.rows)]
        about = {
            "place": place,
            "hotspots": " / ".join(dict.fromkeys(own["name"].astype("str"))),
            "hotspot_ids": ", ".join(own["hotspot_id"].astype("str")),
            "reports": round(spot.demand, 3),
            "not_covered": round(spot.left, 3),
        }
        near = [
            {
                "venue": venues.table["name"].iloc[one.site],
                "metres": round(one.metres),
                "would_cover": round(one.gain, 3),
                "why_not_more": why_not(one, venues, within_m),
            }
            for one in spot.nearest
        ]
        lines += [about | one for one in near or [{}]]
    return as_agreed(pd.DataFrame(lines, columns=list(UNCOVERED.names)), UNCOVERED)


def layers_of(
    plan: HavenPlan, venues: Venues, spots: gpd.GeoDataFrame, area: StudyArea
) -> dict[str, gpd.GeoDataFrame]:
    """Return the layers of layers.gpkg, by name; each has passed the gate for the coordinator."""
    import geopandas as gpd

    shown = [*venues.existing, *plan.order]
    rows = venues.table.iloc[shown][["name", "venue_type", "address", "opening_hours"]].copy()
    rows["role"] = ["existing haven"] * venues.n_existing + ["to approach"] * len(plan.order)
    rows["order"] = [0] * venues.n_existing + list(range(1, len(plan.order) + 1))
    points = gpd.points_from_xy(*venues.xy[shown].T)
    crs = area.projection.crs
    havens = gpd.GeoDataFrame(rows.reset_index(drop=True), geometry=points, crs=crs)
    hotspots = spots[["hotspot_id", "name", "family", "rank", "geometry"]]
    hotspots = hotspots.reset_index(drop=True)
    for spot in plan.spots:
        rows_of_spot = list(spot.rows)
        for column in ("demand", "before", "after"):
            hotspots.loc[rows_of_spot, column] = round(getattr(spot, column), 3)
    layers = {"havens": ("venues", havens), "hotspots": ("covered hotspots", hotspots)}
    return layers_for(Audience.COORDINATOR, layers | {"wards": ("wards", area.wards)})


def call_list(sites: Sequence[Mapping[str, Any]], *, on: date, marking: str, note: str) -> bytes:
    """Write the venues to approach as XLSX.

    Parameters
    ----------
    sites
        As `plan_words.site_words` gives them, in the order in which to call.
    on
        The day of the pack; it stands in the file's properties, so that the same plan gives the
        same workbook.
    note
        A sentence for the top of the sheet.

    Returns
    -------
    data
        One sheet. Names are text whatever they begin with. No contact, no incident, nothing of what
        was reported about a venue.
    """
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    book = Workbook()
    book.remove(book.worksheets[0])
    sheet = book.create_sheet("Call list")
    sheet.append([marking])
    sheet.append([note])
    sheet.append([heading for _, heading, _ in COLUMNS])
    for site in sites:
        line = {**site, "hours_are": "assumed" if site["assumed"] else "as listed"}
        line["note"] = " ".join(filter(None, (site["was"], site["where"])))
        sheet.append([_cell(line.get(field, "")) for field, _, _ in COLUMNS])
    for number, (_, _, width) in enumerate(COLUMNS, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    for row in sheet.iter_rows(min_row=3):
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    for cell in sheet[3]:
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="F7F6F2")
    sheet["A1"].font = Font(bold=True, color="7D0000")
    sheet.freeze_panes = "C4"
    sheet.auto_filter.ref = f"A3:{get_column_letter(len(COLUMNS))}{3 + len(sites)}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "3:3"
    for band in (sheet.oddHeader, sheet.oddFooter):
        if band is not None:
            band.center.text = marking
    book.properties.creator, book.properties.title = "csp-geo", f"{marking}: call list"
    book.properties.created = book.properties.modified = datetime.combine(on, time())
    book.properties.keywords = _digest(book)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def is_filled_in(path: Path) -> bool:
    """Tell whether a call list is not as it was written: then somebody has worked in it.

    One that cannot be read counts as changed: it may be open in another program.
    """
    from openpyxl import load_workbook

    if not path.is_file():
        return False
    try:
        book = load_workbook(path)
    except (OSError, ValueError, KeyError, BadZipFile, ParseError):
        return True
    return str(book.properties.keywords) != _digest(book)


def _digest(book: Workbook) -> str:
    """Digest what a person can write: the cells of all sheets and their comments."""
    written = [
        (sheet.title, cell.coordinate, str(cell.value), cell.comment.text if cell.comment else "")
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.value not in {None, ""} or cell.comment
    ]
    return hashlib.sha256(repr(written).encode("utf-8", "surrogatepass")).hexdigest()


def _cell(value: Any) -> Any:
    return neutralise(clean(value)) if isinstance(value, str) else value

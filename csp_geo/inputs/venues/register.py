"""The register of Safe Havens: which there are, which count now, and what is wrong or old in it.

A haven counts only while it is active, confirmed within a year, trained and consenting, and its
place is known; a lapsed one counts as closed, a candidate never counts. Who the contact is never
leaves the file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from csp_geo.core.period import say_day
from csp_geo.core.projection import british_grid
from csp_geo.core.tables import HAVENS, as_agreed
from csp_geo.core.wording import count
from csp_geo.inputs.source import plain
from csp_geo.inputs.venues.list_columns import Wanted
from csp_geo.inputs.venues.listing import (
    NO,
    UNKNOWN,
    YES,
    read_lists,
    read_people,
)
from csp_geo.inputs.venues.register_cells import ANSWERED, NUMBERS, register_cells
from csp_geo.inputs.venues.register_findings import (
    BORDER_M,
    CANDIDATE,
    DATES,
    TO_ASK,
    doubles_of,
    findings_of,
    records_of,
    repeats_of,
    training_on,
)
from csp_geo.inputs.when.dates import read_dates

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from csp_geo.core.caution import Caution
    from csp_geo.inputs.areas.study_area import StudyArea
    from csp_geo.inputs.venues.listing import Listed

STATUSES: Final = {
    **dict.fromkeys(("active", "live", "current", "open", "yes"), "active"),
    **dict.fromkeys(("candidate", "asked", "approached", "prospect"), CANDIDATE),
    **dict.fromkeys(("toask", "tobeasked", "notasked", "notreached"), TO_ASK),
    **dict.fromkeys(("lapsed", "inactive", "suspended", "paused", "expired"), "lapsed"),
    **dict.fromkeys(("withdrawn", "closed", "left", "removed", "no"), "withdrawn"),
}
WANTED: Final = Wanted(
    what="Safe Havens",
    table="havens",
    fields={
        "haven_id": ("haven id", "id", "haven ref", "reference", "ref"),
        "name": ("name", "haven name", "venue name", "name of venue", "business name", "venue"),
        "venue_type": ("type", "venue type", "type of venue", "business type", "category"),
        "address": ("address", "full address", "venue address", "street address"),
        "opening_hours": ("opening hours", "opening times", "hours", "hours of opening"),
        "staff_min": (
            "staff min",
            "min staff",
            "minimum staff",
            "number of staff",
            "min no of staff",
        ),
        "cctv": ("cctv", "working cctv"),
        "toilet": ("toilet", "toilets", "wc"),
        "step_free": ("step free", "step free access", "wheelchair access", "wheelchair"),
        "first_aid": ("first aid", "first aid kit", "first aider"),
        "phone": ("phone", "landline"),
        "open_after_dark": ("open after dark", "after dark"),
        "accessible_toilet": ("accessible toilet", "disabled toilet", "accessible wc"),
        "wifi": ("wifi", "wi-fi", "wifi/charging"),
        "charging": ("charging", "phone charging", "charger"),
        "quiet_space": ("quiet space", "quiet place", "quiet room"),
        "ice_cards": ("ice cards",),
        "sticker_displayed": (
            "sticker displayed",
            "sticker",
            "window sticker",
            "sticker in window",
        ),
        "consent_to_publish": ("consent to publish", "consent", "publish", "consent given"),
        "languages": ("languages", "languages spoken", "language"),
        "trained_count": (
            *("trained count", "number trained", "staff trained", "trained", "trained staff"),
            *("number of staff trained", "no of staff trained", "no trained"),
        ),
        "training_date": ("training date", "date trained", "trained on", "last trained"),
        "training_expiry": (
            "training expiry",
            "training expires",
            "training valid until",
            "expiry",
        ),
        "sign_up_date": ("sign up date", "signed up", "joined", "date joined", "start date"),
        "last_checked": (
            *("last checked", "last confirmed", "date checked", "date last checked", "checked"),
        ),
        "asked_on": ("asked on", "date asked", "last asked", "called on", "date called"),
        "willing": ("willing", "willing to join"),
        "staff_at_all_hours": ("staff at all hours", "two staff at all hours"),
        "hours_confirmed": ("hours confirmed",),
        "answer_note": ("answer note",),
        "status": ("status", "haven status"),
        "contact": ("contact", "contact name", "contact email", "contact person", "manager"),
    },
)
TEMPLATE: Final = (
    *("haven_id", "name", "type", "address", "postcode", "latitude", "longitude"),
    *("opening_hours", "open_after_dark", "staff_min", "trained_count", "training_date"),
    *("training_expiry", "step_free", "toilet", "accessible_toilet", "phone", "wifi", "charging"),
    *("cctv", "first_aid", "quiet_space", "languages", "ice_cards", "sticker_displayed"),
    *("contact", "sign_up_date", "last_checked", "status", "consent_to_publish"),
    *("asked_on", "willing", "staff_at_all_hours", "hours_confirmed", "answer_note"),
)
"""The columns of an empty register."""

_TWO: Final = 2.0
_TEXTS: Final = ("address", "postcode", "languages")


@dataclass(frozen=True)
class Register:
    """The register as it stands on one day.

    `table` is per `tables.HAVENS`, in the order of the file; its `counts_now` says which havens
    count, `why_not` why another does not. `findings` has source_row, haven_id, name, finding (a
    slug), group (`tables.FINDING_GROUPS`), what, do (sentences) and stops (bool: the haven does not
    count because of it). `cautions` say what else of the file was not read; `matched` are the
    columns that were, with their fields, `unread` those that were not.
    """

    table: gpd.GeoDataFrame
    findings: pd.DataFrame
    name: str
    today: date
    cautions: tuple[Caution, ...] = ()
    unread: tuple[str, ...] = ()
    matched: Mapping[str, str] = field(default_factory=dict)

    @property
    def counts_now(self) -> pd.Series:
        """Which havens count, bool, in the order of `table`."""
        return self.table["counts_now"]

    @property
    def are_havens(self) -> pd.Series:
        """Which rows are or were havens, bool: neither candidates nor venues that said no.

        A venue that closed was one if it ever signed up or was trained.
        """
        closed = self.table["status"] == "closed"
        no_day = self.table["sign_up_date"].isna() & self.table["training_date"].isna()
        return ~self.table["status"].isin([CANDIDATE, TO_ASK]) & ~self._said_no & ~(closed & no_day)

    @property
    def _said_no(self) -> pd.Series:
        return (self.table["status"] == "withdrawn") & (self.table["willing"] == NO)

    @property
    def stages(self) -> dict[str, int]:
        """How many venues have come how far; a venue counts at every stage that it has reached.

        asked: every venue that was asked, and every haven that was not given up. willing: those
        that said yes, and active havens. trained, with_sticker: those of the willing whose training
        holds, and those of these that show the sticker and agree to be listed. listed: those that
        count now, whatever is known of a sticker.
        """
        table = self.table
        active, candidate = table["status"] == "active", table["status"] == CANDIDATE
        asked = active | candidate | self._said_no
        willing = active | (candidate & (table["willing"] == YES))
        trained = willing & (table["training"] == YES)
        agreed = (table["sticker_displayed"] == YES) & (table["consent_to_publish"] == YES)
        return {
            "asked": int(asked.sum()),
            "willing": int(willing.sum()),
            "trained": int(trained.sum()),
            "with_sticker": int((trained & agreed).sum()),
            "listed": int(self.counts_now.sum()),
        }

    @property
    def counts(self) -> dict[str, int]:
        """How many havens there are, how many count now, and how many findings there are."""
        return {
            "havens": int(self.are_havens.sum()),
            "counts_now": int(self.counts_now.sum()),
            "findings": len(self.findings),
        }


def read_havens(path: Path, area: StudyArea | None = None, *, today: date) -> Register:
    """Read the register of Safe Havens and check it.

    Parameters
    ----------
    path
        A table with a name and a place for each haven, such as data/havens.csv; the other fields
        may be absent, and are then unknown.
    area
        For the wards; a haven more than 2 km outside it is said and does not count.
    today
        The day on which havens count or do not.

    Raises
    ------
    SourceError
        If the file cannot be read or is not a list of Safe Havens.
    """
    lists, left = read_lists(path, WANTED, area, border_m=BORDER_M)
    rows = pd.concat([_rows(listed, area) for listed in lists], ignore_index=True)
    own_id = rows["haven_id"]
    again = own_id.groupby(own_id).cumcount().to_numpy()
    rows["repeats"] = (again > 0) & (own_id != "").to_numpy()
    numbered = own_id.where(~rows["repeats"], own_id + "-" + (again + 1).astype(str))
    rows["haven_id"] = numbered.where(own_id != "", "row-" + rows["source_row"].astype("str"))
    rows["no_id"] = own_id == ""
    rows["training"] = [training_on(row, today) for row in records_of(rows)]
    findings = findings_of(records_of(rows), today)
    repeats = repeats_of(rows[~rows.index.isin(findings.loc[findings["stops"], "at"])])
    doubles = doubles_of(records_of(rows))
    findings = pd.concat([findings, repeats, doubles]).sort_values(
        "at", kind="stable", ignore_index=True
    )
    stops = findings[findings["stops"]].groupby("at")["what"].agg(" ".join)
    rows["why_not"] = stops.reindex(rows.index).fillna("")
    rows["counts_now"] = rows["why_not"] == ""
    crs = british_grid().crs if area is None else area.projection.crs
    table = gpd.GeoDataFrame(rows, geometry=rows["point"].tolist(), crs=crs)
    about = rows.loc[findings["at"], ["source_row", "haven_id", "name"]].reset_index(drop=True)
    return Register(
        table=as_agreed(table, HAVENS),
        findings=pd.concat([about, findings.drop(columns="at")], axis=1),
        name=path.name,
        today=today,
        cautions=left,
        matched={column: name for listed in lists for column, name in listed.matched.items()},
        unread=tuple(dict.fromkeys(name for listed in lists for name in listed.unread)),
    )


def _rows(listed: Listed, area: StudyArea | None) -> pd.DataFrame:
    """Return the rows of one table with the columns of the contract that need no judgement."""
    import shapely

    rows, known = listed.rows, np.isfinite(listed.xy).all(axis=1)
    points = np.full(len(rows), None, dtype=object)
    points[known] = shapely.points(listed.xy[known])
    codes, names = (_of_ward(listed, area, column) for column in ("ward_code", "ward_name"))
    dates = {name: read_dates(rows[name]).at for name in DATES}
    cells = register_cells(rows, area)
    people = {name: read_people(rows[name]) for name in NUMBERS}
    said = {name: rows[name] != "" for name in NUMBERS}
    table = pd.DataFrame(
        {
            "haven_id": rows["haven_id"],
            **{name: cells.shown[name] for name in ("name", "venue_type")},
            "opening_hours": rows["opening_hours"].replace("", None),
            **{name: cells.shown[name].replace("", None) for name in _TEXTS},
            **{name: cells.shown[name] for name in ANSWERED if name in cells.shown},
            **people,
            **{f"{name}_bad": said[name] & np.isnan(people[name]) for name in NUMBERS},
            **{name: at.dt.strftime("%Y-%m-%d") for name, at in dates.items()},
            **{f"{name}_at": at for name, at in dates.items()},
            **{f"{name}_bad": at.isna() & (rows[name] != "") for name, at in dates.items()},
            "status": [STATUSES.get(plain(text), UNKNOWN) for text in rows["status"]],
            "contact_given": rows["contact"] != "",
            "contacts": cells.contacts,
            "more_words": cells.words,
            "vague": cells.vague,
            "source_row": rows["source_row"],
            "nowhere": listed.reason,
            "location_method": [method or "exact" for method in listed.method],
            "location_accuracy_m": listed.accuracy_m,
            "ward_code": codes,
            "ward_name": names,
            "point": points,
        }
    )
    with_toilet = table["accessible_toilet"] == YES
    table = table.assign(toilet=table["toilet"].mask(with_toilet, YES))
    return _with_answers(table)


def _with_answers(table: pd.DataFrame) -> pd.DataFrame:
    """Let hold what a venue said when it was asked: how many staff, and that hours are wrong."""
    two, one = (table["staff_at_all_hours"] == said for said in (YES, NO))
    staff = table["staff_min"].mask(two & ~(table["staff_min"] >= _TWO), _TWO).mask(one, 1)
    hours = table["opening_hours"].mask(table["hours_confirmed"] == NO, None)
    return table.assign(staff_min=staff, opening_hours=hours)


def _of_ward(listed: Listed, area: StudyArea | None, column: str) -> np.ndarray:
    if area is None:
        return np.full(len(listed), None, dtype=object)
    names = np.array([*area.wards[column], None], dtype=object)
    return np.asarray(names[listed.ward])


_STAGES: Final = {"willing": "said yes", "with_sticker": "with a sticker"}
"""How a stage is said, where its name is not the word."""


def say_stages(register: Register) -> str:
    """Say how many venues have come how far, and by which day that is."""
    said = [f"{n:,} {_STAGES.get(stage, stage)}" for stage, n in register.stages.items()]
    return f"On your register on {say_day(register.today)}: {', '.join(said)}."


def say_counts(register: Register) -> str:
    """Say how many havens count, of how many."""
    counts = register.counts
    return f"{counts['counts_now']:,} of {count(counts['havens'], 'Safe Haven')} count now"

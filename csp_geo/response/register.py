"""The register of Safe Havens: which there are, which count now, and what is wrong or old in it.

A haven counts only while it is active, confirmed within a year, trained and consenting, and its
place is known; a lapsed one counts as closed. Who the contact is never leaves the file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from csp_geo.intake.source import plain
from csp_geo.intake.when import read_dates
from csp_geo.period import say_day
from csp_geo.projection import british_grid
from csp_geo.response.answers import NO, UNKNOWN, YES, read_answers, read_people
from csp_geo.response.contacts import before_contact, holds_contact
from csp_geo.response.listing import NO_LOCATION, Wanted, read_lists, say_nowhere
from csp_geo.response.rules import NO_HOURS, read_rules
from csp_geo.tables import CRITERIA, HAVENS, OFFERED, as_agreed
from csp_geo.wording import count, join

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from pathlib import Path

    from csp_geo.response.listing import Listed
    from csp_geo.study_area import StudyArea

BORDER_M: Final = 2000.0
"""How far outside the study area a haven may lie: across the border it helps all the same."""
TRAINING_YEARS: Final = 3
"""Training without an expiry counts for this many years: no scheme's rule, but a stated limit."""
SOON_DAYS: Final = 30
"""Training and confirmation that end within this many days are said."""
_DATES: Final = ("training_date", "training_expiry", "sign_up_date", "last_checked")
_STATUS: Final = {
    **dict.fromkeys(("active", "live", "current", "open", "yes"), "active"),
    **dict.fromkeys(("lapsed", "inactive", "suspended", "paused", "expired"), "lapsed"),
    **dict.fromkeys(("withdrawn", "closed", "left", "removed", "no"), "withdrawn"),
}
_ENDED: Final = ("lapsed", "withdrawn")
_FREE: Final = ("address", "postcode", "venue_type", "languages")
"""Free text that is shown as given, and so left empty where it holds a contact."""
WANTED: Final = Wanted(
    what="Safe Havens",
    fields={
        "haven_id": ("haven id", "id", "haven ref", "reference", "ref"),
        "name": ("name", "haven name", "venue name", "business name", "venue"),
        "venue_type": ("type", "venue type", "business type", "category"),
        "address": ("address", "full address"),
        "opening_hours": ("opening hours", "opening times", "hours"),
        "staff_min": ("staff min", "minimum staff", "number of staff"),
        "cctv": ("cctv", "working cctv"),
        "toilet": ("toilet", "toilets", "wc"),
        "step_free": ("step free", "step free access", "wheelchair access"),
        "first_aid": ("first aid", "first aid kit", "first aider"),
        "phone": ("phone", "landline"),
        "open_after_dark": ("open after dark", "after dark"),
        "accessible_toilet": ("accessible toilet", "disabled toilet", "accessible wc"),
        "wifi": ("wifi", "wi-fi", "wifi/charging"),
        "charging": ("charging", "phone charging", "charger"),
        "quiet_space": ("quiet space", "quiet place", "quiet room"),
        "ice_cards": ("ice cards",),
        "sticker_displayed": ("sticker displayed", "sticker", "window sticker"),
        "consent_to_publish": ("consent to publish", "consent", "publish"),
        "languages": ("languages", "languages spoken", "language"),
        "trained_count": ("trained count", "number trained", "staff trained", "trained"),
        "training_date": ("training date", "date trained", "trained on", "last trained"),
        "training_expiry": ("training expiry", "training expires", "training valid until"),
        "sign_up_date": ("sign up date", "signed up", "joined", "start date"),
        "last_checked": ("last checked", "last confirmed", "date checked", "checked"),
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
)
"""The columns of an empty register."""


@dataclass(frozen=True)
class Register:
    """The register as it stands on one day.

    `table` is per `tables.HAVENS`, in the order of the file; its `counts_now` says which havens
    count, `why_not` why another does not. `findings` has source_row, haven_id, name, finding (a
    slug), what, do (sentences) and stops (bool: the haven does not count because of it). `cautions`
    say what else of the file was not read.
    """

    table: gpd.GeoDataFrame
    findings: pd.DataFrame
    name: str
    today: date
    cautions: tuple[str, ...] = ()

    @property
    def counts_now(self) -> pd.Series:
        """Which havens count, bool, in the order of `table`."""
        return self.table["counts_now"]

    @property
    def counts(self) -> dict[str, int]:
        """How many havens there are, how many count now, and how many findings there are."""
        return {
            "havens": len(self.table),
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
        If the file cannot be read or is no list of Safe Havens.
    """
    lists, left = read_lists(path, WANTED, area, border_m=BORDER_M)
    rows = pd.concat([_rows(listed, area) for listed in lists], ignore_index=True)
    own_id = rows["haven_id"]
    again = own_id.groupby(own_id).cumcount().to_numpy()
    rows["repeats"] = (again > 0) & (own_id != "").to_numpy()
    numbered = own_id.where(~rows["repeats"], own_id + "-" + (again + 1).astype(str))
    rows["haven_id"] = numbered.where(own_id != "", "row-" + rows["source_row"].astype("str"))
    rows["no_id"] = own_id == ""
    rows["training"] = [_training(row, today) for row in _records(rows)]
    findings = _table_of_findings(_records(rows), today)
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
    )


def _records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): value for key, value in row.items()} for row in rows.to_dict("records")]


def _rows(listed: Listed, area: StudyArea | None) -> pd.DataFrame:
    """Return the rows of one table with the columns of the contract that need no judgement."""
    import shapely

    rows, known = listed.rows, np.isfinite(listed.xy).all(axis=1)
    points = np.full(len(rows), None, dtype=object)
    points[known] = shapely.points(listed.xy[known])
    codes, names = (_of_ward(listed, area, column) for column in ("ward_code", "ward_name"))
    dates = {name: read_dates(rows[name]).at for name in _DATES}
    held = {name: rows[name].map(holds_contact).astype("bool") for name in ("name", *_FREE)}
    rows = rows.assign(
        name=rows["name"].map(before_contact),
        **{name: rows[name].mask(held[name], "") for name in _FREE},
    )
    texts = ("address", "postcode", "opening_hours", "languages")
    answers = [name for name in (*CRITERIA, *OFFERED) if name in rows]
    table = pd.DataFrame(
        {
            "haven_id": rows["haven_id"],
            "name": rows["name"],
            "venue_type": rows["venue_type"]
            .str.casefold()
            .where(rows["venue_type"] != "", "other"),
            **{name: rows[name].replace("", None) for name in texts},
            **{name: read_answers(rows[name]) for name in answers},
            "staff_min": read_people(rows["staff_min"]),
            "trained_count": read_people(rows["trained_count"]),
            **{name: at.dt.strftime("%Y-%m-%d") for name, at in dates.items()},
            **{f"{name}_at": at for name, at in dates.items()},
            **{f"{name}_bad": at.isna() & (rows[name] != "") for name, at in dates.items()},
            "status": [_STATUS.get(plain(text), UNKNOWN) for text in rows["status"]],
            "contact_given": rows["contact"] != "",
            **{f"{name}_held": flags for name, flags in held.items()},
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
    return table.assign(toilet=table["toilet"].mask(with_toilet, YES))


def _of_ward(listed: Listed, area: StudyArea | None, column: str) -> np.ndarray:
    if area is None:
        return np.full(len(listed), None, dtype=object)
    names = np.array([*area.wards[column], None], dtype=object)
    return np.asarray(names[listed.ward])


def _training(row: dict[str, Any], today: date) -> str:
    """Tell whether staff are trained on a day: by its expiry, else by its date or its number.

    Where the number is 0 nobody is, whatever the dates say.
    """
    day = pd.Timestamp(today)
    if row["trained_count"] == 0:
        return NO
    if pd.notna(row["training_expiry_at"]):
        return YES if row["training_expiry_at"] >= day else NO
    if pd.notna(row["training_date_at"]):
        on = row["training_date_at"].normalize()
        return YES if day - pd.DateOffset(years=TRAINING_YEARS) <= on <= day else NO
    if np.isnan(row["trained_count"]):
        return UNKNOWN
    return YES if row["trained_count"] > 0 else NO


# --- findings ------------------------------------------------------------------------------------


_Finding = tuple[str, str, str, bool]
"""Slug, what is wrong or old, what to do, whether the haven does not count because of it."""


def _table_of_findings(rows: list[dict[str, Any]], today: date) -> pd.DataFrame:
    found = [(at, *one) for at, row in enumerate(rows) for one in _findings(row, today)]
    table = pd.DataFrame(found, columns=["at", "finding", "what", "do", "stops"])
    table["at"] = table["at"].astype("int64")
    table["stops"] = table["stops"].astype("bool")
    for name in ("finding", "what", "do"):
        table[name] = table[name].astype("str")
    return table


def _findings(row: dict[str, Any], today: date) -> Iterator[_Finding]:
    """Say what is wrong or old in one row; of a haven that is no longer active, only that."""
    yield from _of_row(row, today)
    if row["status"] in _ENDED:
        yield "not-active", f"It is {row['status']}.", "Nothing, if that is right.", True
        return
    for check in (_of_place, _of_standing, _of_confirmation, _of_training, _of_hours):
        yield from check(row, today)


def _of_row(row: dict[str, Any], today: date) -> Iterator[_Finding]:
    del today
    if not row["name"]:
        yield "no-name", "It has no name.", "Fill in the name, or take the row out.", True
    if row["no_id"]:
        do = "Give it a number of its own, so that it can be followed."
        yield "no-id", "It has no number.", do, False
    if row["repeats"]:
        do = "Take one row out, or give it a number of its own."
        yield "duplicate-id", "Its number stands on an earlier row as well.", do, False
    if row["name_held"]:
        what = "Its name holds a telephone number or an e-mail address, so it is not listed."
        do = "Take it out of the name: there is a column for the contact, which is never published."
        yield "contact-in-name", what, do, True
    held = [name.replace("_", " ") for name in _FREE if row[f"{name}_held"]]
    if held:
        what = f"Its {join(held)} holds a telephone number or an e-mail address: not published."
        do = "Move it to the column for the contact, which is never published."
        yield "contact-in-text", what, do, False
    unread = [name.replace("_", " ") for name in _DATES if row[f"{name}_bad"]]
    if unread:
        what = f"Its {join(unread)} cannot be read as a date."
        yield "unreadable-date", what, "Write dates as 2026-09-03.", False


def _of_place(row: dict[str, Any], today: date) -> Iterator[_Finding]:
    del today
    if row["nowhere"]:
        slug = "no-location" if row["nowhere"] == NO_LOCATION else row["nowhere"]
        title, _, do = say_nowhere(row["nowhere"]).partition(". ")
        yield slug, f"Its place is not known: {title[0].lower()}{title[1:]}.", do, True


def _of_standing(row: dict[str, Any], today: date) -> Iterator[_Finding]:
    del today
    if row["status"] == UNKNOWN:
        do = "Write active, lapsed or withdrawn."
        yield "unknown-status", "Its status is not known.", do, True
    if row["consent_to_publish"] != YES:
        known = row["consent_to_publish"] == NO
        what = "It does not agree" if known else "It is not known to agree"
        do = "Ask for consent, and write yes." if not known else "Nothing, if that is right."
        yield "no-consent", f"{what} to be listed.", do, True


def _of_confirmation(row: dict[str, Any], today: date) -> Iterator[_Finding]:
    at, day = row["last_checked_at"], pd.Timestamp(today)
    do = "Ask the venue whether everything still holds, and write the day."
    if pd.isna(at):
        yield "never-confirmed", "The day on which it was last confirmed is not known.", do, True
    elif at.normalize() > day:
        what = "The day on which it was last confirmed has not come yet."
        yield "future-date", what, "Mend the date.", True
    elif at < day - pd.DateOffset(years=1):
        what = f"It was last confirmed on {say_day(at.date())}, more than a year ago."
        yield "not-confirmed", what, do, True
    elif at < day - pd.DateOffset(years=1) + pd.Timedelta(days=SOON_DAYS):
        what = f"It was last confirmed on {say_day(at.date())}, nearly a year ago."
        yield "confirm-soon", what, do, False


def _of_training(row: dict[str, Any], today: date) -> Iterator[_Finding]:
    do = "Train staff again, and write the day until which it is good."
    until, on = row["training_expiry_at"], row["training_date_at"]
    if row["training"] == UNKNOWN:
        yield "training-unknown", "It is not known whether staff are trained.", do, True
    elif row["trained_count"] == 0:
        yield "not-trained", "No staff are trained.", do, True
    elif row["training"] == NO and pd.notna(until):
        yield "training-lapsed", f"Its training ended on {say_day(until.date())}.", do, True
    elif row["training"] == NO and on < pd.Timestamp(today):
        what = (
            f"Its staff were trained on {say_day(on.date())}, more than {TRAINING_YEARS} years "
            "ago, and no end of the training is given."
        )
        yield "training-old", what, do, True
    elif row["training"] == NO:
        what = f"Its staff are to be trained on {say_day(on.date())}."
        yield "not-trained-yet", what, "Nothing, if that is right.", True
    elif pd.isna(until):
        what = "No day is given until which its training is good."
        yield "no-training-expiry", what, "Ask the trainer, and write the day.", False
    elif until <= pd.Timestamp(today) + pd.Timedelta(days=SOON_DAYS):
        yield "training-ends-soon", f"Its training ends on {say_day(until.date())}.", do, False


def _of_hours(row: dict[str, Any], today: date) -> Iterator[_Finding]:
    del today
    text = row["opening_hours"] if isinstance(row["opening_hours"], str) else ""
    rules = read_rules(text)
    example = 'Write them like "Mo-Fr 09:00-17:30; Sa 10:00-16:00; PH off".'
    if rules.reason == NO_HOURS:
        yield "no-hours", "No opening hours are given: it never counts as open.", example, False
    elif not rules.osm:
        what = f"It never counts as open, because {rules.reason}."
        yield "unreadable-hours", what, example, False
    elif not rules.names_bank_holidays:
        what = "Its hours do not say what holds on bank holidays: then they are not known."
        yield "no-bank-holidays", what, 'Add "PH off", or the hours: "PH 10:00-16:00".', False


def say_counts(register: Register) -> str:
    """Say how many havens count, of how many."""
    counts = register.counts
    return f"{counts['counts_now']:,} of {count(counts['havens'], 'Safe Haven')} count now"

"""What is wrong or old in the register of Safe Havens: sentences for the person who keeps it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from csp_geo.core.period import say_day
from csp_geo.core.wording import join
from csp_geo.inputs.venues.contacts import holds_contact
from csp_geo.inputs.venues.listing import NO, NO_LOCATION, OUTSIDE, UNKNOWN, YES, say_nowhere
from csp_geo.inputs.venues.opening_rules import NO_HOURS, read_rules
from csp_geo.inputs.venues.register_cells import NUMBERS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

BORDER_M: Final = 2000.0
"""How far outside the study area a haven may lie: across the border it helps all the same."""
TRAINING_YEARS: Final = 3
"""Training without an expiry counts for this many years: no scheme's rule, but a stated limit."""
SOON_DAYS: Final = 60
"""What falls due within this many days, inclusive, is said: training, confirmation."""
DATES: Final = ("training_date", "training_expiry", "sign_up_date", "last_checked", "asked_on")
CANDIDATE: Final = "candidate"
"""The status of a venue that was asked and is no haven yet."""
TO_ASK: Final = "to ask"
"""The status of a venue that a call list has a note of, and where nobody was reached yet."""
_GROUPS: Final = {
    **dict.fromkeys(("withdrawn", "said-no"), "withdrawn"),
    **dict.fromkeys(("not-active", "training-lapsed", "training-old", "not-confirmed"), "lapsed"),
    **dict.fromkeys(("training-ends-soon", "training-soon", "confirm-soon"), "due soon"),
    **dict.fromkeys(("not-trained", "not-trained-yet", "no-sticker", "no-cards"), "promised"),
    **dict.fromkeys(("candidate-not-trained", "candidate-not-equipped"), "promised"),
}
_ENDED: Final = ("lapsed", "withdrawn")
_Finding = tuple[str, str, str, bool]
"""Slug, what is wrong or old, what to do, whether the haven does not count because of it."""


def records_of(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table as dicts."""
    return [{str(key): value for key, value in row.items()} for row in rows.to_dict("records")]


def training_on(row: dict[str, Any], today: date) -> str:
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


def findings_of(rows: list[dict[str, Any]], today: date) -> pd.DataFrame:
    """Return what is wrong or old on a day: at (which row), finding, what, do, stops, group."""
    return _table([(at, *one) for at, row in enumerate(rows) for one in _findings(row, today)])


def repeats_of(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the same for rows that count and are one venue twice: of these one counts.

    One venue is the same name at the same address, or at the same point where no address is given.
    The row that was confirmed last is kept.
    """
    said = (rows["address"].fillna("") + " " + rows["postcode"].fillna("")).map(_same)
    spots = [f"{point.x:.0f} {point.y:.0f}" for point in rows["point"]]
    places = said.where(said != "", pd.Series(spots, rows.index, dtype="str"))
    order = rows.assign(venue=rows["name"].map(_same) + " | " + places).sort_values(
        "last_checked_at", ascending=False, kind="stable"
    )
    kept = order.groupby("venue")["source_row"].transform("first")
    return _table(
        [
            (
                at,
                "repeated-row",
                f"It stands on row {kept[at]} as well.",
                "Keep one of the rows: a venue counts once.",
                True,
            )
            for at in order.index[order.duplicated("venue")]
        ]
    )


def doubles_of(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return the same for candidates that stand where an earlier row does, under another name.

    The same place is the same address with a number in it, or a point that is known exactly.
    """
    found: list[tuple[int, str, str, str, bool]] = []
    first: dict[str, dict[str, Any]] = {}
    for at, row in enumerate(rows):
        if row["status"] in _ENDED:
            continue
        own = _places(row)
        other = next((first[place] for place in own if place in first), None)
        if other is not None and {CANDIDATE, TO_ASK} & {row["status"], other["status"]}:
            what = (
                f"It stands where {other['name']} does (row {other['source_row']}): they may be "
                "one venue under two names."
            )
            do = "If they are one, keep one of the rows; else nothing."
            found.append((at, "two-names", what, do, False))
        first = dict.fromkeys(own, row) | first
    return _table(found)


def _places(row: dict[str, Any]) -> list[str]:
    """Return what tells the place of a row from that of any other building."""
    address = row["address"] if isinstance(row["address"], str) else ""
    postcode = row["postcode"] if isinstance(row["postcode"], str) else ""
    numbered = any(sign.isdigit() for sign in address)
    exact = row["point"] is not None and row["location_method"] == "exact"
    spot = [f"{row['point'].x:.0f} {row['point'].y:.0f}"] if exact else []
    return [*([_same(f"{address} {postcode}")] if numbered else []), *spot]


def _same(text: str) -> str:
    return " ".join(text.casefold().split())


def _table(found: list[tuple[int, str, str, str, bool]]) -> pd.DataFrame:
    table = pd.DataFrame(found, columns=["at", "finding", "what", "do", "stops"])
    table["at"] = table["at"].astype("int64")
    table["stops"] = table["stops"].astype("bool")
    for name in ("finding", "what", "do"):
        table[name] = table[name].astype("str")
    table["group"] = table["finding"].map(_GROUPS).fillna("to do").astype("str")
    return table


def _findings(row: dict[str, Any], today: date) -> Iterator[_Finding]:
    """Say what is wrong or old in one row, and last what of it is not shown."""
    yield from _of_haven(row, today)
    yield from _of_words(row)


def _of_haven(row: dict[str, Any], today: date) -> Iterator[_Finding]:
    """Say what is wrong or old; of a haven that is no longer active, only that."""
    yield from _of_row(row, today)
    if row["status"] in _ENDED:
        yield _of_ended(row)
        return
    if row["status"] in {CANDIDATE, TO_ASK}:
        yield from _of_place(row, today)
        yield from _of_candidate(row, today) if row["status"] == CANDIDATE else [_of_call(row)]
        return
    for check in (
        _of_place, _of_standing, _of_answers, _of_confirmation, _of_training, _of_kit, _of_hours
    ):  # fmt: skip
        yield from check(row, today)


def _asked_on(row: dict[str, Any]) -> str:
    at = row["asked_on_at"]
    return f" on {say_day(at.date())}" if pd.notna(at) else ""


def _of_ended(row: dict[str, Any]) -> _Finding:
    """Say of a haven that it ended, and of a venue that it said no."""
    do = "Nothing, if that is right."
    if row["status"] == "lapsed":
        return "not-active", "It has lapsed.", do, True
    if row["willing"] == NO:
        return "said-no", f"It was asked{_asked_on(row)} and said no.", do, True
    return "withdrawn", "It has withdrawn.", do, True


def _of_call(row: dict[str, Any]) -> _Finding:
    """Say that nobody was reached at a venue."""
    what = f"Nobody was reached there{_asked_on(row)}: it is still to be asked."
    do = "Ask, and read the call list again; or write candidate as its status, and what it said."
    return "to-ask", what, do, True


def _of_answers(row: dict[str, Any], today: date) -> Iterator[_Finding]:
    """Say of a haven what it denied when it was asked."""
    del today
    if row["staff_at_all_hours"] == NO:
        do = "Ask when there are, and write those hours, and yes; or withdraw it."
        yield "staff-denied", "It said that there are not two staff at all hours.", do, True
    if row["hours_confirmed"] == NO:
        do = "Ask for its hours, write them, and yes into hours_confirmed."
        said = "It said that its hours are not as written, so they are not known."
        yield "hours-denied", said, do, False


def _of_candidate(row: dict[str, Any], today: date) -> Iterator[_Finding]:
    """Say how far one that was asked has come, and the next step; it never counts."""
    booked, on = row["training_date_at"], _asked_on(row)
    lacks = [what for name, what in _KIT.items() if row[name] != YES]
    if row["willing"] == NO:
        do = "Write withdrawn as its status, so that it is not asked again."
        yield "candidate-said-no", f"It was asked{on} and said no.", do, True
    elif row["willing"] != YES:
        do = "Ask again, and write yes or no in the column willing."
        yield "candidate-open", f"It was asked{on} and has not said yes or no.", do, True
    elif row["training"] != YES:
        do = "Train staff, and write how many, and the day on which the training ends."
        said = f"It said yes{on}, and its staff are not trained."
        if pd.notna(booked):
            be = "are to be" if booked.date() > today else "were to be"
            said = f"It said yes{on}, and its staff {be} trained on {say_day(booked.date())}."
        soon = pd.notna(booked) and 0 < (booked.date() - today).days <= SOON_DAYS
        yield "training-soon" if soon else "candidate-not-trained", said, do, True
    elif lacks:
        what = f"Its staff are trained, and it is not known that it {join(lacks)}."
        yield "candidate-not-equipped", what, "See to it, and write yes.", True
    else:
        do = "Confirm all, and write the day in last_checked, and active as its status."
        yield "candidate-ready", "It is ready to be listed, and still a candidate.", do, True


_KIT: Final = {
    "sticker_displayed": "shows the sticker",
    "ice_cards": "has the cards",
    "consent_to_publish": "agrees to be listed",
}
"""What a venue needs after training, and how it is said."""


def _of_kit(row: dict[str, Any], today: date) -> Iterator[_Finding]:
    """Say what a haven is known to lack of what the scheme gives it."""
    del today
    if row["sticker_displayed"] == NO:
        yield "no-sticker", "It does not show the sticker.", "Bring one, and write yes.", False
    if row["ice_cards"] == NO:
        yield "no-cards", "It has none of the cards.", "Bring some, and write yes.", False


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
    if kinds := row["contacts"].get("name"):
        what = f"Its name holds {join(kinds)}, so it is not listed."
        do = "Take it out of the name: there is a column for the contact, which is never published."
        yield "contact-in-name", what, do, True
    unread = [name.replace("_", " ") for name in DATES if row[f"{name}_bad"]]
    if unread:
        what = f"Its {join(unread)} cannot be read as a date."
        yield "unreadable-date", what, "Write dates as 2026-09-03.", False
    if unread := [_called(name) for name in NUMBERS if row[f"{name}_bad"]]:
        what = f"Its {join(unread)} cannot be read as a number, so it is not known."
        yield "unreadable-number", what, "Write a whole number, such as 2.", False


_COLUMN: Final = {"venue_type": "type", "staff_min": "staff", "trained_count": "number trained"}
"""How a column is called where its field has another name."""


def _of_words(row: dict[str, Any]) -> Iterator[_Finding]:
    """Say what a row holds beside what may be shown: never the words themselves."""
    where: dict[str, list[str]] = {}
    for column, kinds in row["contacts"].items():
        for kind in kinds if column != "name" else ():
            where.setdefault(kind, []).append(_called(column))
    if where:
        held = join(f"{kind} in its {join(columns)}" for kind, columns in where.items())
        what = f"It holds {held}, which is not published."
        do = "Move it to the column for the contact, which is never published."
        yield "contact-in-text", what, do, False
    if left := [_called(column) for column in row["more_words"]]:
        what = f"Words in its {join(left)} are not published, as they may name anybody."
        yield "words-left-out", what, "Write there only what the column asks for.", False
    if vague := [_called(column) for column in row["vague"]]:
        so = "says neither yes nor no, so it is" if len(vague) == 1 else _SO_ARE
        what = f"Its {join(vague)} {so} not known."
        yield "not-yes-or-no", what, "Write yes or no there.", False


_SO_ARE: Final = "say neither yes nor no, so they are"


def _called(column: str) -> str:
    """Return how a column is called in a sentence."""
    return _COLUMN.get(column, column).replace("_", " ")


def _of_place(row: dict[str, Any], today: date) -> Iterator[_Finding]:
    del today
    if row["nowhere"] == OUTSIDE:
        what = f"It lies more than {BORDER_M / 1000:g} km outside the study area."
        do = "Check its coordinates, or leave it to the neighbouring borough."
        yield OUTSIDE, what, do, True
    elif row["nowhere"]:
        slug = "no-location" if row["nowhere"] == NO_LOCATION else row["nowhere"]
        title, _, do = say_nowhere(row["nowhere"]).partition(". ")
        if "postcode" in slug:
            do += " Latitude and longitude will do as well."
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
        what = "The day on which it was last confirmed is in the future."
        yield "future-date", what, "Mend the date.", True
    elif at < day - pd.DateOffset(years=1):
        what = f"It was last confirmed on {say_day(at.date())}, more than a year ago."
        yield "not-confirmed", what, do, True
    elif at < day - pd.DateOffset(years=1) + pd.Timedelta(days=SOON_DAYS):
        what = f"It was last confirmed on {say_day(at.date())}, nearly a year ago."
        yield "confirm-soon", what, do, False


def _of_training(row: dict[str, Any], today: date) -> Iterator[_Finding]:
    do = "Train staff again, and write the day on which the training ends."
    until, on = row["training_expiry_at"], row["training_date_at"]
    if row["training"] == UNKNOWN:
        yield "training-unknown", "It is not known whether staff are trained.", do, True
    elif row["trained_count"] == 0:
        do = "Train staff, and write how many, and the day on which the training ends."
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
        soon = (on.date() - today).days <= SOON_DAYS
        slug = "training-soon" if soon else "not-trained-yet"
        yield slug, what, "Nothing, if that is right.", True
    elif pd.isna(until):
        what = "No day is given on which its training ends."
        yield "no-training-expiry", what, "Ask the trainer, and write the day.", False
    elif until <= pd.Timestamp(today) + pd.Timedelta(days=SOON_DAYS):
        yield "training-ends-soon", f"Its training ends on {say_day(until.date())}.", do, False


def _of_hours(row: dict[str, Any], today: date) -> Iterator[_Finding]:
    del today
    yield from hours_findings(row["opening_hours"])


def hours_findings(given: object) -> Iterator[_Finding]:
    """Say what is wrong with opening hours as somebody wrote them."""
    rules = read_rules(given if isinstance(given, str) else "")
    example = 'Write them like "Mo-Fr 09:00-17:30; Sa 10:00-16:00; PH off".'
    if rules.reason == NO_HOURS:
        yield "no-hours", "No opening hours are given: it never counts as open.", example, False
    elif not rules.osm:
        what = f"It never counts as open, because {rules.reason}."
        yield "unreadable-hours", what, f"{rules.doubt} {example}".lstrip(), False
    elif rules.doubt:
        yield "doubtful-hours", f"Its hours are in doubt. {rules.doubt}", example, False
    elif not rules.names_bank_holidays:
        what = "Its hours do not say what holds on bank holidays: then they are not known."
        yield "no-bank-holidays", what, 'Add "PH off", or the hours: "PH 10:00-16:00".', False


def hours_to_ask(given: object, *, in_hand: bool) -> str:
    """Say what is to be asked about the hours of a venue that may be approached; "" for nothing.

    Hours that cannot be read or look like a slip are said of every venue; another doubt only of
    those that are to be approached, or asked in the stead of one that is (`in_hand`).
    """
    rules = read_rules(given if isinstance(given, str) else "")
    is_unread = not rules.osm and rules.reason != NO_HOURS
    if not (is_unread or rules.has_slip or (in_hand and rules.doubt)):
        return ""
    return " ".join(f"{what} {do}" for _, what, do, _ in hours_findings(given))


def hours_as_written(given: object) -> str | None:
    """Return hours as they were written, for the coordinator; `None` with a comment or contact."""
    if not isinstance(given, str) or '"' in given or holds_contact(given):
        return None
    return given or None

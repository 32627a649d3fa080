"""Random opening hours beside the npm library opening_hours, which OpenStreetMap's own tools use.

`make slow` installs it into a temporary folder and names that in CSP_GEO_NPM.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from csp_geo.decisions.opening import STAY_MINUTES, Place, hours_of_week, timetable
from csp_geo.inputs.venues.opening_rules import CLOSED, OPEN, UNKNOWN, read_rules

MONDAY = date(2026, 11, 23)
"""Of a usual week in November: no bank holiday, and clocks do not change."""
PLACE = Place(latitude=51.54, longitude=0.08)
DAY, WEEK = 1440, 7 * 1440
DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
SCRIPT = Path(__file__).with_name("npm_opening_hours.js")
N = 1_000
SUN_MINUTES = 2
DIFFERENCES = {
    "night": "A night belongs to the day on which it began: by npm 'Fr 18:00-02:00; Sa off' ends "
    "at midnight, for the later rule takes all of Saturday.",
    "sun": f"Sunset and sunrise are worked out in two ways, at most {SUN_MINUTES} minutes apart.",
}
"""Why we may be open where npm says closed; docs/methods.md says the same."""


class RandomHours:
    """Writes valid opening hours in OpenStreetMap's syntax; the same for the same seed."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def one_of(self, **weights):
        kind = self.random.choices(list(weights), list(weights.values()))[0]
        return getattr(self, f"_{kind}")()

    def text(self):
        if self.random.random() < 0.02:
            return "24/7"
        rules = [self.rule() for _ in range(self.random.choices((1, 2, 3, 4), (4, 5, 3, 1))[0])]
        text = rules[0]
        for rule in rules[1:]:
            text += self.random.choices(("; ", ", ", " || "), (8, 2, 1))[0] + rule
        return text

    def rule(self):
        season = self.one_of(nothing=12, months=2, dates=1, weeks=1, year=1)
        what = self.one_of(times=14, off=3, unknown=1, commented=1)
        return " ".join(filter(None, (season, self.one_of(days=9, holiday=1), what)))

    def _nothing(self):
        return ""

    def _months(self):
        return self.random.choice(("Nov", "Oct-Mar", "Apr-Sep", "Jan-Dec", "Dec", "Nov-Feb"))

    def _dates(self):
        return self.random.choice(
            ("Nov 20-30", "Nov 24", "Oct 01-Nov 25", "Dec 24-Dec 26", "Nov 25-Dec 02")
        )

    def _weeks(self):
        return self.random.choice(("week 48", "week 01-53/2", "week 02-52/2", "week 40-48"))

    def _year(self):
        return self.random.choice(("2026", "2025", "2025-2027", "2026 Nov 23-2026 Nov 26"))

    def _days(self):
        first, last = self.random.sample(DAYS, 2)
        nth = self.random.choice(("1", "4", "-1"))
        kinds = (first, f"{first},{last}", f"{first}[{nth}]", "Mo-Fr", "Mo-Su", "Sa-Su")
        return self.random.choice((*kinds, *[f"{first}-{last}"] * 3))

    def _holiday(self):
        return "PH"

    def _off(self):
        return self.random.choice(("off", "closed"))

    def _unknown(self):
        return f"{self._times()} unknown"

    def _commented(self):
        return f'{self._times()} "by appointment"'

    def _times(self):
        return self.one_of(span=9, two=4, night=3, later=1, start=1, sun=1, always=1)

    def clock(self, first, last):
        return "{:02}:{:02}".format(*divmod(self.random.randrange(first * 60, last * 60, 15), 60))

    def _span(self):
        return f"{self.clock(6, 12)}-{self.clock(13, 24)}"

    def _two(self):
        return f"{self.clock(6, 11)}-{self.clock(11, 13)},{self.clock(13, 16)}-{self.clock(17, 24)}"

    def _night(self):
        return f"{self.clock(17, 24)}-{self.clock(0, 5)}"

    def _later(self):
        return f"{self._span()}+"

    def _start(self):
        return f"{self.clock(8, 22)}+"

    def _sun(self):
        return self.random.choice(
            ("sunrise-sunset", "08:00-sunset", "(sunrise+01:00)-(sunset-00:30)", "dusk-23:00")
        )

    def _always(self):
        return "00:00-24:00"


def random_texts(n, seed=25):
    hours = RandomHours(seed)
    return [hours.text() for _ in range(n)]


def told_by_npm(texts):
    """Return for each text when it is open by the npm library, or why that cannot read it."""
    folder = os.environ.get("CSP_GEO_NPM", "")
    if not folder or not (Path(folder) / "opening_hours").is_dir():
        pytest.skip("the npm library opening_hours is not here: make slow installs it")
    if (node := shutil.which("node")) is None:
        pytest.skip("there is no node on this computer")
    run = subprocess.run(
        [node, str(SCRIPT), folder, MONDAY.isoformat()],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "TZ": "Europe/London"},
    )
    return json.loads(run.stdout)


def minutes_of(spans):
    """Return the state of each minute of the week and of the day after."""
    states = np.full(WEEK + DAY, CLOSED, dtype=np.int8)
    for start, end, unknown in spans:
        states[max(start, 0) : end] = UNKNOWN if unknown else OPEN
    return states


def nights_cut_short(text, theirs):
    """Tell each minute in which only a night of the day before goes on, which that day ended.

    The night must have begun in theirs too: they are not closed in the minute before midnight.
    """
    table = timetable(text, date(2026, 11, 2), date(2026, 12, 13), place=PLACE)
    own, night = (np.zeros(WEEK + DAY, dtype=bool) for _ in range(2))
    for n in range(-1, 8):
        for start, end, state in table.on(MONDAY + timedelta(days=n)):
            if state == OPEN:
                own[max(n * DAY + start, 0) : max(n * DAY + min(end, DAY), 0)] = True
                begun = n < 0 or theirs[(n + 1) * DAY - 1] != CLOSED
                night[max((n + 1) * DAY, 0) : max(n * DAY + end, 0)] |= begun
    return night & ~own


def excused(text, theirs, closed):
    """Return why we may be open in minutes in which they are closed, "" where we may not."""
    if (nights_cut_short(text, theirs) | ~closed).all():
        return "night"
    if re.search("sun|dusk", text) and closed.sum() <= SUN_MINUTES:
        return "sun"
    return ""


def test_the_random_hours_can_be_read():
    """All but those that a rule of ours refuses: slips of the clock, and two rules in one."""
    texts = random_texts(200)
    assert texts == random_texts(200)
    assert sum(bool(read_rules(text).osm) for text in texts) > 190


@pytest.mark.slow
def test_nothing_is_open_that_npm_calls_closed():
    """Hour by hour, on arrival at any minute of it and for 30 more."""
    texts = random_texts(N)
    told = told_by_npm(texts)
    assert not [said for said in told if isinstance(said, str)]
    ours = hours_of_week(texts, MONDAY, place=PLACE).open
    stay = 60 + STAY_MINUTES - 1
    wrong, seen, n_theirs, n_both = [], set(), 0, 0
    for text, spans, row in zip(texts, told, ours, strict=True):
        theirs = minutes_of(spans)
        for hour in range(168):
            minutes = np.arange(hour * 60, hour * 60 + stay)
            is_open = bool((theirs[minutes] == OPEN).all())
            n_theirs += is_open
            n_both += is_open and bool(row[hour])
            closed = np.zeros(len(theirs), dtype=bool)
            closed[minutes] = theirs[minutes] == CLOSED
            if row[hour] and closed.any():
                why = excused(text, theirs, closed)
                seen.add(why)
                wrong += [] if why else [(text, hour)]
    assert not wrong
    assert seen == set(DIFFERENCES)
    assert n_both > 0.9 * n_theirs  # what is open there is mostly open here too

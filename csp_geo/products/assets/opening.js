/* Which venues are open at a moment, on the clock of the place wherever the reader is.
   All hours were worked out beforehand: spans of minutes since the midnight of the day on which
   they begin, for a usual week and for each day that differs from it. */
"use strict";
var cspOpening = (function () {
  var DAY = 1440;
  var SOON = 30;
  var OPEN = 2;
  var NOT_TOLD = "Not known whether open now";
  var NAMES = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
  var MONTHS = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
  ];
  var local = null;
  try {
    local = new Intl.DateTimeFormat("en-GB", {
      timeZone: cspMap.data.clock,
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    });
  } catch (error) {
    local = null; // a browser that does not know this clock: nothing is said to be open
  }

  /* A moment as the day of the place (midnight in UTC, only to count days with) and minutes of it. */
  function clockOf(date) {
    if (!local) {
      return null;
    }
    var part = {};
    local.formatToParts(date).forEach(function (found) {
      part[found.type] = Number(found.value);
    });
    return {
      day: Date.UTC(part.year, part.month - 1, part.day),
      minutes: (part.hour % 24) * 60 + part.minute,
    };
  }

  function plus(day, n) {
    return day + n * 86400000;
  }

  function iso(day) {
    return new Date(day).toISOString().slice(0, 10);
  }

  function spansOf(hours, day) {
    var monday = (new Date(day).getUTCDay() + 6) % 7;
    return hours.days[iso(day)] || hours.week[monday];
  }

  /* Spans from the day before yesterday to a week ahead, in minutes since today's midnight. */
  function around(hours, day, isOpen) {
    var found = [];
    for (var n = -2; n <= 8; n += 1) {
      spansOf(hours, plus(day, n)).forEach(function (span) {
        if ((span[2] === OPEN) === isOpen) {
          found.push([span[0] + n * DAY, span[1] + n * DAY]);
        }
      });
    }
    found.sort(function (a, b) {
      return a[0] - b[0];
    });
    return found.reduce(function (joined, span) {
      var last = joined[joined.length - 1];
      if (last && span[0] <= last[1]) {
        last[1] = Math.max(last[1], span[1]);
      } else {
        joined.push(span.slice());
      }
      return joined;
    }, []);
  }

  function time(minutes) {
    var inDay = ((minutes % DAY) + DAY) % DAY;
    var hour = Math.floor(inDay / 60);
    var minute = inDay % 60;
    if (minute === 0 && hour % 12 === 0) {
      return hour ? "midday" : "midnight";
    }
    var shown = hour % 12 || 12;
    return shown + (minute ? ":" + (minute < 10 ? "0" : "") + minute : "") + (hour < 12 ? "am" : "pm");
  }

  function dayName(now, minutes) {
    var n = Math.floor(minutes / DAY);
    if (n === 0) {
      return "";
    }
    var day = new Date(plus(now.day, n));
    var name = "on " + NAMES[day.getUTCDay()] + " ";
    var later = n > 6 ? day.getUTCDate() + " " + MONTHS[day.getUTCMonth()] + " " : "";
    return n === 1 ? "tomorrow " : name + later;
  }

  function within(spans, at) {
    return spans.find(function (span) {
      return span[0] <= at && at < span[1];
    });
  }

  function nextOf(spans, at) {
    return spans.find(function (span) {
      return span[0] > at;
    });
  }

  /* What holds of a venue: [state, sentence], the state being open, soon, closed or unknown. */
  function stateOf(hours, now) {
    if (!hours.week) {
      return ["unknown", "Opening hours not known"];
    }
    if (!now) {
      return ["unknown", NOT_TOLD];
    }
    var open = around(hours, now.day, true);
    var here = within(open, now.minutes);
    if (here) {
      var left = here[1] - now.minutes;
      if (left > 2 * DAY) {
        return ["open", "Open now, day and night"];
      }
      return left <= SOON
        ? ["soon", "Open now, closes soon: at " + time(here[1])]
        : ["open", "Open now until " + time(here[1])];
    }
    var unsure = around(hours, now.day, false);
    if (within(unsure, now.minutes)) {
      return ["unknown", NOT_TOLD];
    }
    var next = nextOf(open, now.minutes);
    var perhaps = nextOf(unsure, now.minutes);
    if (perhaps && (!next || perhaps[0] < next[0])) {
      return ["closed", "Closed now, not known when it opens next"];
    }
    if (!next) {
      return ["closed", "Closed now"];
    }
    return ["closed", "Closed now, opens " + dayName(now, next[0]) + "at " + time(next[0])];
  }

  return {
    now: function (first, last) {
      var now = clockOf(new Date());
      return now && first <= iso(now.day) && iso(now.day) <= last ? now : null;
    },
    stateOf: stateOf,
    say: function (now) {
      return time(now.minutes) + " on " + NAMES[new Date(now.day).getUTCDay()];
    },
  };
})();

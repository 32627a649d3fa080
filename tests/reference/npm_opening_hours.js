/* Reads a list of opening hours in JSON and prints when each is open in one week, by the npm library
   opening_hours: for each a list of [start, end, unknown] in minutes since the week's Monday, or the
   error as text. Arguments: the folder node_modules, the Monday. Run with TZ=Europe/London. */
"use strict";
const OpeningHours = require(require("path").join(process.argv[2], "opening_hours"));
const place = {
  lat: "51.54", lon: "0.08",
  address: { country_code: "gb", country: "United Kingdom", state: "England" },
};
const first = new Date(process.argv[3] + "T00:00:00");
const last = new Date(first.getTime() + 8 * 86400000);
const minutes = (date) => Math.round((date - first) / 60000);
const texts = JSON.parse(require("fs").readFileSync(0, "utf8"));
const told = texts.map((text) => {
  try {
    return new OpeningHours(text, place, { locale: "en" })
      .getOpenIntervals(first, last)
      .map(([start, end, unknown]) => [minutes(start), minutes(end), Boolean(unknown)]);
  } catch (error) {
    return String(error);
  }
});
process.stdout.write(JSON.stringify(told));

/* Which Safe Havens are open at a chosen hour of the week, and how many reports are near one. */
"use strict";
(function () {
  var data = JSON.parse(document.getElementById("csp-data").textContent);
  var hours = data.haven_hours;
  if (!hours) {
    return;
  }
  var day = document.getElementById("haven-day");
  var clock = document.getElementById("haven-clock");
  var said = document.getElementById("haven-said");
  var words = { c: "closed", u: "unknown", o: "open" };
  var rings = L.layerGroup();
  csp_havens.addLayer(rings);

  function number(value) {
    return value.toLocaleString("en-GB", { maximumFractionDigits: 1 });
  }

  function tell() {
    var chosen = day.value !== "";
    var hour = chosen ? Number(day.value) * 24 + Number(clock.value) : -1;
    var n = { c: 0, u: 0, o: 0 };
    rings.clearLayers();
    clock.disabled = !chosen;
    data.havens.forEach(function (haven, at) {
      var state = chosen ? hours.states[at][hour] : "";
      cspHavens.setState("haven-" + at, chosen ? words[state] : "");
      if (chosen) {
        n[state] += 1;
      }
      if (state === "o") {
        L.circle([haven.lat, haven.lon], {
          radius: hours.ring_m,
          color: "#7a4b00",
          weight: 1.5,
          fillColor: "#e69f00",
          fillOpacity: 0.12,
          interactive: false,
          pane: "zones",
        }).addTo(rings);
      }
    });
    if (!chosen) {
      said.textContent = "";
      return;
    }
    var when = day.options[day.selectedIndex].text + " " + clock.options[clock.selectedIndex].text;
    said.textContent =
      when + ": " + n.o + " of " + data.havens.length + " open" +
      (n.u ? ", " + n.u + " not known" : "") + ". " +
      number(hours.covered[hour]) + " of " + number(hours.demand[hour]) +
      " reports of that hour lie within " + hours.within_m +
      " metres of an open one (straight line x 1.3; reports without an hour are spread over all).";
  }

  day.addEventListener("change", tell);
  clock.addEventListener("change", tell);
  document.getElementById("haven-hour").hidden = false;
  tell();
})();

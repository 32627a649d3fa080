/* The page of Safe Havens: what is open now, what is shown, the way between list and map. */
"use strict";
(function () {
  var data = cspMap.data;
  var narrow = window.matchMedia("(max-width: 760px)");
  var calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  var entries = all(".venue");
  var states = {};

  function all(selector) {
    return Array.from(document.querySelectorAll(selector));
  }

  function byId(id) {
    return document.getElementById(id);
  }

  function venue(key) {
    return byId(key);
  }

  /* ---- open now ---- */

  function tellHours() {
    var now = cspOpening.now(data.first, data.last);
    var n = 0;
    var unsure = 0;
    entries.forEach(function (entry) {
      var told = cspOpening.stateOf(data.hours[entry.id] || {}, now);
      var line = entry.querySelector(".now");
      states[entry.id] = told[0];
      n += told[0] === "open" || told[0] === "soon";
      unsure += told[0] === "unknown";
      if (line.textContent !== told[1]) {
        line.textContent = told[1];
      }
      line.dataset.state = told[0];
      entry.querySelector(".sign .haven").dataset.state = told[0];
      line.hidden = false;
      cspHavens.setState(entry.id, told[0]);
    });
    byId("out-of-date").hidden = Boolean(now);
    byId("only-open").hidden = !now;
    byId("open-now").textContent = now
      ? n + " of " + entries.length + " open now, at " + cspOpening.say(now) + (unsure ? "; not known of " + unsure : "")
      : "";
    narrowDown();
  }

  /* ---- only those that are open, step-free, ... ---- */

  function narrowDown() {
    var asked = all("[data-only]").filter(function (box) {
      return box.checked && !box.parentNode.hidden;
    });
    var n = 0;
    entries.forEach(function (entry) {
      var shown = asked.every(function (box) {
        return box.dataset.only === "open"
          ? states[entry.id] === "open" || states[entry.id] === "soon"
          : entry.dataset[box.dataset.only] === "yes";
      });
      entry.hidden = !shown;
      cspHavens.show(entry.id, shown);
      n += shown;
    });
    byId("none-shown").hidden = n > 0;
    var said = asked.length ? n + " of " + entries.length + " shown" : "";
    if (byId("n-shown").textContent !== said) {
      byId("n-shown").textContent = said;
    }
  }

  /* ---- list and map ---- */

  function choose(key) {
    entries.forEach(function (entry) {
      entry.classList.toggle("chosen", entry.id === key);
    });
    cspHavens.choose(key);
  }

  /* On a phone list and map are far apart: above the map stands the way back. */
  function leadBack(key) {
    var line = byId("picked");
    var link = line.querySelector("a");
    link.href = "#" + key;
    link.textContent = "Back to " + venue(key).querySelector("h3").textContent + " in the list";
    line.hidden = false;
    cspMap.leaflet.invalidateSize({ animate: false });
  }

  function showOnMap(key) {
    choose(key);
    leadBack(key);
    if (narrow.matches) {
      byId("map").scrollIntoView({ behavior: calm ? "auto" : "smooth" });
    }
    cspMap.leaflet.setView(cspHavens.at(key), 15, { animate: !calm });
  }

  /* The map fills the first window below the heading. */
  function measure() {
    var head = byId("work").getBoundingClientRect().top + window.scrollY;
    document.documentElement.style.setProperty("--head", Math.min(head, 360) + "px");
  }

  function start() {
    document.documentElement.classList.add("js");
    all("[data-js]").forEach(function (element) {
      element.hidden = false;
    });
    cspMap.refresh();
    all("[data-only]").forEach(function (box) {
      box.addEventListener("change", narrowDown);
    });
    all("[data-show]").forEach(function (button) {
      button.addEventListener("click", function () {
        showOnMap(button.dataset.show);
      });
    });
    cspHavens.onPick(function (picked) {
      choose(picked);
      venue(picked).scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "center" });
      venue(picked).querySelector("h3").focus({ preventScroll: true });
    });
    tellHours();
    window.setInterval(tellHours, 20000);
    measure();
    cspMap.settle();
    window.addEventListener("load", function () {
      measure();
      cspMap.settle();
    });
    window.addEventListener("resize", function () {
      measure();
      cspMap.resized();
    });
  }

  start();
})();

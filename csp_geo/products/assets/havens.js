/* The layer of Safe Havens on a map: squares with a door sign. Loaded before assets/map.js. */
"use strict";
var csp_havens = L.layerGroup();
var cspHavens = (function () {
  var SVG = "http://www.w3.org/2000/svg";
  var data = JSON.parse(document.getElementById("csp-data").textContent);
  var marks = {};
  var pick = function () {};
  var SAME_PLACE_M = 60; // venues so near one another stand one below or above the other, each with its number
  var HEIGHT = 28;

  function door() {
    var drawing = document.createElementNS(SVG, "svg");
    drawing.setAttribute("viewBox", "-5 -8 10 16");
    drawing.setAttribute("width", "11");
    drawing.setAttribute("height", "17");
    drawing.setAttribute("aria-hidden", "true");
    var leaf = document.createElementNS(SVG, "path");
    leaf.setAttribute("d", "M-4.5-7.5H4.5V7.5H-4.5Z");
    leaf.setAttribute("fill", "#7a4b00");
    var knob = document.createElementNS(SVG, "circle");
    knob.setAttribute("cx", "2.2");
    knob.setAttribute("cy", ".6");
    knob.setAttribute("r", "1.2");
    knob.setAttribute("fill", "#fff");
    drawing.appendChild(leaf);
    drawing.appendChild(knob);
    return drawing;
  }

  function text(words) {
    var made = document.createElement("span");
    made.textContent = words;
    return made;
  }

  data.havens.forEach(function (haven, at) {
    var key = haven.key || "haven-" + at;
    var mark = document.createElement("span");
    mark.className = haven.number ? "haven numbered" : "haven";
    mark.appendChild(door());
    if (haven.number) {
      mark.appendChild(text(String(haven.number)));
    }
    var width = haven.number ? (haven.number > 99 ? 48 : haven.number > 9 ? 42 : 34) : 24;
    var marker = L.marker([haven.lat, haven.lon], {
      icon: L.divIcon({ html: mark, className: "spot", iconSize: [width, 26] }),
      keyboard: false,
      riseOnHover: true,
    });
    marker.bindTooltip(text(haven.name), { direction: "top", offset: [0, -12] });
    marker.on("click", function () {
      pick(key);
    });
    csp_havens.addLayer(marker);
    marks[key] = { haven: haven, mark: mark, marker: marker, width: width };
  });

  return {
    onPick: function (picked) {
      pick = picked;
    },
    /* state is open, soon, closed or unknown */
    setState: function (key, state) {
      if (marks[key]) {
        marks[key].mark.dataset.state = state;
      }
    },
    choose: function (key) {
      Object.keys(marks).forEach(function (other) {
        marks[other].mark.classList.toggle("chosen", other === key);
        marks[other].marker.setZIndexOffset(other === key ? 5000 : 0);
      });
    },
    show: function (key, shown) {
      if (marks[key]) {
        csp_havens[shown ? "addLayer" : "removeLayer"](marks[key].marker);
      }
    },
    /* Those that have no room are drawn small, without their number. */
    place: function (map, taken, collides, around) {
      var placed = [];
      Object.keys(marks).forEach(function (key) {
        var one = marks[key];
        if (!map.hasLayer(one.marker)) {
          return;
        }
        var at = one.marker.getLatLng();
        var step = HEIGHT * placed.filter(function (other) {
          return map.distance(other, at) <= SAME_PLACE_M;
        }).length;
        var point = map.latLngToContainerPoint(at);
        function boxAt(dy) {
          return around(point.add([0, dy]), one.width / 2, HEIGHT / 2);
        }
        var free = [step, -step].find(function (dy) {
          return !collides(boxAt(dy), taken);
        });
        var shift = free === undefined ? step : free;
        var full = boxAt(shift);
        var small = free === undefined && !one.mark.classList.contains("chosen");
        one.mark.classList.toggle("small", small);
        one.mark.style.transform = small || !shift ? "" : "translateY(" + shift + "px)";
        if (one.haven.number && !small) {
          placed.push(at);
        }
        var chosen = one.mark.classList.contains("chosen");
        // a small one without a number must not hide the number of another
        one.marker.setZIndexOffset(small ? (one.haven.number ? 1000 : -100) : chosen ? 5000 : 0);
        taken.push(small ? around(point, 7, 7) : full);
      });
    },
    at: function (key) {
      return marks[key] ? [marks[key].haven.lat, marks[key].haven.lon] : null;
    },
  };
})();

/* The layer of Safe Havens on a map: squares with a door sign. Loaded before assets/map.js. */
"use strict";
var csp_havens = L.layerGroup();
var cspHavens = (function () {
  var SVG = "http://www.w3.org/2000/svg";
  var data = JSON.parse(document.getElementById("csp-data").textContent);
  var marks = {};
  var pick = function () {};
  var HEIGHT = 28;
  var RINGS = 3; // how many symbols away a number may stand from its place

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

  /* Where a symbol with a number may stand: at its place, else as near as it can, below first. */
  function offsetsFor(width) {
    var found = [[0, 0]];
    for (var ring = 1; ring <= RINGS; ring += 1) {
      [[0, 1], [0, -1], [1, 0], [-1, 0], [1, 1], [-1, 1], [1, -1], [-1, -1]].forEach(function (way) {
        found.push([way[0] * ring * (width + 2), way[1] * ring * HEIGHT]);
      });
    }
    return found;
  }

  /* The line from the edge of a symbol that was moved to its place; none where it was not. */
  function lead(one, dx, dy) {
    var far = Math.hypot(dx, dy);
    var inside = Math.min(one.width / 2 / Math.abs(dx), HEIGHT / 2 / Math.abs(dy));
    one.leader.hidden = !far;
    if (far) {
      one.leader.style.width = Math.max(far * (1 - inside), 0) + "px";
      one.leader.style.transform =
        "rotate(" + Math.atan2(-dy, -dx) + "rad) translateX(" + far * inside + "px)";
    }
  }

  data.havens.forEach(function (haven, at) {
    var key = haven.key || "haven-" + at;
    var mark = document.createElement("span");
    mark.className = haven.number ? "haven numbered" : "haven";
    mark.appendChild(door());
    if (haven.number) {
      mark.appendChild(text(String(haven.number)));
    }
    var leader = document.createElement("i");
    leader.className = "leader";
    leader.hidden = true;
    mark.appendChild(leader);
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
    marks[key] = { haven: haven, mark: mark, marker: marker, width: width, leader: leader };
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
      Object.keys(marks).forEach(function (key) {
        var one = marks[key];
        if (!map.hasLayer(one.marker)) {
          return;
        }
        var point = map.latLngToContainerPoint(one.marker.getLatLng());
        function boxAt(offset) {
          return around(point.add(offset), one.width / 2, HEIGHT / 2);
        }
        var free = (one.haven.number ? offsetsFor(one.width) : [[0, 0]]).find(function (offset) {
          return !collides(boxAt(offset), taken);
        });
        var shift = free || [0, 0];
        var full = boxAt(shift);
        var small = !free && !one.mark.classList.contains("chosen");
        one.mark.classList.toggle("small", small);
        one.mark.style.transform =
          shift[0] || shift[1] ? "translate(" + shift[0] + "px, " + shift[1] + "px)" : "";
        lead(one, shift[0], shift[1]);
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

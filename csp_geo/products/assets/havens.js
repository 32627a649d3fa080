/* The layer of Safe Havens on a map: squares with a door sign. Loaded before assets/map.js. */
"use strict";
var csp_havens = L.layerGroup();
var cspHavens = (function () {
  var SVG = "http://www.w3.org/2000/svg";
  var data = JSON.parse(document.getElementById("csp-data").textContent);
  var marks = {};
  var pick = function () {};
  var HEIGHT = 28;
  var RINGS = [0, 28, 40, 52, 66, 82, 100, 120, 144]; // pixels: how far from its place a number may stand
  var WAYS = 16;
  var SAME_PLACE = 12; // pixels: so near one another the first keeps its place

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
      mark.appendChild(document.createElement("i"));
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

  /* Where a number may stand, its own place first, then below it: [x, y] from there. */
  var steps = [];
  RINGS.forEach(function (far) {
    for (var way = 0; way < (far ? WAYS : 1); way += 1) {
      var angle = Math.PI / 2 + ((2 * Math.PI) / WAYS) * Math.ceil(way / 2) * (way % 2 ? 1 : -1);
      steps.push([Math.round(far * Math.cos(angle)), Math.round(far * Math.sin(angle))]);
    }
  });

  /* The key and the buttons that lie over the map. */
  function furniture(map) {
    var frame = map.getContainer().getBoundingClientRect();
    return Array.from(document.querySelectorAll("#key, .leaflet-control")).map(function (part) {
      var box = part.getBoundingClientRect();
      return [box.left - frame.left, box.top - frame.top, box.right - frame.left, box.bottom - frame.top];
    });
  }

  /* Draws the line from a number that was moved aside to its place. */
  function lead(one, step) {
    var line = one.mark.querySelector("i");
    var far = Math.hypot(step[0], step[1]);
    if (line) {
      line.hidden = !far;
    }
    if (line && far) {
      var inside = Math.min(one.width / 2 / Math.abs(step[0] / far), HEIGHT / 2 / Math.abs(step[1] / far));
      line.style.width = Math.max(far - inside, 0) + "px";
      line.style.transform =
        "rotate(" + Math.atan2(-step[1], -step[0]) + "rad) translateX(" + inside + "px)";
    }
  }

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
    /* Numbers that have no room at their place stand beside it, with a line to it; what has no
       number, or no room there either, is drawn small. */
    place: function (map, taken, collides, around) {
      var size = map.getSize();
      var fixed = furniture(map);
      var shown = Object.keys(marks).filter(function (key) {
        return map.hasLayer(marks[key].marker);
      });
      var points = shown.map(function (key) {
        return map.latLngToContainerPoint(marks[key].marker.getLatLng());
      });
      var spots = points.map(function (point, n) {
        return marks[shown[n]].haven.number ? around(point, 3, 3) : null;
      });
      taken.push.apply(taken, fixed);
      shown.forEach(function (key, n) {
        var one = marks[key];
        var others = spots.filter(function (spot, other) {
          return spot && points[other].distanceTo(points[n]) > SAME_PLACE;
        });
        function boxAt(step) {
          return around(points[n].add(step), one.width / 2, HEIGHT / 2);
        }
        var step = (one.haven.number ? steps : [steps[0]]).find(function (way) {
          var box = boxAt(way);
          var within = box[0] >= 0 && box[1] >= 0 && box[2] <= size.x && box[3] <= size.y;
          return (within || !(way[0] || way[1])) && !collides(box, taken) && !collides(box, others);
        });
        var chosen = one.mark.classList.contains("chosen");
        var small = !step && !chosen;
        step = step || steps[0];
        one.mark.classList.toggle("small", small);
        one.mark.style.transform =
          step[0] || step[1] ? "translate(" + step[0] + "px, " + step[1] + "px)" : "";
        lead(one, step);
        // a small one without a number must not hide the number of another
        one.marker.setZIndexOffset(small ? (one.haven.number ? 1000 : -100) : chosen ? 5000 : 0);
        taken.push(small ? around(points[n], 7, 7) : boxAt(step));
      });
    },
    at: function (key) {
      return marks[key] ? [marks[key].haven.lat, marks[key].haven.lon] : null;
    },
  };
})();

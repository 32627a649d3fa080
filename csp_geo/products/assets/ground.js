/* The ground: water, parks, railways, streets and their names on a canvas, under the reports. */
"use strict";

/* Reads what products/map/ground_lines.py writes: whole numbers in letters, steps of 1e-5 degree. */
function CspLetters(text) {
  this.text = text;
  this.at = 0;
}
CspLetters.prototype = {
  values: (function () {
    var letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    var values = new Uint8Array(128);
    for (var i = 0; i < letters.length; i += 1) {
      values[letters.charCodeAt(i)] = i;
    }
    return values;
  })(),
  more: function () {
    return this.at < this.text.length;
  },
  next: function () {
    var number = 0;
    var shift = 0;
    var value;
    do {
      value = this.values[this.text.charCodeAt(this.at)];
      this.at += 1;
      number += (value & 31) << shift;
      shift += 5;
    } while (value & 32);
    return number;
  },
  step: function () {
    var number = this.next();
    return number & 1 ? -((number + 1) >> 1) : number >> 1;
  },
};

/* What each kind looks like: colour, width at zoom 12 and at zoom 18, dashes. Greys that stay under
   the reports and apart from one another on paper. */
var CSP_GROUND_LOOKS = {
  green: { fill: "#e9efe4" },
  water: { fill: "#d5e2ea", line: "#bcd0dc", width: [0.6, 5] },
  buildings: { fill: "#e4e2dd", line: "#d2cfc8", width: [0, 1] },
  railways: { line: "#a9a6a0", width: [1, 2.5], dash: [7, 4] },
  path: { line: "#d9d6cf", width: [0, 2], dash: [3, 3], from: 15 },
  service: { line: "#dedbd4", width: [0.3, 6], from: 14 },
  local: { line: "#d5d2cb", width: [0.5, 12] },
  secondary: { line: "#c9c5bd", width: [1.1, 16] },
  main: { line: "#b9b4aa", width: [1.8, 20] },
  motorway: { line: "#a8a296", width: [2.2, 22] },
};
/* From which zoom the names of a class are written, unless nothing else has a name in view. */
var CSP_NAMES_FROM = { motorway: 12, main: 13, secondary: 14, local: 15, service: 16, path: 17 };

var CspGround = L.Renderer.extend({
  initialize: function (data) {
    L.Renderer.prototype.initialize.call(this, { pane: "ground", padding: 0.5 });
    this._parts = [];
    this.names = [];
    this._own = data.names;
    for (var i = 0; i < data.layers.length; i += 1) {
      this._read(data.layers[i], data.origin, i);
    }
  },

  /* Corners as a share of the world, so that drawing needs no trigonometry. */
  _read: function (layer, origin, order) {
    var letters = new CspLetters(layer.lines);
    var look = CSP_GROUND_LOOKS[layer["class"] || layer.kind];
    var lat = origin[0];
    var lon = origin[1];
    while (letters.more()) {
      var name = letters.next();
      var parts = letters.next();
      var shape = { look: look, order: order, name: name, kind: layer["class"] || layer.kind, lines: [] };
      for (var p = 0; p < parts; p += 1) {
        var n = letters.next();
        var line = { x: new Float64Array(n), y: new Float64Array(n), box: [2, 2, -1, -1] };
        var south = lat;
        var west = lon;
        for (var i = 0; i < n; i += 1) {
          south += letters.step();
          west += letters.step();
          if (i === 0) {
            lat = south;
            lon = west;
          }
          var sine = Math.sin((south / 100000) * (Math.PI / 180));
          var x = west / 36000000 + 0.5;
          var y = 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
          line.x[i] = x;
          line.y[i] = y;
          line.box = [
            Math.min(line.box[0], x), Math.min(line.box[1], y),
            Math.max(line.box[2], x), Math.max(line.box[3], y),
          ];
        }
        shape.lines.push(line);
      }
      this._parts.push(shape);
    }
  },

  _initContainer: function () {
    this._container = L.DomUtil.create("canvas");
    this._container.setAttribute("aria-hidden", "true");
    this._brush = this._container.getContext("2d");
    this._written = L.DomUtil.create("canvas", "", this.getPane());
    this._written.setAttribute("aria-hidden", "true");
    this._written.style.position = "absolute";
    this._written.style.zIndex = "101"; // Leaflet gives every canvas 100
    this._pen = this._written.getContext("2d");
  },

  _destroyContainer: function () {
    this.unprint();
    this._drawn = null;
    L.DomUtil.remove(this._container);
    L.DomUtil.remove(this._written);
    delete this._container;
    delete this._written;
    delete this._brush;
    delete this._pen;
  },

  _updatePaths: function () {},

  /* For the printer all is drawn as a picture of paths and texts, which is sharp on paper; a canvas
     comes out coarse there, and in some browsers not where it lay. `unprint` takes it away. */
  print: function () {
    this.unprint();
    var size = this._bounds.getSize();
    this._picture = L.SVG.create("svg");
    this._picture.setAttribute("width", size.x);
    this._picture.setAttribute("height", size.y);
    this._picture.setAttribute("class", "for-print");
    L.DomUtil.setPosition(this._picture, this._bounds.min);
    this.getPane().appendChild(this._picture);
    this._container.style.display = "none";
    this._written.style.display = "none";
    this._draw(size);
  },

  unprint: function () {
    if (this._picture) {
      L.DomUtil.remove(this._picture);
      delete this._picture;
      this._container.style.display = "";
      this._written.style.display = "";
    }
  },

  /* Names are written anew where a zoom ends; meanwhile they would lie in the wrong place. */
  _updateTransform: function (center, zoom) {
    L.Renderer.prototype._updateTransform.call(this, center, zoom);
    this._written.style.visibility = zoom === this._writtenAt ? "" : "hidden";
  },

  _sized: function (canvas, corner, size, ratio) {
    L.DomUtil.setPosition(canvas, corner);
    canvas.width = Math.round(size.x * ratio);
    canvas.height = Math.round(size.y * ratio);
    canvas.style.width = size.x + "px";
    canvas.style.height = size.y + "px";
  },

  /* Whether the window still lies on what was drawn: then moving it asks for nothing new. */
  _isDrawn: function () {
    var corner = this._map.containerPointToLayerPoint([0, 0]);
    var view = L.bounds(corner, corner.add(this._map.getSize()));
    var origin = this._map.getPixelOrigin();
    return (
      this._drawn && this._drawn.zoom === this._map.getZoom() && this._drawn.origin.equals(origin) &&
      this._bounds.contains(view)
    );
  },

  _update: function () {
    if ((this._map._animatingZoom && this._bounds) || this._isDrawn()) {
      return;
    }
    this._drawn = { zoom: this._map.getZoom(), origin: this._map.getPixelOrigin() };
    L.Renderer.prototype._update.call(this);
    var size = this._bounds.getSize();
    var ratio = window.devicePixelRatio || 1;
    this._sized(this._container, this._bounds.min, size, ratio);
    this._brush.scale(ratio, ratio);
    this._draw(size);
  },

  /* How the world lies on the canvas: its width in pixels, the left and upper edge. */
  _frame: function () {
    var origin = this._map.getPixelOrigin();
    return {
      scale: 256 * Math.pow(2, this._map.getZoom()),
      left: origin.x + this._bounds.min.x,
      top: origin.y + this._bounds.min.y,
    };
  },

  _inView: function (line, frame, size) {
    return (
      line.box[2] * frame.scale - frame.left > 0 &&
      line.box[0] * frame.scale - frame.left < size.x &&
      line.box[3] * frame.scale - frame.top > 0 &&
      line.box[1] * frame.scale - frame.top < size.y
    );
  },

  _draw: function (size) {
    var frame = this._frame();
    var zoom = this._map.getZoom();
    var self = this;
    for (var i = 0; i < this._parts.length; ) {
      var first = this._parts[i];
      var look = first.look;
      var brush = this._picture ? new CspPathBrush() : this._brush;
      brush.beginPath();
      for (; i < this._parts.length && this._parts[i].order === first.order; i += 1) {
        if (zoom >= (look.from || 0)) {
          this._parts[i].lines.forEach(function (line) {
            if (self._inView(line, frame, size)) {
              self._trace(brush, line, frame, Boolean(look.fill));
            }
          });
        }
      }
      this._ink(brush, look, zoom);
    }
  },

  _trace: function (brush, line, frame, isArea) {
    var lastX = NaN;
    var lastY = NaN;
    for (var i = 0; i < line.x.length; i += 1) {
      var x = line.x[i] * frame.scale - frame.left;
      var y = line.y[i] * frame.scale - frame.top;
      if (i === 0) {
        brush.moveTo(x, y);
      } else if (i === line.x.length - 1 || Math.abs(x - lastX) + Math.abs(y - lastY) >= 0.7) {
        brush.lineTo(x, y);
      } else {
        continue;
      }
      lastX = x;
      lastY = y;
    }
    var last = line.x.length - 1;
    if (isArea && line.x[0] === line.x[last] && line.y[0] === line.y[last]) {
      brush.closePath();
    }
  },

  _ink: function (brush, look, zoom) {
    var share = Math.min(1, Math.max(0, (zoom - 12) / 6));
    var width = look.line ? look.width[0] + (look.width[1] - look.width[0]) * share * share : 0;
    if (this._picture) {
      this._add("path", {
        d: brush.data.join(" "),
        fill: look.fill || "none",
        "fill-rule": "evenodd",
        stroke: width ? look.line : "none",
        "stroke-width": width,
        "stroke-linejoin": "round",
        "stroke-linecap": "round",
        "stroke-dasharray": (look.dash || []).join(" "),
      });
      return;
    }
    if (look.fill) {
      brush.fillStyle = look.fill;
      brush.fill("evenodd");
    }
    if (width) {
      brush.lineJoin = width < 3 ? "bevel" : "round"; // what is thin looks alike, and is quicker
      brush.lineCap = width < 3 ? "butt" : "round";
      brush.lineWidth = width;
      brush.strokeStyle = look.line;
      brush.setLineDash(look.dash || []);
      brush.stroke();
      brush.setLineDash([]);
    }
  },

  _add: function (tag, values) {
    var made = L.SVG.create(tag);
    Object.keys(values).forEach(function (name) {
      if (values[name] !== "") {
        made.setAttribute(name, values[name]);
      }
    });
    this._picture.appendChild(made);
    return made;
  },

  /* ---- names: along their streets where there is room, the larger streets first ---- */

  /* Write the names that find room beside what is taken: boxes in pixels of the window. */
  place: function (taken, collides) {
    if (!this._map || !this._container || this._map._animatingZoom) {
      return;
    }
    var size = this._bounds.getSize();
    var ratio = window.devicePixelRatio || 1;
    var corner = this._map.containerPointToLayerPoint([0, 0]);
    this._sized(this._written, corner, this._map.getSize(), ratio);
    this._pen.scale(ratio, ratio);
    this._pen.translate(this._bounds.min.x - corner.x, this._bounds.min.y - corner.y);
    this.names = [];
    var zoom = this._map.getZoom();
    this._writtenAt = zoom;
    this._written.style.visibility = "";
    var found = this._named(size);
    var self = this;
    found.forEach(function (one) {
      if (zoom >= CSP_NAMES_FROM[one.kind]) {
        self._write(one, taken, collides, one.kind === "motorway" || one.kind === "main");
      }
    });
    for (var i = 0; i < found.length && !this.names.length && !taken.named; i += 1) {
      self._write(found[i], taken, collides, true); // better a small street's name than none
    }
  },

  /* Streets with a name that cross the window: the longest stretch of each name that is in view. */
  _named: function (size) {
    var frame = this._frame();
    var view = this._map.getSize();
    var corner = this._map.containerPointToLayerPoint([0, 0]).subtract(this._bounds.min);
    var best = {};
    var self = this;
    this._parts.forEach(function (shape) {
      if (!shape.name || !CSP_NAMES_FROM[shape.kind]) {
        return;
      }
      shape.lines.forEach(function (line) {
        if (!self._inView(line, frame, size)) {
          return;
        }
        var stretch = self._stretch(line, frame, corner, view);
        if (stretch && (!best[shape.name] || stretch.length > best[shape.name].length)) {
          best[shape.name] = {
            text: self._own[shape.name - 1], kind: shape.kind, order: shape.order,
            length: stretch.length, points: stretch.points, corner: corner,
          };
        }
      });
    });
    return Object.keys(best)
      .map(function (key) {
        return best[key];
      })
      .sort(function (a, b) {
        return b.order - a.order || b.length - a.length || (a.text < b.text ? -1 : 1);
      });
  },

  /* The longest run of corners of a line within the window, cut at its edge. */
  _stretch: function (line, frame, corner, view) {
    var best = null;
    var run = null;
    function inside(p) {
      return p[0] >= corner.x && p[1] >= corner.y && p[0] <= corner.x + view.x && p[1] <= corner.y + view.y;
    }
    function end() {
      if (run && run.points.length > 1 && (!best || run.length > best.length)) {
        best = run;
      }
      run = null;
    }
    var before = null;
    for (var i = 0; i < line.x.length; i += 1) {
      var here = [line.x[i] * frame.scale - frame.left, line.y[i] * frame.scale - frame.top];
      if (before) {
        var cut = L.LineUtil.clipSegment(
          L.point(before), L.point(here),
          L.bounds(corner, corner.add(view)), false, false
        );
        if (cut) {
          run = run || { length: 0, points: [[cut[0].x, cut[0].y]] };
          run.points.push([cut[1].x, cut[1].y]);
          run.length += Math.hypot(cut[1].x - cut[0].x, cut[1].y - cut[0].y);
        }
        if (!cut || !inside(here)) {
          end();
        }
      }
      before = here;
    }
    end();
    return best;
  },

  /* The point at a distance along a stretch. */
  _along: function (points, distance) {
    for (var i = 1; i < points.length; i += 1) {
      var dx = points[i][0] - points[i - 1][0];
      var dy = points[i][1] - points[i - 1][1];
      var length = Math.hypot(dx, dy);
      if (distance <= length && length > 0) {
        return [points[i - 1][0] + (dx * distance) / length, points[i - 1][1] + (dy * distance) / length];
      }
      distance -= length;
    }
    return points[points.length - 1];
  },

  /* Write a name along its street, or, where it `may`, level across it. */
  _write: function (one, taken, collides, mayLieAcross) {
    var pen = this._pen;
    var large = one.kind === "motorway" || one.kind === "main";
    pen.font = (large ? "600 12px " : "11px ") + this._family();
    var width = pen.measureText(one.text).width;
    var spots = one.length >= width + 10 ? this._spots(one, width) : [];
    if (mayLieAcross) {
      spots.push(this._across(one, width));
    }
    for (var i = 0; i < spots.length; i += 1) {
      var boxes = this._boxes(spots[i], width, one.corner);
      var free = boxes.every(function (box) {
        return !collides(box, taken);
      });
      if (free && this._holds(boxes)) {
        boxes.forEach(function (box) {
          taken.push(box);
        });
        this._ink_name(one, spots[i], large);
        this.names.push({ text: one.text, x: spots[i].x - one.corner.x, y: spots[i].y - one.corner.y });
        return;
      }
    }
  },

  _family: function () {
    if (!this._font) {
      this._font = window.getComputedStyle(this._map.getContainer()).fontFamily;
    }
    return this._font;
  },

  /* The middle of a stretch, moved so that a level name lies within the window. */
  _across: function (one, width) {
    var middle = this._along(one.points, one.length / 2);
    var view = this._map.getSize();
    var x = Math.max(width / 2 + 4, Math.min(view.x - width / 2 - 4, middle[0] - one.corner.x));
    var y = Math.max(8, Math.min(view.y - 8, middle[1] - one.corner.y));
    return { x: x + one.corner.x, y: y + one.corner.y, turn: 0 };
  },

  /* Where a street runs straight enough for its name: the middle first, then to both sides. */
  _spots: function (one, width) {
    var found = [];
    for (var i = 0; i < 5; i += 1) {
      var share = [0.5, 0.35, 0.65, 0.2, 0.8][i];
      var centre = one.length * share;
      var from = this._along(one.points, Math.max(0, centre - width / 2));
      var to = this._along(one.points, Math.min(one.length, centre + width / 2));
      var chord = Math.hypot(to[0] - from[0], to[1] - from[1]);
      if (chord >= 0.93 * width) {
        var turn = Math.atan2(to[1] - from[1], to[0] - from[0]);
        if (turn > Math.PI / 2 || turn <= -Math.PI / 2) {
          turn += turn > 0 ? -Math.PI : Math.PI;
        }
        found.push({ x: (from[0] + to[0]) / 2, y: (from[1] + to[1]) / 2, turn: turn });
      }
    }
    return found;
  },

  /* Small boxes along a name, in pixels of the window: one for a level name, more for a slanting. */
  _boxes: function (spot, width, corner) {
    var x = spot.x - corner.x;
    var y = spot.y - corner.y;
    if (Math.abs(spot.turn) < 0.05) {
      return [[x - width / 2 - 3, y - 7, x + width / 2 + 3, y + 7]];
    }
    var boxes = [];
    var n = Math.max(2, Math.ceil(width / 14));
    for (var i = 0; i < n; i += 1) {
      var far = ((i + 0.5) / n - 0.5) * width;
      var cx = x + far * Math.cos(spot.turn);
      var cy = y + far * Math.sin(spot.turn);
      boxes.push([cx - 8, cy - 8, cx + 8, cy + 8]);
    }
    return boxes;
  },

  _holds: function (boxes) {
    var view = this._map.getSize();
    return boxes.every(function (box) {
      return box[0] >= 0 && box[1] >= 0 && box[2] <= view.x && box[3] <= view.y;
    });
  },

  _ink_name: function (one, spot, large) {
    if (this._picture) {
      this._add("text", {
        transform:
          "translate(" + spot.x.toFixed(1) + " " + spot.y.toFixed(1) + ") rotate(" +
          ((spot.turn * 180) / Math.PI).toFixed(1) + ")",
        "text-anchor": "middle",
        dy: "0.35em",
        "font-size": large ? 12 : 11,
        "font-weight": large ? 600 : 400,
        fill: large ? "#4f4b44" : "#625d55",
        stroke: "#ffffff",
        "stroke-width": 3,
        "stroke-linejoin": "round",
        "paint-order": "stroke",
      }).textContent = one.text;
      return;
    }
    var pen = this._pen;
    pen.save();
    pen.translate(spot.x, spot.y);
    pen.rotate(spot.turn);
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.lineJoin = "round";
    pen.lineWidth = 3;
    pen.strokeStyle = "rgba(255, 255, 255, 0.9)";
    pen.strokeText(one.text, 0, 0);
    pen.fillStyle = large ? "#4f4b44" : "#625d55";
    pen.fillText(one.text, 0, 0);
    pen.restore();
  },
});

/* Many reports on one canvas: places packed as steps in latitude and longitude, with a count. */
"use strict";

/* Takes the place of a canvas context and collects the same strokes as SVG path data. A canvas that
   is drawn for the printer comes out opaque in some browsers and hides what lies below it. */
function CspPathBrush() {
  this.data = [];
}
CspPathBrush.prototype = {
  beginPath: function () {},
  fill: function () {},
  stroke: function () {},
  moveTo: function (x, y) {
    this.data.push("M", x.toFixed(1), y.toFixed(1));
  },
  lineTo: function (x, y) {
    this.data.push("L", x.toFixed(1), y.toFixed(1));
  },
  closePath: function () {
    this.data.push("Z");
  },
  arc: function (x, y, r) {
    var size = r.toFixed(1);
    var across = (2 * r).toFixed(1);
    this.moveTo(x - r, y);
    this.data.push("a", size, size, 0, 1, 0, across, 0, "a", size, size, 0, 1, 0, "-" + across, 0);
  },
};

var CspPoints = L.Renderer.extend({
  initialize: function (data) {
    L.Renderer.prototype.initialize.call(this, { pane: data.pane, padding: 0.3 });
    var values = data.values;
    var n = values.length / 3;
    var lat = data.origin[0];
    var lon = data.origin[1];
    this.look = data;
    this.n = new Uint32Array(n);
    // Web Mercator as a share of the world, so that drawing needs no trigonometry.
    this.x = new Float64Array(n);
    this.y = new Float64Array(n);
    for (var i = 0; i < n; i += 1) {
      lat += values[3 * i];
      lon += values[3 * i + 1];
      this.n[i] = values[3 * i + 2];
      var sine = Math.sin((lat / 100000) * (Math.PI / 180));
      this.x[i] = lon / 36000000 + 0.5;
      this.y[i] = 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
    }
  },

  _initContainer: function () {
    this._container = L.DomUtil.create("canvas");
    this._container.setAttribute("aria-hidden", "true");
    this._container.style.zIndex = this.look.over;
    this._brush = this._container.getContext("2d");
  },

  _destroyContainer: function () {
    this.unprint();
    L.DomUtil.remove(this._container);
    delete this._container;
    delete this._brush;
  },

  _updatePaths: function () {},

  /* Draw the places as one SVG path over the canvas, for the printer; `unprint` takes it away. */
  print: function () {
    this.unprint();
    var size = this._bounds.getSize();
    var brush = new CspPathBrush();
    this._draw(brush, size);
    var picture = L.SVG.create("svg");
    var path = L.SVG.create("path");
    var filled = this.look.shape === "dot" || this.look.shape === "triangle";
    path.setAttribute("d", brush.data.join(" "));
    path.setAttribute("fill", filled ? this.look.fill : "none");
    path.setAttribute("fill-opacity", "0.7");
    path.setAttribute("stroke", filled ? "none" : this.look.line);
    picture.setAttribute("width", size.x);
    picture.setAttribute("height", size.y);
    picture.setAttribute("class", "for-print");
    picture.appendChild(path);
    L.DomUtil.setPosition(picture, this._bounds.min);
    this.getPane().appendChild(picture);
    this._picture = picture;
    this._container.style.display = "none";
  },

  unprint: function () {
    if (this._picture) {
      L.DomUtil.remove(this._picture);
      delete this._picture;
      this._container.style.display = "";
    }
  },

  _update: function () {
    if (this._map._animatingZoom && this._bounds) {
      return;
    }
    L.Renderer.prototype._update.call(this);
    var size = this._bounds.getSize();
    var ratio = window.devicePixelRatio || 1;
    L.DomUtil.setPosition(this._container, this._bounds.min);
    this._container.width = Math.round(size.x * ratio);
    this._container.height = Math.round(size.y * ratio);
    this._container.style.width = size.x + "px";
    this._container.style.height = size.y + "px";
    this._brush.scale(ratio, ratio);
    this._draw(this._brush, size);
  },

  /* Radius of a place with `count` reports: grows with zoom and, slowly, with the count. */
  radius: function (count) {
    var base = Math.min(4.5, Math.max(1.3, 0.85 * (this._map.getZoom() - 11)));
    return Math.min(base * (0.72 + 0.28 * Math.sqrt(count)), base * 3);
  },

  _draw: function (brush, size) {
    var scale = 256 * Math.pow(2, this._map.getZoom());
    var left = this._map.getPixelOrigin().x + this._bounds.min.x;
    var top = this._map.getPixelOrigin().y + this._bounds.min.y;
    brush.fillStyle = this.look.fill;
    brush.strokeStyle = this.look.line;
    brush.lineWidth = this._map.getZoom() < 14 ? 1 : 1.5;
    brush.globalAlpha = this.look.shape === "dot" ? 0.62 : 0.9;
    for (var i = 0; i < this.n.length; i += 1) {
      var x = this.x[i] * scale - left;
      var y = this.y[i] * scale - top;
      if (x > -20 && y > -20 && x < size.x + 20 && y < size.y + 20) {
        this._mark(brush, x, y, this.radius(this.n[i]));
      }
    }
  },

  _mark: function (brush, x, y, r) {
    brush.beginPath();
    if (this.look.shape === "triangle") {
      brush.moveTo(x, y - r * 1.5);
      brush.lineTo(x + r * 1.4, y + r);
      brush.lineTo(x - r * 1.4, y + r);
      brush.closePath();
      brush.fill();
    } else if (this.look.shape === "cross") {
      brush.moveTo(x - r, y - r);
      brush.lineTo(x + r, y + r);
      brush.moveTo(x + r, y - r);
      brush.lineTo(x - r, y + r);
      brush.stroke();
    } else if (this.look.shape === "ring") {
      brush.arc(x, y, r + 0.8, 0, 2 * Math.PI);
      brush.stroke();
    } else {
      brush.arc(x, y, r, 0, 2 * Math.PI);
      brush.fill();
    }
  },

  /* The place nearest to a point of the window, within `reach` pixels: [distance, count] or null. */
  nearest: function (point, reach) {
    if (!this._map) {
      return null;
    }
    var scale = 256 * Math.pow(2, this._map.getZoom());
    var world = this._map.containerPointToLayerPoint(point).add(this._map.getPixelOrigin());
    var best = null;
    for (var i = 0; i < this.n.length; i += 1) {
      var dx = this.x[i] * scale - world.x;
      var dy = this.y[i] * scale - world.y;
      var distance = Math.sqrt(dx * dx + dy * dy);
      if (distance <= Math.max(reach, this.radius(this.n[i])) && (!best || distance < best[0])) {
        best = [distance, this.n[i]];
      }
    }
    return best;
  },
});

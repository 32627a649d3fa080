/* The map itself: layers, symbols and names that give way to one another, the pointer's read-out. */
"use strict";
var cspMap = (function () {
  var data = JSON.parse(document.getElementById("csp-data").textContent);
  var map = window[data.map];
  var calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  var state = { family: null, selected: null, on: {}, pick: function () {} };
  if (data.ground) {
    window.csp_ground = new CspGround(data.ground);
  }
  var symbols = {};
  var names = [];
  var pen = document.createElement("canvas").getContext("2d");

  if (calm) {
    map.options.zoomAnimation = false;
    map.options.fadeAnimation = false;
    map.options.markerZoomAnimation = false;
  }

  function element(tag, className, text) {
    var made = document.createElement(tag);
    made.className = className;
    if (text !== undefined) {
      made.textContent = text;
    }
    return made;
  }

  /* ---- layers: each is shown when its box in the key is ticked and its family's tab is open ---- */

  function isShown(layer) {
    return Boolean(state.on[layer.box]) && (!layer.family || layer.family === state.family);
  }

  function shownPoints() {
    return data.layers.filter(function (layer) {
      return layer.points && map.hasLayer(window[layer.name]);
    });
  }

  /* What draws itself anew for paper: points, and the ground under them. */
  function printable() {
    return data.layers.filter(function (layer) {
      var drawn = window[layer.name];
      return (layer.points || drawn === window.csp_ground) && map.hasLayer(drawn);
    });
  }

  function showLayers() {
    data.layers.forEach(function (layer) {
      var drawn = window[layer.name];
      if (isShown(layer) !== map.hasLayer(drawn)) {
        map[isShown(layer) ? "addLayer" : "removeLayer"](drawn);
      }
    });
    data.hotspots.forEach(function (spot) {
      var shown = spot.family === state.family && state.on[spot.box];
      map[shown ? "addLayer" : "removeLayer"](symbols[spot.key].marker);
    });
    declutter();
    emphasise();
  }

  /* ---- symbols of hotspots ---- */

  function isBusy(spot) {
    return spot.look.indexOf("busy") === 0;
  }

  function isFirm(spot) {
    return spot.look === "hot-firm";
  }

  /* What stands out lies over other hotspots, these over busy points. */
  function height(spot) {
    return (isBusy(spot) ? 0 : isFirm(spot) ? 10000 : 5000) - spot.rank * 4;
  }

  function makeSymbol(spot) {
    var mark = element("span", spot.classes);
    mark.appendChild(element("span", spot.figure > 99 ? "figure long" : "figure", String(spot.figure)));
    var marker = L.marker([spot.lat, spot.lon], {
      icon: L.divIcon({ html: mark, className: "spot", iconSize: [28, 28] }),
      keyboard: false,
      riseOnHover: true,
      zIndexOffset: height(spot),
    });
    marker.on("click", function () {
      state.pick(spot.key);
    });
    marker.bindTooltip(element("span", "", spot.title), { direction: "top", offset: [0, -12] });
    symbols[spot.key] = { spot: spot, marker: marker, mark: mark };
  }

  function bindShapes() {
    data.layers.forEach(function (layer) {
      if (!layer.spots) {
        return;
      }
      window[layer.name].eachLayer(function (shape) {
        symbols[shape.feature.id].shape = shape;
        shape.on("click", function () {
          state.pick(shape.feature.id);
        });
      });
    });
  }

  /* ---- names of wards, stations and places: drawn where there is room ---- */

  function makeName(entry, kind) {
    var label = element("span", "name-on-map " + kind);
    var text = element("span", entry.expired ? "expired" : "", entry.name);
    label.appendChild(text);
    if (kind === "station") {
      label.insertBefore(element("i", ""), text);
    }
    label.style.visibility = "hidden";
    names.push({
      kind: kind,
      entry: entry,
      label: label,
      text: text,
      marker: L.marker([entry.lat, entry.lon], {
        icon: L.divIcon({ html: label, className: "name-icon", iconSize: [0, 0] }),
        pane: "labels",
        interactive: false,
        keyboard: false,
      }).addTo(map),
    });
  }

  /* The keyboard's way leads through list and tables, which say all; no stop among the shapes. */
  function skipShapes(layer) {
    window[layer.name].eachLayer(function (shape) {
      shape.on("add", function () {
        shape.getElement().setAttribute("tabindex", "-1");
      });
      if (shape.getElement()) {
        shape.getElement().setAttribute("tabindex", "-1");
      }
    });
  }

  function nameWidth(name) {
    if (!name.width) {
      var style = window.getComputedStyle(name.text);
      pen.font = style.fontWeight + " " + style.fontSize + " " + style.fontFamily;
      var text = name.kind === "ward" ? name.entry.name.toUpperCase() : name.entry.name;
      var spacing = parseFloat(style.letterSpacing) || 0;
      name.width = pen.measureText(text).width + spacing * text.length;
    }
    return name.width;
  }

  function collides(box, taken) {
    return taken.some(function (other) {
      return box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1];
    });
  }

  function around(point, halfWidth, halfHeight) {
    return [point.x - halfWidth, point.y - halfHeight, point.x + halfWidth, point.y + halfHeight];
  }

  function placeSymbols(taken) {
    var order = data.hotspots
      .filter(function (spot) {
        return map.hasLayer(symbols[spot.key].marker);
      })
      .sort(function (a, b) {
        var chosen = (b.key === state.selected) - (a.key === state.selected);
        return chosen || isFirm(b) - isFirm(a) || a.rank - b.rank;
      });
    order.forEach(function (spot) {
      var point = map.latLngToContainerPoint([spot.lat, spot.lon]);
      var half = (isBusy(spot) ? 11 : 12) + (spot.key === state.selected ? 10 : 0);
      var box = around(point, half, half);
      var small = collides(box, taken) && spot.key !== state.selected;
      symbols[spot.key].mark.classList.toggle("small", small);
      if (!small) {
        taken.push(box);
      }
    });
  }

  function metresToPixels(metres) {
    var centre = map.getCenter();
    var east = L.latLng(centre.lat, centre.lng + 0.01);
    var pixels = map.latLngToContainerPoint(east).x - map.latLngToContainerPoint(centre).x;
    return (metres / map.distance(centre, east)) * Math.abs(pixels);
  }

  function allowed(name) {
    if (!state.on[name.kind + "s"]) {
      return false;
    }
    if (name.kind === "ward" || name.kind === "zone") {
      return nameWidth(name) < metresToPixels(name.entry.room) * 1.35;
    }
    return name.kind === "station" ? map.getZoom() >= 12 : map.getZoom() >= 15;
  }

  function placeName(name, taken) {
    var point = map.latLngToContainerPoint([name.entry.lat, name.entry.lon]);
    var half = nameWidth(name) / 2 + 3;
    var offsets = name.kind === "ward" || name.kind === "zone"
      ? [[0, 0], [0, -16], [0, 16], [0, -32], [0, 32], [0, -48], [0, 48]]
      : [[half + 8, 0], [-half - 8, 0], [0, 15], [0, -15]];
    var free = offsets.find(function (offset) {
      return !collides(around(point.add(offset), half, 8), taken);
    });
    if (!free) {
      return false;
    }
    taken.push(around(point.add(free), half, 8));
    name.text.style.transform =
      "translate(-50%, -50%) translate(" + free[0] + "px, " + free[1] + "px)";
    return true;
  }

  function declutter() {
    var taken = [];
    placeSymbols(taken);
    if (data.havens.length) {
      cspHavens.place(map, taken, collides, around);
    }
    names.forEach(function (name) {
      var mayShow = allowed(name);
      var placed = mayShow && placeName(name, taken);
      name.label.style.visibility = mayShow && (placed || name.kind === "station") ? "" : "hidden";
      name.text.style.visibility = placed ? "" : "hidden";
      taken.named = taken.named || placed;
    });
    if (data.ground) {
      window.csp_ground.place(taken, collides);
    }
  }

  /* ---- the chosen hotspot ---- */

  function emphasise() {
    Object.keys(symbols).forEach(function (key) {
      var chosen = key === state.selected;
      symbols[key].mark.classList.toggle("chosen", chosen);
      symbols[key].marker.setZIndexOffset(chosen ? 20000 : height(symbols[key].spot));
      var shape = symbols[key].shape;
      if (shape && shape._map) {
        var own = shape.csp || (shape.csp = Object.assign({}, shape.options));
        shape.setStyle(
          chosen
            ? { color: "#1b1b1b", weight: 4, fillOpacity: 0.3, fillColor: "#ffdd00" }
            : {
                color: own.color,
                weight: own.weight,
                fillOpacity: own.fillOpacity,
                fillColor: own.fillColor,
              }
        );
        if (chosen) {
          shape.bringToFront();
        }
      }
    });
  }

  /* Keeps what is shown clear of the key where there is room beside it. */
  function fit(bounds, margin, maxZoom, animate) {
    var key = document.getElementById("key");
    var over = key.getBoundingClientRect().left < map.getContainer().getBoundingClientRect().right;
    var lies = key.open && over && key.offsetWidth < map.getSize().x * 0.4;
    var beside = lies ? key.offsetWidth + 12 : 0;
    map.fitBounds(bounds, {
      paddingTopLeft: [margin, margin],
      paddingBottomRight: [margin + beside, margin],
      maxZoom: maxZoom,
      animate: animate,
    });
  }

  function zoomTo(key) {
    fit(symbols[key].spot.bounds, 48, 17, !calm);
  }

  function wholeArea() {
    fit(data.bounds, 14, undefined, !calm);
  }

  /* Printed, the map has the width of the paper: it is drawn again for that, and back after. */
  function startPrinting() {
    var before = null;
    window.addEventListener("beforeprint", function () {
      before = { centre: map.getCenter(), zoom: map.getZoom(), bounds: map.getBounds() };
      document.documentElement.classList.add("printing");
      map.invalidateSize({ animate: false, pan: false });
      var shown = state.selected ? symbols[state.selected].spot.bounds : null;
      var all = before.bounds.contains(data.bounds);
      fit(shown || (all ? data.bounds : before.bounds), 14, 17, false);
      printable().forEach(function (layer) {
        window[layer.name].print();
      });
      declutter();
    });
    window.addEventListener("afterprint", function () {
      printable().forEach(function (layer) {
        window[layer.name].unprint();
      });
      document.documentElement.classList.remove("printing");
      map.invalidateSize({ animate: false, pan: false });
      map.setView(before.centre, before.zoom, { animate: false });
    });
  }

  /* ---- what lies under the pointer, in words ---- */

  function readOut(event) {
    var best = null;
    shownPoints().forEach(function (layer) {
      var found = window[layer.name].nearest(event.containerPoint, 6);
      if (found && (!best || found[0] < best.distance)) {
        best = { distance: found[0], n: found[1], layer: layer };
      }
    });
    var words = [];
    if (best) {
      var noun = best.n === 1 ? best.layer.one : best.layer.many;
      words.push(best.n.toLocaleString("en-GB") + " " + noun + " here: " + best.layer.label);
    }
    if (state.ward !== undefined && state.ward !== null) {
      words.push(data.wards[state.ward].name + " ward");
    }
    var strip = document.getElementById("readout");
    strip.textContent = words.join(" \u00b7 ");
    strip.hidden = !words.length;
  }

  function watchPointer() {
    var waiting = false;
    if (data.ward_layer) {
      window[data.ward_layer].eachLayer(function (ward) {
        ward.on("mouseover", function () {
          state.ward = Number(ward.feature.id.slice(1));
        });
        ward.on("mouseout", function () {
          state.ward = null;
        });
      });
    }
    map.on("mousemove click", function (event) {
      if (!waiting) {
        waiting = true;
        window.requestAnimationFrame(function () {
          waiting = false;
          readOut(event);
        });
      }
    });
    map.on("mouseout", function () {
      document.getElementById("readout").hidden = true;
    });
  }

  function addControls() {
    L.control.zoom({ zoomInTitle: "Zoom in", zoomOutTitle: "Zoom out" }).addTo(map);
    var home = L.control({ position: "topleft" });
    home.onAdd = function () {
      var button = element("button", "home", "Whole area");
      button.type = "button";
      L.DomEvent.disableClickPropagation(button);
      button.addEventListener("click", wholeArea);
      return button;
    };
    home.addTo(map);
    L.control.scale({ imperial: false, maxWidth: 140, position: "bottomleft" }).addTo(map);
  }

  /* The key tells which layers are on; where it lies beside the map, opening it resizes the map. */
  function startKey() {
    var key = document.getElementById("key");
    document.querySelectorAll("[data-box]").forEach(function (box) {
      state.on[box.dataset.box] = box.checked;
      box.addEventListener("change", function () {
        state.on[box.dataset.box] = box.checked;
        showLayers();
      });
    });
    key.open = !window.matchMedia("(max-width: 760px)").matches;
    key.addEventListener("toggle", resized);
    L.DomEvent.disableClickPropagation(key);
    L.DomEvent.disableScrollPropagation(key);
  }

  function start() {
    var box = map.getContainer();
    startKey();
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", "Map. Everything on it also stands in the list and the table.");
    fit(data.bounds, 14, undefined, false);
    map.setMinZoom(Math.floor(map.getZoom()) - 1);
    map.setMaxBounds(L.latLngBounds(data.bounds).pad(1.5));
    addControls();
    data.hotspots.forEach(makeSymbol);
    bindShapes();
    data.places.forEach(function (place) {
      makeName(place, place.kind === "station" ? "station" : "place");
    });
    data.wards.forEach(function (ward) {
      makeName(ward, "ward");
    });
    data.zones.forEach(function (zone) {
      makeName(zone, "zone");
    });
    names.sort(function (a, b) {
      var order = ["station", "zone", "ward", "place"];
      return order.indexOf(a.kind) - order.indexOf(b.kind);
    });
    map.getPanes().mapPane.setAttribute("aria-hidden", "true");
    data.layers
      .filter(function (layer) {
        return layer.box === "zones" || layer.box.indexOf("outlines") === 0;
      })
      .forEach(skipShapes);
    watchPointer();
    startPrinting();
    map.on("zoomend moveend resize", declutter);
  }

  /* The size of the map has changed: look at the whole again, unless something is chosen. */
  function settle() {
    map.stop();
    map.invalidateSize({ animate: false });
    if (!state.selected) {
      fit(data.bounds, 14, undefined, false);
      state.home = { centre: map.getCenter(), zoom: map.getZoom() };
    }
  }

  /* The window has changed: who still looks at the whole keeps it in sight. */
  function resized() {
    var home = state.home;
    var atHome = home && map.getZoom() === home.zoom && map.getCenter().equals(home.centre, 1e-3);
    if (atHome) {
      settle();
    } else {
      map.invalidateSize({ animate: false });
    }
  }

  start();
  return {
    data: data,
    leaflet: map,
    showFamily: function (family) {
      state.family = family;
      showLayers();
    },
    setBox: function (box, on) {
      state.on[box] = on;
    },
    refresh: showLayers,
    select: function (key) {
      state.selected = key;
      showLayers();
    },
    settle: settle,
    resized: resized,
    zoomTo: zoomTo,
    wholeArea: wholeArea,
    onPick: function (pick) {
      state.pick = pick;
    },
  };
})();

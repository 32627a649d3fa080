/* The map of a Safe Haven plan: its layers, and the way from a sign to the list. */
"use strict";
(function () {
  var key = document.getElementById("key");

  document.querySelectorAll("[data-box]").forEach(function (box) {
    cspMap.setBox(box.dataset.box, box.checked);
    box.addEventListener("change", function () {
      cspMap.setBox(box.dataset.box, box.checked);
      cspMap.refresh();
    });
  });
  key.open = !window.matchMedia("(max-width: 760px)").matches;
  key.addEventListener("toggle", cspMap.resized);
  cspHavens.onPick(function (picked) {
    var site = document.getElementById(picked);
    cspHavens.choose(picked);
    if (site) {
      site.scrollIntoView({ block: "center" });
      site.focus({ preventScroll: true });
    }
  });
  cspMap.refresh();
  cspMap.settle();
  window.addEventListener("load", cspMap.settle);
  window.addEventListener("resize", cspMap.resized);
})();

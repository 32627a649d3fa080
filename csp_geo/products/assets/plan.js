/* The map of a Safe Haven plan: its layers, and the way from a sign to the list. */
"use strict";
(function () {
  cspHavens.onPick(function (picked) {
    var site = document.getElementById(picked);
    cspHavens.choose(picked);
    if (site) {
      site.scrollIntoView({ block: "center" });
      site.focus({ preventScroll: true });
    }
  });
  /* What is folded on the screen is printed all the same, but for long tables that a file holds. */
  var folded = [];
  window.addEventListener("beforeprint", function () {
    folded = Array.from(document.querySelectorAll("details:not(.on-screen):not([open])"));
    folded.forEach(function (part) {
      part.open = true;
    });
  });
  window.addEventListener("afterprint", function () {
    folded.forEach(function (part) {
      part.open = false;
    });
  });
  cspMap.refresh();
  cspMap.settle();
  window.addEventListener("load", cspMap.settle);
  window.addEventListener("resize", cspMap.resized);
})();

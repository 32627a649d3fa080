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
  cspMap.refresh();
  cspMap.settle();
  window.addEventListener("load", cspMap.settle);
  window.addEventListener("resize", cspMap.resized);
})();

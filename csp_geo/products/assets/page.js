/* The page around the map: tabs, list, card, key, table. Without it everything is still readable. */
"use strict";
(function () {
  var open = null;
  var narrow = window.matchMedia("(max-width: 760px)");

  function all(selector, within) {
    return Array.from((within || document).querySelectorAll(selector));
  }

  function byId(id) {
    return document.getElementById(id);
  }

  /* ---- tabs ---- */

  var tabs = all("[role=tab]");

  function showFamily(family) {
    tabs.forEach(function (tab) {
      var chosen = tab.dataset.family === family;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
    });
    all(".family").forEach(function (panel) {
      panel.hidden = panel.dataset.family !== family;
    });
    all("[data-follows]").forEach(function (box) {
      box.checked = box.dataset.follows === family;
      cspMap.setBox(box.dataset.box, box.checked);
    });
    all("[data-key-family]").forEach(function (entry) {
      entry.hidden = entry.dataset.keyFamily !== family;
    });
    cspMap.showFamily(family);
  }

  function moveTab(event) {
    var at = tabs.indexOf(event.currentTarget);
    var to = {
      ArrowRight: (at + 1) % tabs.length,
      ArrowLeft: (at + tabs.length - 1) % tabs.length,
      Home: 0,
      End: tabs.length - 1,
    }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      tabs[to].focus();
      showFamily(tabs[to].dataset.family);
    }
  }

  function startTabs() {
    var families = all(".family");
    if (tabs.length > 1) {
      byId("tabs").hidden = false;
      families.forEach(function (panel) {
        panel.setAttribute("role", "tabpanel");
        panel.setAttribute("aria-labelledby", "tab-" + panel.dataset.family);
        panel.querySelector("h2").classList.add("for-readers");
      });
      tabs.forEach(function (tab) {
        tab.addEventListener("click", function () {
          showFamily(tab.dataset.family);
        });
        tab.addEventListener("keydown", moveTab);
      });
    }
    if (families.length) {
      showFamily(families[0].dataset.family);
    } else {
      cspMap.refresh();
    }
  }

  /* ---- list and card ---- */

  function row(key) {
    return document.querySelector('.row[data-key="' + key + '"]');
  }

  function openCard(key) {
    if (open) {
      byId("card-" + open).hidden = true;
    }
    var chosen = row(key);
    showFamily(chosen.closest(".family").dataset.family);
    all(".row[aria-current]").forEach(function (other) {
      other.removeAttribute("aria-current");
    });
    chosen.setAttribute("aria-current", "true");
    open = key;
    byId("lists").hidden = true;
    byId("cards").hidden = false;
    byId("card-" + key).hidden = false;
    byId("panel").scrollTop = 0;
    cspMap.select(key);
    cspMap.zoomTo(key);
    if (narrow.matches) {
      byId("work").scrollIntoView({ block: "start" });
    }
    byId("card-" + key).querySelector("h3").focus({ preventScroll: true });
  }

  function closeCard() {
    if (!open) {
      return;
    }
    var key = open;
    open = null;
    byId("card-" + key).hidden = true;
    byId("cards").hidden = true;
    byId("lists").hidden = false;
    cspMap.select(null);
    cspMap.wholeArea();
    row(key).focus({ preventScroll: true });
    row(key).scrollIntoView({ block: "nearest" });
  }

  function startCards() {
    all(".row").forEach(function (button) {
      button.addEventListener("click", function () {
        openCard(button.dataset.key);
      });
    });
    all(".card").forEach(function (card) {
      card.querySelector(".back").addEventListener("click", closeCard);
      card.querySelector(".show").addEventListener("click", function () {
        cspMap.zoomTo(open);
        byId("work").scrollIntoView({ block: "start" });
      });
      card.querySelector(".copy").addEventListener("click", function () {
        copySummary(card);
      });
    });
    document.addEventListener("keydown", function (event) {
      if (event.key === "Escape" && !event.defaultPrevented) {
        closeCard();
      }
    });
    cspMap.onPick(openCard);
  }

  /* ---- the summary as plain text ---- */

  function plain(node) {
    return node.textContent.replace(/\s+/g, " ").trim();
  }

  function summaryOf(card) {
    var lines = [
      document.body.dataset.marking,
      plain(card.querySelector("h3")),
      plain(document.querySelector("h1")),
    ];
    all(".card-sentence, .card-line", card).forEach(function (line) {
      lines.push(plain(line));
    });
    all("section", card).forEach(function (part) {
      lines.push("", plain(part.querySelector("h4")));
      all("li, dl > div, p", part).forEach(function (item) {
        var term = item.querySelector("dt");
        var meaning = item.querySelector("dd");
        lines.push("- " + (term ? plain(term) + ": " + plain(meaning) : plain(item)));
      });
    });
    lines.push("", document.body.dataset.marking);
    return lines.join("\n");
  }

  function copySummary(card) {
    var text = summaryOf(card);
    var said = card.querySelector(".copied");
    var box = card.querySelector("textarea");
    box.value = text;
    function byHand() {
      box.hidden = false;
      box.focus();
      box.select();
      said.textContent = "The browser does not allow copying here. The text is selected: copy it by hand.";
    }
    function done() {
      said.textContent = "Copied.";
    }
    if (navigator.clipboard && navigator.clipboard.writeText) {
      navigator.clipboard.writeText(text).then(done, byHand);
    } else {
      byHand();
    }
  }

  /* ---- tables that sort ---- */

  function valueOf(line, column) {
    var cell = line.cells[column];
    return cell.dataset.v === undefined ? plain(cell) : cell.dataset.v;
  }

  function sortTable(table, column, heading) {
    var down = heading.getAttribute("aria-sort") === "ascending";
    var body = table.tBodies[0];
    var lines = Array.from(body.rows).map(function (line, at) {
      return { line: line, at: at, value: valueOf(line, column) };
    });
    var numeric = heading.classList.contains("num");
    lines.sort(function (a, b) {
      if (numeric && isNaN(a.value) !== isNaN(b.value)) {
        return isNaN(a.value) ? 1 : -1; // what is not known comes last, either way
      }
      var order = numeric
        ? Number(a.value) - Number(b.value)
        : a.value.localeCompare(b.value, "en-GB", { numeric: true });
      return (down ? -order : order) || a.at - b.at;
    });
    lines.forEach(function (entry) {
      body.appendChild(entry.line);
    });
    all("th[aria-sort]", table.tHead).forEach(function (other) {
      other.setAttribute("aria-sort", "none");
    });
    heading.setAttribute("aria-sort", down ? "descending" : "ascending");
  }

  function startTables() {
    all("table.sortable").forEach(function (table) {
      Array.from(table.tHead.rows[0].cells).forEach(function (heading, column) {
        var button = document.createElement("button");
        button.type = "button";
        button.textContent = plain(heading);
        heading.textContent = "";
        heading.appendChild(button);
        if (!heading.hasAttribute("aria-sort")) {
          heading.setAttribute("aria-sort", "none");
        }
        button.addEventListener("click", function () {
          sortTable(table, column, heading);
        });
      });
    });
  }

  /* List and map fill the first window below the heading, whatever its height. */
  function startSize() {
    function measure() {
      var head = byId("work").getBoundingClientRect().top + window.scrollY;
      document.documentElement.style.setProperty("--head", Math.min(head, 360) + "px");
    }
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

  document.documentElement.classList.add("js");
  startTabs();
  startCards();
  startTables();
  startSize();
})();

// Tabs and search. No library, no server: the index is a script that is loaded when somebody begins to search.
(() => {
  "use strict";
  document.documentElement.classList.add("js");

  for (const list of document.querySelectorAll("[role=tablist]")) {
    const tabs = [...list.querySelectorAll("[role=tab]")];
    const choose = (chosen, focus) => {
      for (const tab of tabs) {
        const on = tab === chosen;
        tab.setAttribute("aria-selected", String(on));
        tab.tabIndex = on ? 0 : -1;
        document.getElementById(tab.getAttribute("aria-controls")).hidden = !on;
      }
      if (focus) chosen.focus();
    };
    list.addEventListener("click", (event) => {
      const tab = event.target.closest("[role=tab]");
      if (tab) choose(tab, false);
    });
    list.addEventListener("keydown", (event) => {
      const at = tabs.indexOf(document.activeElement);
      const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
      if (at < 0 || to === undefined) return;
      event.preventDefault();
      choose(tabs[(to + tabs.length) % tabs.length], true);
    });
    const place = () => document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const around = () => tabs.find((tab) => document.getElementById(tab.getAttribute("aria-controls")).contains(place()));
    choose(around() || tabs[0], false);
    if (place()) place().scrollIntoView();
    window.addEventListener("hashchange", () => {
      if (!around()) return;
      choose(around(), false);
      place().scrollIntoView();
    });
  }

  for (const source of document.querySelectorAll("pre.source")) {
    const box = document.createElement("div");
    const copy = document.createElement("button");
    box.className = "source-box";
    copy.className = "copy";
    copy.type = "button";
    copy.textContent = "Copy";
    source.before(box);
    box.append(source, copy);
    copy.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(source.textContent);
        copy.textContent = "Copied";
      } catch {
        getSelection().selectAllChildren(source);
        copy.textContent = "Selected";
      }
      setTimeout(() => (copy.textContent = "Copy"), 2000);
    });
  }

  const field = document.getElementById("search");
  const results = document.getElementById("results");
  const found = document.getElementById("found");
  if (!field) return;
  let rows = null;
  let at = -1;

  window.vrfhirSearch = (entries) => {
    rows = entries.map((entry) => ({ entry, title: entry[1].toLowerCase(), all: entry.join(" ").toLowerCase() }));
    show();
  };
  const load = () => {
    if (rows || document.getElementById("search-index")) return;
    const script = document.createElement("script");
    script.id = "search-index";
    script.src = "search-index.js";
    document.head.append(script);
  };
  const words = () => field.value.toLowerCase().split(/\s+/).filter(Boolean);
  const score = (row, asked) => {
    let sum = 0;
    for (const word of asked) {
      if (!row.all.includes(word)) return 0;
      sum += row.title === word ? 12 : row.title.startsWith(word) ? 6 : row.title.includes(word) ? 4 : 1;
    }
    return sum + ({ Page: 3, Profile: 3, Questionnaire: 2, "Code system": 2, Extension: 2, Element: 0.5, Example: -0.3, "Invalid example": -0.5 }[row.entry[2]] || 0);
  };
  const marked = (text, asked) => {
    const holder = document.createElement("span");
    const pattern = new RegExp("(" + asked.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|") + ")", "ig");
    text.split(pattern).forEach((piece, number) => {
      if (number % 2) {
        const mark = document.createElement("mark");
        mark.textContent = piece;
        holder.append(mark);
      } else holder.append(piece);
    });
    return holder;
  };
  const close = () => {
    results.hidden = true;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
    at = -1;
  };
  const show = () => {
    const asked = words();
    results.replaceChildren();
    at = -1;
    if (!rows || !asked.length) return close();
    const hits = rows.map((row) => [score(row, asked), row]).filter(([points]) => points > 0);
    hits.sort((a, b) => b[0] - a[0] || a[1].title.length - b[1].title.length);
    hits.slice(0, 20).forEach(([, { entry }], number) => {
      const item = document.createElement("li");
      item.id = "result-" + number;
      item.setAttribute("role", "option");
      const link = document.createElement("a");
      link.href = entry[0];
      link.tabIndex = -1;
      const title = document.createElement("strong");
      title.append(marked(entry[1], asked));
      const detail = document.createElement("small");
      const text = entry[3];
      const hit = Math.min(...asked.map((word) => (text.toLowerCase().indexOf(word) + 1 || 1) - 1));
      const first = hit < 60 ? 0 : text.lastIndexOf(" ", hit - 40) + 1;
      const last = text.length <= first + 120 ? text.length : text.lastIndexOf(" ", first + 120);
      detail.append(entry[2] + " · " + (first ? "… " : ""), marked(text.slice(first, last), asked), last < text.length ? " …" : "");
      link.append(title, detail);
      item.append(link);
      results.append(item);
    });
    if (!hits.length) {
      const none = document.createElement("li");
      none.textContent = "Nothing found. Try a shorter word.";
      results.append(none);
    }
    found.textContent = hits.length + " found";
    results.hidden = false;
    field.setAttribute("aria-expanded", "true");
  };
  const move = (by) => {
    const options = [...results.querySelectorAll("[role=option]")];
    if (!options.length) return;
    at = (at + by + options.length) % options.length;
    options.forEach((option, number) => option.setAttribute("aria-selected", String(number === at)));
    options[at].scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", options[at].id);
  };
  field.addEventListener("focus", load);
  field.addEventListener("input", () => { load(); show(); });
  field.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") { event.preventDefault(); move(1); }
    else if (event.key === "ArrowUp") { event.preventDefault(); move(-1); }
    else if (event.key === "Escape") close();
  });
  field.form.addEventListener("submit", (event) => {
    event.preventDefault();
    const link = results.querySelectorAll("[role=option] a")[Math.max(0, at)];
    if (link) location.href = link.href;
  });
  document.addEventListener("click", (event) => { if (!field.form.contains(event.target)) close(); });
  document.addEventListener("keydown", (event) => {
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName);
    if (event.key === "/" && !typing) { event.preventDefault(); field.focus(); }
  });
})();

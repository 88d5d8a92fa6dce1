// Puts the values of a reader's cluster into listings, commands and downloads. They stay in this browser. What a value
// may be is said once, in code/python/your_cluster.py; the page hands it on. In <head>: it fills in before it is seen.
(() => {
  // The theme says so only at the end, and has the whole page styled a second time.
  document.documentElement.classList.remove("no-js");

  const { patterns, preset } = document.currentScript.dataset;
  const PATTERNS = Object.entries(JSON.parse(patterns)).map(([name, text]) => [name, new RegExp(`^(?:${text})$`, "u")]);
  const PRESET = JSON.parse(preset);
  const KEY = "your-cluster";
  const LINK = "#your-cluster?";
  const NOT_SHARED = "mail";

  // Of anything at all, the values that are what they may be.
  function valid(found) {
    const kept = PATTERNS.filter(([name, pattern]) => {
      return found && Object.hasOwn(found, name) && typeof found[name] === "string" && pattern.test(found[name]);
    });
    return Object.fromEntries(kept.map(([name]) => [name, found[name]]));
  }

  function read() {
    try {
      const stored = localStorage.getItem(KEY);
      return stored === null ? PRESET : valid(JSON.parse(stored));
    } catch {
      return PRESET; // it is damaged, or this browser keeps nothing
    }
  }

  let values = read();

  function keep(found) {
    try {
      found ? localStorage.setItem(KEY, JSON.stringify(found)) : localStorage.removeItem(KEY);
    } catch {
      // Then they are forgotten with this page.
    }
    values = found ?? PRESET;
    fill();
  }

  function show(place) {
    const { site, empty = "", before = "", after = "" } = place.dataset;
    const filled = site in values;
    const text = filled ? before + values[site] + after : empty;
    if (place.textContent !== text) {
      place.textContent = text;
    }
    place.classList.toggle("filled", filled);
    for (const [name, said] of Object.entries({ role: "button", tabindex: 0, title: `Your cluster: ${site}` })) {
      text ? place.setAttribute(name, said) : place.removeAttribute(name);
    }
  }

  const fill = () => document.querySelectorAll(".place").forEach(show);

  // The page comes in pieces, and each is filled in before it is painted. Half a place is filled in again at the end.
  const watch = new MutationObserver(fill);
  if (Object.keys(values).length) {
    watch.observe(document, { childList: true, subtree: true });
  }

  const box = (name) => document.getElementById(`your-cluster-${name}`);

  // Say what is wrong with the form; return its values, or nothing.
  function check(form) {
    const inputs = [...form.querySelectorAll("input")];
    const written = Object.fromEntries(inputs.map((input) => [input.name, input.value.trim()]).filter(([, text]) => text));
    const found = valid(written);
    const wrong = inputs.filter((input) => input.name in written && !(input.name in found));
    inputs.forEach((input) => input.setAttribute("aria-invalid", wrong.includes(input)));
    form.querySelector("[role=alert]").textContent = wrong.length
      ? `This can't be used: ${wrong.map((input) => input.parentElement.firstChild.textContent).join("; ")}.`
      : "";
    const { [NOT_SHARED]: _, ...shared } = found;
    form.querySelector(".link").href = LINK + new URLSearchParams(shared);
    form.querySelector("p:has(.link)").hidden = wrong.length > 0;
    return wrong.length ? undefined : found;
  }

  function edit(name) {
    const places = [...document.querySelectorAll(".your-cluster-button, .place")];
    const back = places.slice(0, places.indexOf(document.activeElement) + 1);
    const form = box("form").querySelector("form");
    for (const input of form.querySelectorAll("input")) {
      input.value = values[input.name] ?? "";
    }
    check(form);
    // A line that was cleared can't have the focus back: the nearest place above it takes it.
    box("form").onclose = () =>
      back.findLast((place) => {
        place.focus();
        return place.matches(":focus");
      });
    box("form").showModal();
    form.elements[name]?.select();
  }

  // What a link would set is shown, and set by nobody but the reader. The address forgets it.
  function offer() {
    if (!location.hash.startsWith(LINK)) {
      return;
    }
    const given = Object.fromEntries(new URLSearchParams(location.hash.slice(LINK.length)));
    const found = valid(given);
    history.replaceState(null, "", location.pathname + location.search);
    const lines = PATTERNS.flatMap(([name]) => {
      const now = values[name];
      if (name in found) {
        return `${name}: ${found[name]}${now ? `, now ${now}` : ""}`;
      }
      const refused = name in given ? [`${name}: what the link says can't be used`] : [];
      return now ? [...refused, `${name}: stays ${now}`] : refused;
    });
    if (!Object.keys(found).length) {
      PATTERNS.some(([name]) => given[name]) && alert(lines.join("; "));
      return;
    }
    box("offer").querySelector("ul").replaceChildren(
      ...lines.map((textContent) => Object.assign(document.createElement("li"), { textContent })),
    );
    box("offer").offered = found;
    box("offer").showModal();
  }

  // A file is downloaded as its listing is shown.
  async function download(link) {
    const answer = await fetch(link.href);
    if (!answer.ok) {
      throw new Error(answer.statusText);
    }
    let text = await answer.text();
    for (const [start, end, name, before, after] of JSON.parse(link.dataset.places).reverse()) {
      if (name in values) {
        text = text.slice(0, start) + before + values[name] + after + text.slice(end);
      }
    }
    const saved = document.createElement("a");
    saved.href = URL.createObjectURL(new Blob([text], { type: "application/x-sh" }));
    saved.download = new URL(link.href).pathname.split("/").pop();
    saved.click();
    setTimeout(() => URL.revokeObjectURL(saved.href), 60_000);
  }

  function click(event) {
    const place = event.target.closest(".place[role]");
    const link = event.target.closest("a[data-places]");
    if (place && getSelection().isCollapsed) {
      edit(place.dataset.site);
    } else if (event.target.closest(".your-cluster-button")) {
      edit();
    } else if (link && Object.keys(values).length) {
      event.preventDefault();
      download(link).catch(() => alert("This file can't be filled in: is there no connection, or is the site opened from a disk?"));
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    watch.disconnect();
    fill();
    document.addEventListener("click", click);
    document.addEventListener("keydown", (event) => {
      if (event.target.matches?.(".place[role]") && ["Enter", " "].includes(event.key)) {
        event.preventDefault();
        edit(event.target.dataset.site);
      }
    });
    const form = box("form").querySelector("form");
    form.addEventListener("input", () => check(form));
    form.addEventListener("submit", (event) => {
      const found = check(form);
      const todo = event.submitter?.value ?? "save";
      if (todo === "save" && !found) {
        event.preventDefault();
      } else if (todo !== "cancel") {
        keep(todo === "save" ? found : undefined);
      }
    });
    box("offer").addEventListener("close", ({ target }) => {
      if (target.returnValue === "accept") {
        keep({ ...values, ...target.offered });
      }
      target.returnValue = "";
    });
    offer();
    window.addEventListener("hashchange", offer);
    window.addEventListener("storage", () => {
      values = read();
      fill();
    });
  });
})();

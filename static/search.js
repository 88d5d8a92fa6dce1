// Answers while a reader types: the sections, and the entries of the glossary, that have all words of the query, as they
// stand there, also in part. search_index.js has the text of all pages; search_field.js loads both.
(() => {
  const ROOT = new URL("..", document.currentScript.src);
  const SHOWN = { panel: 12, page: 100 };
  const WIDTH = 160; // characters of a line that are shown
  const NAME = /[\p{L}\p{N}_-]/u; // with one of these beside it, a word is a part of another
  const IN_TITLE = 0.1; // what a word counts for the sections of a page with it in the title
  const PLACES = SEARCH_INDEX.flatMap(([address, places]) =>
    places.map(([id, heading, text, code], index) => ({ address, id, heading, text, code, title: places[0][1], index })),
  );

  // What it counts that a word stands in a heading, the text or the code of a place; nothing if it is in none of them.
  function weigh({ heading, text, code, title, index }, word) {
    let [most, times] = [0, 0];
    for (const [where, weight] of [
      [heading, (index ? 8 : 16) * (1 + word.length / heading.length)], // "node" is most of all an entry of that name
      [text, 2],
      [code, 1],
    ]) {
      for (const { index, 0: found } of where.matchAll(word.pattern)) {
        const whole = ![where[index - 1], where[index + found.length]].some((character) => NAME.test(character ?? ""));
        most = Math.max(most, whole ? 2 * weight : weight);
        times += 1;
      }
    }
    return times ? most + Math.min(times, 5) / 10 : title.search(word.pattern) < 0 ? 0 : IN_TITLE;
  }

  // The places that have all words, one of them not only in the title of the page; the best first.
  function find(wanted) {
    const tests = wanted.map((word) => ({ length: word.length, pattern: pattern([word]) }));
    return PLACES.map((place) => [place, tests.map((word) => weigh(place, word))])
      .filter(([, weights]) => weights.every(Boolean) && Math.max(...weights) > IN_TITLE)
      .map(([place, weights]) => [place, weights.reduce((sum, weight) => sum + weight)])
      .sort(([, one], [, other]) => other - one)
      .map(([place]) => place);
  }

  // Where nothing has the words as they are typed: (sacct) also finds "sacct", and "dependencies" finds "dependency".
  const bare = (word) => word.replace(/^["“”()[\]]+|["“”()[\].,;:?!]+$/g, "");
  const stem = (word) => bare(word).replace(/(?<=\p{L}{3})(?:ies|es|y|s|ing|ed|e)$/iu, "");

  function answer(query) {
    const typed = words(query);
    // As texts, because most are the same, and each is looked for once.
    const tries = new Set([typed, typed.map(bare), typed.map(stem)].map((one) => one.join(" ")));
    for (const wanted of [...tries].map(words).filter((wanted) => wanted.join("").length > 1)) {
      const places = find(wanted);
      if (places.length) {
        return { wanted, places };
      }
    }
    return { wanted: typed, places: [] };
  }

  // The line with most of the words, from a little before the first of them.
  function line({ text, code }, wanted) {
    const all = pattern(wanted);
    const found = `${text}\n${code}`.split("\n").map((line) => [
      line,
      new Set(line.match(all)?.map((word) => word.toLowerCase())).size,
    ]);
    const [best] = found.reduce((best, other) => (other[1] > best[1] ? other : best));
    const at = best.search(all);
    const start = Math.max(best.lastIndexOf(" ", at - WIDTH / 4) + 1, at - WIDTH / 2, 0);
    const shown = best.slice(start, start + WIDTH);
    return `${start ? "…" : ""}${shown}${start + WIDTH < best.length ? "…" : ""}`;
  }

  function element(name, ...content) {
    const made = document.createElement(name);
    made.append(...content);
    return made;
  }

  function marked(text, wanted) {
    return text.split(pattern(wanted)).map((part, index) => (index % 2 ? element("mark", part) : part));
  }

  function result(place, wanted) {
    const { address, id, heading, title } = place;
    const link = element("a", element("strong", ...marked(title, wanted)));
    if (heading !== title) {
      link.append(" › ", ...marked(heading, wanted));
    }
    link.append(element("span", ...marked(line(place, wanted), wanted)));
    link.href = new URL(`${address}?${new URLSearchParams({ highlight: wanted.join(" ") })}#${id}`, ROOT);
    return element("li", link);
  }

  for (const box of document.querySelectorAll(".search")) {
    const [input, status, list] = ["input", "[role=status]", "ol"].map((name) => box.querySelector(name));
    const inPanel = list.hasAttribute("popover");

    function update() {
      const { wanted, places } = answer(input.value);
      const shown = places.slice(0, inPanel ? SHOWN.panel : SHOWN.page);
      list.replaceChildren(...shown.map((place) => result(place, wanted)));
      const all = places.length === 1 ? "1 place" : `${places.length} places`;
      const rest = places.length > shown.length;
      status.textContent = `${rest ? `${shown.length} of ` : ""}${all}${rest && inPanel ? "; Enter shows more" : ""}`;
      status.hidden = !wanted.length;
      if (inPanel && shown.length) {
        // In a low window there is more room beside the field than below it. The drawer may still slide in.
        const beside = innerHeight < 480 && innerWidth > 576;
        const { left, bottom } = status.getBoundingClientRect();
        const { right, width } = input.getBoundingClientRect();
        list.style.setProperty("--left", `${beside ? Math.max(right, width) : Math.max(left, 16)}px`);
        list.style.setProperty("--top", `${beside ? 8 : bottom}px`);
        list.showPopover();
      } else if (inPanel) {
        list.hidePopover();
      }
    }

    box.addEventListener("input", update);
    input.addEventListener("click", update); // a click has closed the panel
    box.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      const stops = [input, ...list.querySelectorAll("a")];
      const next = stops[stops.indexOf(document.activeElement) + step];
      if (step && next) {
        event.preventDefault();
        next.focus();
      }
    });
    if (!inPanel) {
      input.value ||= new URLSearchParams(location.search).get("q") ?? "";
    }
    if (input.value) {
      update();
    }
  }
})();

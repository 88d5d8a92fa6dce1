// What a link leads to, and what a search has found (search_field.js), is not left folded away: browsers open <details>
// on their own, at the most. Whatever opens or closes one, its hint follows.

function unfold(place) {
  for (let box = place.parentElement; box; box = box.parentElement) {
    if (box.tagName === "DETAILS") {
      box.open = true;
    } else if (box.classList.contains("toggle-hidden")) {
      box.querySelector("button.toggle-button").click();
    }
  }
}

// What the address names, if it names anything.
function named() {
  try {
    return document.getElementById(decodeURIComponent(location.hash.slice(1)));
  } catch {
    return null; // "%" and no number
  }
}

function follow() {
  const line = named();
  if (line) {
    unfold(line);
    line.scrollIntoView();
  }
}

// Below the place that the address names, or anywhere: mark the words that were searched for, and show where most of
// them stand together. The address forgets them.
function seek() {
  const address = new URL(location);
  const wanted = words(address.searchParams.get("highlight") ?? "");
  if (!wanted.length) {
    return;
  }
  address.searchParams.delete("highlight");
  history.replaceState(history.state, "", address);
  const place = named();
  const walker = document.createTreeWalker(
    place?.closest("section") ?? document.querySelector("article"),
    NodeFilter.SHOW_TEXT,
    (text) => (text.parentElement.closest("button") ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT),
  );
  walker.currentNode = place ?? walker.root;
  const starts = []; // a word of code can be coloured in several pieces
  let text = "";
  while (walker.nextNode()) {
    starts.push([text.length, walker.currentNode]);
    text += walker.currentNode.data;
  }
  let [best, most] = [undefined, 0];
  const ranges = [...text.matchAll(pattern(wanted))].map(({ index, 0: word }) => {
    const range = new Range();
    for (const [which, offset] of [["setStart", index], ["setEnd", index + word.length]]) {
      const [start, node] = starts.findLast(([start]) => start < offset || (start === offset && which === "setStart"));
      range[which](node, offset - start);
    }
    const near = new Set(text.slice(index, index + 160).toLowerCase().match(pattern(wanted))).size;
    [best, most] = near > most ? [range, near] : [best, most];
    return range;
  });
  if (best) {
    CSS.highlights?.set("found", new Highlight(...ranges));
    document.documentElement.classList.add("searched"); // no other page pays for the style of what is found
    unfold(best.startContainer);
    best.startContainer.parentElement.scrollIntoView({ behavior: "instant" });
    scrollBy({ top: best.getBoundingClientRect().top - innerHeight / 3, behavior: "instant" });
    const block = best.startContainer.parentElement.closest("pre");
    const [word, frame] = [best, block ?? best].map((shown) => shown.getBoundingClientRect());
    if (word.right > frame.right) {
      block.scrollLeft += word.left - frame.left - frame.width / 3;
    }
  }
}

function hint(event) {
  const text = event.target.querySelector(":scope > summary > .toggle-details__summary-text");
  if (text) {
    text.textContent = event.target.open ? toggleHintHide : toggleHintShow;
  }
}

window.addEventListener("load", () => {
  follow();
  seek();
});
window.addEventListener("hashchange", follow);
document.addEventListener("toggle", hint, true); // this event does not bubble

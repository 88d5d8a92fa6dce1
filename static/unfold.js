// What a link leads to, and what a search has found, is not left folded away: browsers open <details> on their own, at
// the most. Whatever opens or closes one, its hint follows.

function unfold(place) {
  for (let box = place.parentElement; box; box = box.parentElement) {
    if (box.tagName === "DETAILS") {
      box.open = true;
    } else if (box.classList.contains("toggle-hidden")) {
      box.querySelector("button.toggle-button").click();
    }
  }
}

function follow() {
  const line = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (line) {
    unfold(line);
    line.scrollIntoView();
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
  // Sphinx marks what was searched for 10 milliseconds after it is ready, which was before.
  setTimeout(() => document.querySelectorAll(".highlighted").forEach(unfold), 10);
});
window.addEventListener("hashchange", follow);
document.addEventListener("toggle", hint, true); // this event does not bubble

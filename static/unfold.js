// A link to a line that is folded away unfolds it: browsers open <details> on their own, at the most.

function unfold() {
  const line = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!line) {
    return;
  }
  for (let box = line.parentElement; box; box = box.parentElement) {
    if (box.tagName === "DETAILS") {
      box.open = true;
    } else if (box.classList.contains("toggle-hidden")) {
      box.querySelector("button.toggle-button").click();
    }
  }
  line.scrollIntoView();
}

window.addEventListener("load", unfold);
window.addEventListener("hashchange", unfold);

// Loads the search when its field is used, and not before: it brings all words of all pages. What was searched for, as
// `words` has it, is also found on the page that a result leads to: unfold.js.

// The words of a query, and a pattern that finds them.
function words(query) {
  return [...new Set(query.split(/\s+/))].filter(Boolean).slice(0, 9);
}

function pattern(words) {
  const longestFirst = [...words].sort((one, other) => other.length - one.length);
  const literal = (word) => word.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&").replace(/['’]/g, "['’]");
  return new RegExp(`(${longestFirst.map(literal).join("|")})`, "giu");
}

{
  const folder = document.currentScript.src; // all scripts are in the same one
  const isField = (element) => element?.matches(".search input");

  function load() {
    document.removeEventListener("focusin", use);
    for (const name of ["search_index.js", "search.js"]) {
      const script = document.createElement("script");
      script.async = false; // in this order
      script.onerror = fail;
      script.src = new URL(name, folder);
      document.head.append(script);
    }
  }

  function use({ target }) {
    if (isField(target)) {
      load();
    }
  }

  function fail() {
    document.querySelectorAll(".search [role=status]").forEach((status) => {
      status.textContent = "The search can't be loaded. Is there a connection?";
    });
    document.addEventListener("focusin", use); // to try again
  }

  document.addEventListener("focusin", use);
  if (isField(document.activeElement) || document.querySelector(".search-page")) {
    load();
  }

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, select, textarea, dialog");
    if (event.key === "/" && !typing && !event.altKey && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      (document.querySelector(".search-page input") ?? document.querySelector(".search input")).focus();
    }
  });
}

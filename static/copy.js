// A button at each listing copies what is typed: no numbers, no prompts, no output. sphinx-copybutton and the library
// that it brings weigh 5 KB on each page, this a tenth of it; and its button needs a mouse.

// Browsers give the clipboard only to pages from https, from this machine or from a disk.
for (const code of navigator.clipboard ? document.querySelectorAll("div.highlight pre") : []) {
  const button = document.createElement("button");
  button.className = "copy-button";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    const copy = code.cloneNode(true);
    copy.querySelectorAll(".linenos, .gp, .go").forEach((part) => part.remove());
    try {
      await navigator.clipboard.writeText(copy.textContent.replace(/\n$/, ""));
      button.textContent = "Copied";
    } catch {
      button.textContent = "Not copied";
    }
    setTimeout(() => (button.textContent = "Copy"), 2000);
  });
  code.after(button);
}

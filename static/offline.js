// Who has been here once can read all pages without a connection: worker.js keeps them. Not for those who pay for what
// is loaded; and some browsers keep nothing, for instance in a private window.

if (navigator.serviceWorker && !navigator.connection?.saveData) {
  const worker = new URL("../worker.js", document.currentScript.src);
  addEventListener("load", () => navigator.serviceWorker.register(worker).catch(() => {}));
}

// The calculator of the page `speed`. Without JavaScript it stays hidden: its formula stands above it.

// How a number of runs is divided; times are in seconds, but `least`, the shortest task, is in minutes.
function plan({ runs, seconds, start, atOnce, least }) {
  const wanted = Math.ceil((60 * least - start) / seconds);
  const size = Math.min(Math.max(wanted, 1), runs);
  const tasks = Math.ceil(runs / size);
  const rounds = Math.ceil(tasks / atOnce);
  return { size, tasks, wall: rounds * (start + size * seconds), waste: tasks * start };
}

// 5412 seconds are "1 h 30 min 12 s".
function spoken(seconds) {
  const whole = Math.round(seconds);
  const parts = [
    [Math.floor(whole / 3600), "h"],
    [Math.floor(whole / 60) % 60, "min"],
    [whole % 60, "s"],
  ].filter(([number]) => number > 0);
  return parts.map(([number, unit]) => `${number} ${unit}`).join(" ") || "0 s";
}

function calculate(form) {
  const valid = form.checkValidity();
  const inputs = [...form.querySelectorAll("input")].map((input) => [input.name, input.valueAsNumber]);
  const { size, tasks, wall, waste } = plan(Object.fromEntries(inputs));
  const said = { size, tasks, wall: spoken(wall), waste: spoken(waste) };
  for (const output of form.querySelectorAll("output")) {
    output.textContent = valid ? said[output.name] : "";
  }
  form.querySelector("[role=alert]").textContent = valid ? "" : "Each field needs a number, and all but the start-up more than 0.";
}

for (const form of document.querySelectorAll("form.calculator")) {
  form.hidden = false;
  form.addEventListener("input", () => calculate(form));
  form.addEventListener("submit", (event) => event.preventDefault());
  calculate(form);
}

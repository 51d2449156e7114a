// The program of a run's page: copy buttons, the timeline, the table, the keys. The verdict and the witness need none of it.
import { dataScript } from "./script-data.ts";
import { operationsScript } from "./script-operations.ts";
import { timelineScript } from "./script-timeline.ts";

/** Copies the text of the element that a button names. */
export const copyScript: string = String.raw`
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async function () {
    const source = document.getElementById(button.dataset.copy);
    try { await navigator.clipboard.writeText(source.textContent); button.textContent = "✓ copied"; }
    catch { getSelection().selectAllChildren(source); button.textContent = "selected: press Ctrl-C"; }
  });
}
`;

const wiring = String.raw`
async function start() {
  const run = JSON.parse(document.getElementById("run-data").textContent);
  const operations = await unpack(run.operations);
  const canvas = document.getElementById("timeline-canvas");
  let chart, rows;
  function pick(index) { chart.select(index); rows.select(index); }
  chart = timeline(canvas, run, operations, pick);
  rows = operationTable(document.getElementById("operations"), run, operations, pick);
  const marked = run.marked.filter(function (index) { return index < operations.count; });
  let nextMarked = 0;
  function error() { if (marked.length > 0) pick(marked[nextMarked++ % marked.length]); }
  document.querySelector("[data-zoom-in]").addEventListener("click", function () { chart.zoom(0.5); });
  document.querySelector("[data-zoom-out]").addEventListener("click", function () { chart.zoom(2); });
  document.querySelector("[data-zoom-all]").addEventListener("click", function () { chart.all(); });
  const toError = document.querySelector("[data-error]");
  toError.hidden = marked.length === 0;
  toError.addEventListener("click", error);
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
    if (event.key === "j") rows.step(1);
    else if (event.key === "k") rows.step(-1);
    else if (event.key === "e") error();
    else if (event.key === "[") chart.zoom(2);
    else if (event.key === "]") chart.zoom(0.5);
  });
  for (const element of document.querySelectorAll("[data-needs-script]")) element.hidden = false;
  chart.draw();
  addEventListener("resize", chart.draw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", chart.draw);
  document.documentElement.dataset.ready = "true";
}
start();
`;

/** The whole program, in a scope of its own. */
export const runScript: string = `(function () {\n"use strict";\n${copyScript}${dataScript}${timelineScript}${operationsScript}${wiring}})();\n`;

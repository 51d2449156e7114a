// Part of the page's program: the table of all operations, a page of rows at a time, with filters that live in the address.
// Every value becomes text by `textContent`; there is no `innerHTML` anywhere.

/** Defines `operationTable(root, run, operations, onPick)`: an object with `select` and `step`. */
export const operationsScript: string = String.raw`
function operationTable(root, run, operations, onPick) {
  const rowsShown = 100, types = ["ok", "fail", "info"], icons = ["✓ ok", "✗ fail", "? info"];
  const body = root.querySelector("tbody"), count = root.querySelector("[data-count]");
  const search = root.querySelector("[data-search]"), typeChoice = root.querySelector("[data-type]");
  let matching = new Uint32Array(0), matchCount = 0, first = 0, selected = -1;
  const marked = new Set(run.marked);
  const moment = function (us) { return (us / 1e6).toFixed(3) + " s"; };
  const length = function (us) { return us < 0 ? "never ended" : us >= 1e6 ? (us / 1e6).toFixed(2) + " s" : us >= 1e3 ? (us / 1e3).toFixed(1) + " ms" : us + " µs"; };
  function filter() {
    const words = search.value.toLowerCase(), wantedType = types.indexOf(typeChoice.value);
    const hits = operations.texts.map(function (text) { return text.toLowerCase().includes(words); });
    const nodeHits = operations.nodes.map(function (text) { return words !== "" && text.toLowerCase() === words; });
    if (matching.length !== operations.count) matching = new Uint32Array(operations.count);
    matchCount = 0;
    for (let index = 0; index < operations.count; index++) {
      if (wantedType >= 0 && operations.type[index] !== wantedType) continue;
      if (words === "" || hits[operations.input[index]] || hits[operations.result[index]] || nodeHits[operations.node[index]] || "p" + operations.process[index] === words) matching[matchCount++] = index;
    }
    first = 0;
    remember();
    show();
  }
  function remember() {
    const state = new URLSearchParams();
    if (search.value !== "") state.set("q", search.value);
    if (typeChoice.value !== "") state.set("type", typeChoice.value);
    try { history.replaceState(null, "", "#" + state.toString()); } catch { /* some browsers refuse it for files: the filter still works */ }
  }
  function cell(row, text, kind) {
    const td = document.createElement("td");
    td.textContent = text;
    if (kind !== "") td.className = kind;
    row.appendChild(td);
  }
  function show() {
    body.replaceChildren();
    const last = Math.min(first + rowsShown, matchCount);
    for (let position = first; position < last; position++) body.appendChild(rowOf(matching[position]));
    count.textContent = matchCount === 0 ? "no operation fits" : "rows " + (first + 1) + " to " + last + " of " + matchCount + (matchCount < operations.count ? " that fit, of " + operations.count : "");
  }
  function rowOf(index) {
    const row = document.createElement("tr");
    if (marked.has(index)) row.className = "marked";
    if (index === selected) { row.className = "selected"; row.setAttribute("aria-selected", "true"); }
    cell(row, (marked.has(index) ? "✗ " : "") + "#" + index, "number");
    cell(row, "p" + operations.process[index], "number");
    cell(row, operations.nodes[operations.node[index]], "tight");
    cell(row, moment(operations.startUs[index]), "number");
    cell(row, length(operations.durationUs[index]), "number");
    cell(row, icons[operations.type[index]], "tight " + ["valid", "not-exercised", "unknown"][operations.type[index]]);
    cell(row, operations.texts[operations.input[index]], "mono");
    cell(row, operations.texts[operations.result[index]], "mono");
    cell(row, run.phases[operations.phase[index]], "tight");
    row.addEventListener("click", function () { onPick(index); });
    return row;
  }
  function positionOf(index) {
    let low = 0, high = matchCount;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (matching[middle] < index) low = middle + 1; else high = middle;
    }
    return low < matchCount && matching[low] === index ? low : -1;
  }
  function select(index) {
    selected = index;
    const position = positionOf(index);
    if (position >= 0 && (position < first || position >= first + rowsShown)) first = Math.max(0, position - 5);
    show();
    const row = body.querySelector("[aria-selected]");
    if (row !== null) { const box = root.querySelector(".tall"); box.scrollTop = row.offsetTop - box.clientHeight / 2; }
  }
  function turn(by) {
    first = Math.min(Math.max(0, first + by * rowsShown), Math.max(0, matchCount - 1) - (Math.max(0, matchCount - 1) % rowsShown));
    show();
  }
  const state = new URLSearchParams(location.hash.slice(1));
  search.value = state.get("q") || "";
  typeChoice.value = types.includes(state.get("type")) ? state.get("type") : "";
  search.addEventListener("input", filter);
  typeChoice.addEventListener("change", filter);
  root.querySelector("[data-previous]").addEventListener("click", function () { turn(-1); });
  root.querySelector("[data-next]").addEventListener("click", function () { turn(1); });
  filter();
  return {
    select: select,
    // The next operation that fits the filter, forwards or backwards.
    step: function (by) {
      if (matchCount === 0) return;
      const position = selected < 0 ? (by > 0 ? -1 : matchCount) : positionOf(selected);
      const next = Math.min(Math.max(0, position + by), matchCount - 1);
      onPick(matching[next]);
    },
  };
}
`;

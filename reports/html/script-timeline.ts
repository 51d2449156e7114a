// Part of the page's program: the timeline of a run on a canvas. Nodes on top (up, down, paused, cut off), a lane a client below,
// faults as bands behind; any number of operations, since what falls into a pixel that is painted already is skipped.

/** Defines `timeline(canvas, run, operations, onPick)`: an object with `draw`, `select`, `zoom`, `all`. */
export const timelineScript: string = String.raw`
function timeline(canvas, run, operations, onPick) {
  const left = 74, nodeHeight = 20, laneHeight = 22, top = 34, bottom = 24;
  const endUs = Math.max(1, run.endMs * 1000);
  const view = { from: 0, to: endUs };
  let selected = -1;
  const clients = Math.max(1, run.clients);
  const laneTop = top + run.nodes.length * nodeHeight + 8;
  const height = laneTop + clients * laneHeight + bottom;
  function color(name) { return getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim(); }
  function slotOf(index) { return ((operations.process[index] % clients) + clients) % clients; }
  function endOf(index) { return operations.durationUs[index] < 0 ? endUs : operations.startUs[index] + operations.durationUs[index]; }
  function draw() {
    const width = Math.max(240, canvas.clientWidth), ratio = window.devicePixelRatio || 1;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    canvas.style.height = height + "px";
    const context = canvas.getContext("2d");
    context.scale(ratio, ratio);
    context.clearRect(0, 0, width, height);
    context.font = "11px ui-monospace, Menlo, Consolas, monospace";
    context.textBaseline = "middle";
    const x = function (us) { return left + ((us - view.from) / (view.to - view.from)) * (width - left - 6); };
    const ink = { ink: color("ink"), soft: color("soft"), line: color("line"), band: color("band"), types: [color("good"), color("mute"), color("open")], accent: color("accent"), bad: color("bad"), paper: color("paper") };
    drawBands(context, x, width, ink);
    drawNodes(context, x, width, ink);
    drawLanes(context, x, width, ink);
    drawAxis(context, x, width, ink);
  }
  function drawBands(context, x, width, ink) {
    let labelEnd = -Infinity, row = 0;
    for (const fault of run.faults) {
      const from = Math.max(left, x(fault.fromMs * 1000)), to = Math.min(width - 6, x((fault.toMs === null ? run.endMs : fault.toMs) * 1000));
      if (to < left || from > width) continue;
      context.globalAlpha = 0.16;
      context.fillStyle = ink.band;
      context.fillRect(from, top - 4, Math.max(1.5, to - from), height - top - bottom + 6);
      context.globalAlpha = 1;
      context.fillRect(from, top - 4, 1, height - top - bottom + 6);
      const label = "⚡" + fault.kind;
      row = from < labelEnd ? row + 1 : 0;
      if (row > 1) continue;
      labelEnd = from + context.measureText(label).width + 6;
      context.fillStyle = ink.ink;
      context.fillText(label, from + 2, 8 + row * 13);
    }
  }
  function drawNodes(context, x, width, ink) {
    run.nodes.forEach(function (node, index) {
      const y = top + index * nodeHeight + nodeHeight / 2;
      context.fillStyle = ink.ink;
      context.fillText(node.slice(0, 10), 2, y);
      context.fillStyle = ink.types[0];
      context.fillRect(left, y - 2, width - left - 6, 4);
      for (const trouble of run.troubles) {
        if (trouble.node !== node) continue;
        const from = Math.max(left, x(trouble.fromMs * 1000)), to = Math.min(width - 6, x((trouble.toMs === null ? run.endMs : trouble.toMs) * 1000));
        if (to < left || from > width) continue;
        context.fillStyle = ink.paper;
        context.fillRect(from, y - 8, Math.max(1, to - from), 16);
        context.strokeStyle = trouble.trouble === "down" ? ink.bad : trouble.trouble === "paused" ? ink.types[2] : ink.band;
        context.lineWidth = 1.5;
        context.setLineDash(trouble.trouble === "down" ? [] : trouble.trouble === "paused" ? [2, 3] : [6, 3]);
        context.strokeRect(from, y - 7, Math.max(1, to - from), 14);
        context.setLineDash([]);
        const word = trouble.trouble === "down" ? "✗ down" : trouble.trouble === "paused" ? "‖ paused" : "⇹ cut off";
        context.fillStyle = ink.ink;
        if (to - from > context.measureText(word).width + 6) context.fillText(word, from + 3, y);
        else if (to - from > 12) context.fillText(word[0], from + 2, y);
      }
    });
  }
  function drawLanes(context, x, width, ink) {
    for (let slot = 0; slot < clients; slot++) {
      const y = laneTop + slot * laneHeight + laneHeight / 2;
      context.fillStyle = ink.ink;
      if (clients <= 60 || slot % 10 === 0) context.fillText("client " + slot, 2, y);
      context.fillStyle = ink.line;
      context.fillRect(left, y, width - left - 6, 1);
    }
    const painted = new Float64Array(clients * 3).fill(-1);
    for (let index = 0; index < operations.count; index++) {
      const end = endOf(index);
      if (end < view.from || operations.startUs[index] > view.to) continue;
      const slot = slotOf(index), type = operations.type[index];
      const from = Math.max(left, x(operations.startUs[index])), to = Math.min(width - 6, x(end));
      const key = slot * 3 + type;
      if (to <= painted[key]) continue;
      painted[key] = Math.ceil(to);
      drawOperation(context, ink, { from: from, to: Math.max(from + 1.5, to), y: laneTop + slot * laneHeight + laneHeight / 2, type: type });
    }
    if (selected >= 0) {
      const y = laneTop + slotOf(selected) * laneHeight + laneHeight / 2;
      context.strokeStyle = ink.accent;
      context.lineWidth = 2.5;
      context.strokeRect(x(operations.startUs[selected]) - 3, y - 10, Math.max(7, x(endOf(selected)) - x(operations.startUs[selected]) + 6), 20);
    }
  }
  // ok: full bar; fail: thin line with an end stop; info: hollow. Shape says what colour says.
  function drawOperation(context, ink, bar) {
    context.fillStyle = ink.types[bar.type];
    if (bar.type === 0) context.fillRect(bar.from, bar.y - 6, bar.to - bar.from, 12);
    else if (bar.type === 1) { context.fillRect(bar.from, bar.y - 1.5, bar.to - bar.from, 3); context.fillRect(bar.to - 1.5, bar.y - 6, 1.5, 12); }
    else { context.strokeStyle = ink.types[2]; context.lineWidth = 1.5; context.strokeRect(bar.from, bar.y - 5, bar.to - bar.from, 10); }
  }
  function drawAxis(context, x, width, ink) {
    const span = view.to - view.from, rough = span / Math.max(2, (width - left) / 110), power = Math.pow(10, Math.floor(Math.log10(rough)));
    const step = [1, 2, 5, 10].map(function (factor) { return factor * power; }).find(function (candidate) { return candidate >= rough; });
    context.fillStyle = ink.soft;
    for (let us = Math.ceil(view.from / step) * step; us <= view.to; us += step) {
      context.fillRect(x(us), height - bottom, 1, 5);
      const label = step >= 1e6 ? (us / 1e6).toFixed(0) + " s" : step >= 1e3 ? (us / 1e6).toFixed(3) + " s" : (us / 1e3).toFixed(3) + " ms";
      if (x(us) + context.measureText(label).width < width) context.fillText(label, x(us) + 3, height - bottom + 12);
    }
  }
  function usAt(event) {
    const box = canvas.getBoundingClientRect();
    return view.from + ((event.clientX - box.left - left) / (box.width - left - 6)) * (view.to - view.from);
  }
  function pick(event) {
    const us = usAt(event), slot = Math.floor((event.clientY - canvas.getBoundingClientRect().top - laneTop) / laneHeight);
    const slack = ((view.to - view.from) / Math.max(1, canvas.clientWidth)) * 4;
    let best = -1, bestDistance = Infinity;
    for (let index = 0; index < operations.count; index++) {
      if (slotOf(index) !== slot) continue;
      const distance = Math.max(operations.startUs[index] - us, us - endOf(index), 0);
      if (distance <= slack && distance <= bestDistance) { best = index; bestDistance = distance; }
    }
    if (best >= 0) onPick(best);
  }
  function zoom(factor, center) {
    const span = Math.min(endUs, Math.max(50, (view.to - view.from) * factor));
    const share = (center - view.from) / (view.to - view.from);
    view.from = Math.min(Math.max(0, center - span * share), endUs - span);
    view.to = view.from + span;
    draw();
  }
  let drag = null;
  canvas.addEventListener("pointerdown", function (event) { drag = { x: event.clientX, from: view.from, moved: false }; });
  canvas.addEventListener("pointermove", function (event) {
    if (drag === null) return;
    const span = view.to - view.from, moved = event.clientX - drag.x;
    if (Math.abs(moved) > 3) drag.moved = true;
    view.from = Math.min(Math.max(0, drag.from - (moved / Math.max(1, canvas.clientWidth - left)) * span), endUs - span);
    view.to = view.from + span;
    if (drag.moved) draw();
  });
  canvas.addEventListener("pointerup", function (event) { if (drag !== null && !drag.moved) pick(event); drag = null; });
  canvas.addEventListener("pointerleave", function () { drag = null; });
  canvas.addEventListener("wheel", function (event) {
    if (!event.ctrlKey && !event.shiftKey) return;
    event.preventDefault();
    zoom(event.deltaY + event.deltaX > 0 ? 1.25 : 0.8, usAt(event));
  }, { passive: false });
  return {
    draw: draw,
    zoom: function (factor) { zoom(factor, selected >= 0 ? operations.startUs[selected] : (view.from + view.to) / 2); },
    all: function () { view.from = 0; view.to = endUs; draw(); },
    select: function (index) {
      selected = index;
      const us = operations.startUs[index], span = view.to - view.from;
      if (us < view.from || us > view.to) { view.from = Math.min(Math.max(0, us - span / 2), endUs - span); view.to = view.from + span; }
      draw();
    },
  };
}
`;

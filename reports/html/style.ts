// The look of all pages, one sheet: light and dark, wide and narrow, screen and paper. Okabe-Ito colours, always with a shape and a word.

export const styleSheet: string = `
:root { color-scheme: light dark; --ink: #1a1c1f; --soft: #5a6068; --line: #d5d9de; --paper: #ffffff; --panel: #f5f6f8; --good: #00664d; --bad: #b23a00; --doubt: #7a5b00; --open: #7c4a75; --mute: #5a6068; --band: #e69f00; --accent: #0060a8; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaed; --soft: #a3abb5; --line: #3a4048; --paper: #15171a; --panel: #1e2126; --good: #3fcfa5; --bad: #ff8a52; --doubt: #f0d264; --open: #dca0cf; --mute: #a3abb5; --band: #e69f00; --accent: #7cc4f5; } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0 auto; max-width: 1200px; padding: 1.25rem clamp(0.75rem, 3vw, 2rem) 4rem; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: clamp(1.35rem, 4vw, 2rem); line-height: 1.2; margin: 0.25rem 0 0.5rem; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 2.25rem 0 0.6rem; border-bottom: 1px solid var(--line); padding-bottom: 0.25rem; }
h3 { font-size: 1rem; margin: 1.25rem 0 0.4rem; }
p { margin: 0.4rem 0; max-width: 75ch; overflow-wrap: anywhere; }
a { color: var(--accent); }
code, pre, .mono { font-family: ui-monospace, "SFMono-Regular", Menlo, Consolas, "Liberation Mono", monospace; font-size: 0.86em; }
pre { background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: 0.7rem; overflow: auto; max-height: 32rem; margin: 0.5rem 0; white-space: pre-wrap; overflow-wrap: anywhere; }
.subtitle { color: var(--soft); } p:has(.subtitle) { max-width: none; }
.badge { display: inline-block; border: 2px solid currentColor; border-radius: 6px; padding: 0 0.5rem; font-weight: 700; white-space: nowrap; }
.valid { color: var(--good); } .invalid { color: var(--bad); } .unknown { color: var(--doubt); } .not-exercised { color: var(--mute); }
.story { display: grid; grid-template-columns: max-content 1fr; gap: 0.35rem 1rem; margin: 1rem 0; border-left: 4px solid var(--line); padding-left: 1rem; }
.story.invalid { border-color: var(--bad); } .story.valid { border-color: var(--good); } .story.unknown { border-color: var(--doubt); }
.story dt { font-weight: 700; color: var(--ink); } .story dd { margin: 0; color: var(--ink); overflow-wrap: anywhere; max-width: 80ch; }
.repeat { display: flex; gap: 0.5rem; align-items: stretch; flex-wrap: wrap; }
.repeat code { background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: 0.3rem 0.6rem; overflow-wrap: anywhere; flex: 0 1 auto; }
button, input, select { font: inherit; color: var(--ink); background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: 0.25rem 0.6rem; }
button { cursor: pointer; } button:hover { border-color: var(--ink); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.scroll { overflow: auto; border: 1px solid var(--line); border-radius: 6px; margin: 0.5rem 0; max-width: 100%; }
.tall { max-height: 30rem; }
table { border-collapse: collapse; width: 100%; font-size: 0.92rem; }
th, td { text-align: left; padding: 0.3rem 0.6rem; vertical-align: top; border-bottom: 1px solid var(--line); }
thead th { position: sticky; top: 0; background: var(--panel); z-index: 1; white-space: nowrap; }
tbody tr:last-child > * { border-bottom: 0; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.mono { overflow-wrap: anywhere; min-width: 12rem; }
td.tight { white-space: nowrap; }
td.prose { min-width: 16rem; }
tr.marked td { background: color-mix(in srgb, var(--bad) 14%, transparent); font-weight: 600; }
tr.selected td { background: color-mix(in srgb, var(--accent) 18%, transparent); }
.matrix td { white-space: nowrap; }
.matrix a { text-decoration: none; } .matrix a:hover { text-decoration: underline; }
.numbers { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: 0.6rem; margin: 0.8rem 0; }
.numbers div { border: 1px solid var(--line); border-radius: 6px; padding: 0.45rem 0.7rem; background: var(--panel); }
.numbers b { display: block; font-size: 1.25rem; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; } .numbers span { color: var(--soft); font-size: 0.85rem; }
.legend { color: var(--soft); font-size: 0.88rem; max-width: none; }
.controls { display: flex; gap: 0.4rem; flex-wrap: wrap; align-items: center; margin: 0.5rem 0; }
.controls input { min-width: 8rem; flex: 1 1 12rem; max-width: 24rem; }
canvas { display: block; width: 100%; touch-action: pan-y; cursor: crosshair; }
details { margin: 0.5rem 0; } summary { cursor: pointer; font-weight: 600; padding: 0.2rem 0; }
svg.diagram { display: block; margin: 0 auto; }
svg text { font: 12px ui-monospace, Menlo, Consolas, monospace; fill: var(--ink); }
svg .lane { stroke: var(--line); stroke-width: 2; } svg .soft { fill: var(--soft); } svg .lane-name { font-weight: 700; }
svg .bar { stroke-width: 1.5; } svg .ok { fill: color-mix(in srgb, var(--good) 25%, var(--paper)); stroke: var(--good); } svg .fail { fill: var(--paper); stroke: var(--mute); stroke-dasharray: 2 2; }
svg .info { fill: color-mix(in srgb, var(--open) 18%, var(--paper)); stroke: var(--open); stroke-dasharray: 5 3; } svg .impossible { fill: color-mix(in srgb, var(--bad) 30%, var(--paper)); stroke: var(--bad); stroke-width: 3; }
svg .fact { fill: var(--accent); } svg .flag { fill: var(--bad); font-weight: 700; } svg .precedes { stroke: var(--soft); stroke-width: 1; fill: none; } svg .head { fill: var(--soft); }
svg .band { fill: var(--band); fill-opacity: 0.14; stroke: var(--band); stroke-opacity: 0.7; stroke-dasharray: 3 3; } svg .tick { stroke: var(--line); }
.quiet { color: var(--soft); }
@media (max-width: 600px) { .story { grid-template-columns: 1fr; gap: 0.1rem; } .story dd { margin-bottom: 0.5rem; } th, td { padding: 0.25rem 0.4rem; } }
@media print { body { max-width: none; padding: 0; } .controls, button { display: none; } .scroll, .tall, pre { max-height: none; overflow: visible; } h2 { break-after: avoid; } tr, svg { break-inside: avoid; } }
@media (prefers-reduced-motion: reduce) { * { scroll-behavior: auto; transition: none; } }
`;

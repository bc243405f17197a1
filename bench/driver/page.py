"""The report's style sheet: light, dark and on paper."""

STYLE = """
:root {
  color-scheme: light dark;
  --paper: #fff; --ink: #1b1f24; --soft: #59636e; --line: #d8dee4;
  --wash: #f6f8fa; --good: #1a7f37; --bad: #b3261e;
  --s1: #0a5fbf; --s2: #12805c; --s3: #b35900; --s4: #8e44ad; --s5: #0e7c86;
  --s6: #7a8490;
}
@media (prefers-color-scheme: dark) { :root {
  --paper: #14181d; --ink: #e6e9ed; --soft: #9aa4af; --line: #333b45;
  --wash: #1c2229; --good: #56c271; --bad: #ff8a80;
  --s1: #6cb2ff; --s2: #4fd1a1; --s3: #f0a04b; --s4: #d59bf0; --s5: #55cfdb;
  --s6: #96a1ad;
} }
@media print { :root {
  color-scheme: light;
  --paper: #fff; --ink: #000; --soft: #333; --line: #bbb; --wash: #fff;
  --good: #005a1e; --bad: #9b0000;
  --s1: #003f8a; --s2: #00603f; --s3: #8a4400; --s4: #5e1b80; --s5: #005a63;
  --s6: #555;
} }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
main { max-width: 1040px; margin: 0 auto; padding: 32px 24px 64px; }
h1 { font-size: 28px; margin: 0 0 8px; }
h2 { font-size: 19px; margin: 44px 0 4px; }
section > p { margin: 0 0 10px; color: var(--soft); max-width: 76ch; }
.about { margin: 2px 0; color: var(--soft); font-size: 13.5px; }
.about b { color: var(--bad); }
code { font: 0.92em ui-monospace, "DejaVu Sans Mono", Menlo, monospace; }
.tiles { display: grid; gap: 12px; margin-top: 20px;
  grid-template-columns: repeat(auto-fit, minmax(190px, 1fr)); }
.tiles div { border: 1px solid var(--line); border-radius: 8px;
  background: var(--wash); padding: 12px 14px; }
.tiles b { display: block; font-size: 26px; line-height: 1.2; }
.tiles span { color: var(--soft); font-size: 13px; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; font-size: 13px; }
section > p.legend { color: var(--ink); }
.legend span { display: inline-flex; align-items: center; gap: 6px; }
.chart { display: block; width: 100%; height: auto; }
.chart text { font-size: 12px; fill: var(--ink); }
.chart .tick, .chart .axis { fill: var(--soft); font-size: 11.5px; }
.chart .value { font-size: 12px; }
.grid { stroke: var(--line); fill: none; }
.span { stroke: var(--line); stroke-width: 3; fill: none; }
.reference { stroke: var(--soft); stroke-dasharray: 4 3; fill: none; }
.s1 { fill: var(--s1); stroke: var(--s1); } .s2 { fill: var(--s2); stroke: var(--s2); }
.s3 { fill: var(--s3); stroke: var(--s3); } .s4 { fill: var(--s4); stroke: var(--s4); }
.s5 { fill: var(--s5); stroke: var(--s5); } .s6 { fill: var(--s6); stroke: var(--s6); }
g[class^=s] { stroke: var(--paper); stroke-width: 1; }
.hollow { fill: none; stroke-width: 2; }
.s1 .hollow { stroke: var(--s1); } .s2 .hollow { stroke: var(--s2); }
.s3 .hollow { stroke: var(--s3); } .s4 .hollow { stroke: var(--s4); }
.s5 .hollow { stroke: var(--s5); } .s6 .hollow { stroke: var(--s6); }
.wide { overflow-x: auto; margin-top: 8px; }
table { border-collapse: collapse; font-size: 13px; width: 100%;
  font-variant-numeric: tabular-nums; }
th { text-align: left; color: var(--soft); font-weight: 600;
  border-bottom: 1px solid var(--line); padding: 4px 10px 4px 0; }
td { border-bottom: 1px solid var(--line); padding: 3px 10px 3px 0;
  vertical-align: top; }
td.n, th.n { text-align: right; padding: 3px 4px 3px 10px; }
th.n { vertical-align: bottom; } td:nth-child(-n+2) { white-space: nowrap; }
.good { color: var(--good); } .bad { color: var(--bad); font-weight: 600; }
.acceptance th, .acceptance td { padding: 2px 6px; }
.acceptance .c { text-align: center; white-space: nowrap; }
.acceptance .first { border-left: 1px solid var(--line); }
.c.some { color: var(--soft); }
ul { font-size: 13px; padding-left: 20px; }
@media print {
  body { font-size: 10.5pt; -webkit-print-color-adjust: exact; }
  main { max-width: none; padding: 0; }
  h2, section > p, .legend { break-after: avoid; } .chart, tr, .tiles div { break-inside: avoid; }
  thead { display: table-header-group; } .wide { overflow: visible; }
  table { font-size: 8pt; }
}
"""

/** Plain, and the same in light and dark; one column where there is little room. */
export const style = `
:root { --paper: #ffffff; --page: #f4f5f7; --ink: #1d2129; --soft: #5a6270; --line: #d8dce3; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #1b1f27; --page: #12151b; --ink: #e6e9ee; --soft: #a3abb8; --line: #373e4a; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
header, footer, main { max-width: 1240px; margin: 0 auto; padding: 0 20px; }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 16px; padding-top: 24px; }
h1 { font-size: 24px; margin: 0; }
h2 { font-size: 17px; margin: 0; }
header p, section p, footer p { color: var(--soft); margin: 0; }
main { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 480px), 1fr)); gap: 16px; padding-top: 16px; padding-bottom: 16px; }
section { background: var(--paper); border: 1px solid var(--line); border-radius: 8px; padding: 16px; min-width: 0; }
.wide, .tiles { grid-column: 1 / -1; }
.chart { margin-top: 12px; width: 100%; }
.tiles { list-style: none; display: grid; grid-template-columns: repeat(auto-fit, minmax(130px, 1fr)); gap: 12px; margin: 0; padding: 0; }
.tiles li { background: var(--paper); border: 1px solid var(--line); border-radius: 8px; padding: 12px 14px; }
.tiles b { display: block; font-size: 22px; font-weight: 600; font-variant-numeric: tabular-nums; }
.tiles span { color: var(--soft); font-size: 13px; }
.scroll { overflow-x: auto; margin-top: 10px; }
table { border-collapse: collapse; width: 100%; font-size: 14px; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: 5px 10px; border-bottom: 1px solid var(--line); white-space: nowrap; }
th { color: var(--soft); font-weight: 500; }
th:first-child, td:first-child { text-align: left; white-space: normal; padding-left: 0; min-width: 240px; }
td i { color: var(--soft); font-style: normal; }
@media (max-width: 600px) { th:first-child, td:first-child { min-width: 150px; overflow-wrap: anywhere; } main, header, footer { padding-left: 10px; padding-right: 10px; } section { padding: 12px; } }
footer { padding-bottom: 32px; font-size: 13px; }
`;

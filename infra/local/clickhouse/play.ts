/** A page to query with: no dependency, no request but to this server. Shared links carry the query behind the #. */
export const playPage = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>ClickHouse: query</title>
<style>
:root { color-scheme: light dark; --line: #8884; --soft: #8881; --strong: #0969da; }
* { box-sizing: border-box }
body { margin: 0; font: 15px/1.45 system-ui, sans-serif; display: grid; grid-template-columns: 15rem 1fr; min-height: 100vh }
aside { border-right: 1px solid var(--line); padding: 1rem; overflow: auto; max-height: 100vh; position: sticky; top: 0 }
aside h2 { font-size: .8rem; margin: 1rem 0 .2rem; opacity: .7 } aside h2:first-child { margin-top: 0 }
aside button { display: block; width: 100%; text-align: left; border: 0; background: none; color: inherit; font: inherit;
  padding: .15rem .3rem; cursor: pointer; border-radius: 4px; overflow: hidden; text-overflow: ellipsis }
aside button:hover { background: var(--soft) }
main { padding: 1rem; min-width: 0 }
textarea { width: 100%; height: 11rem; padding: .7rem; font: 14px/1.5 ui-monospace, monospace; border: 1px solid var(--line);
  border-radius: 6px; background: var(--soft); color: inherit; resize: vertical }
.bar { display: flex; gap: .8rem; align-items: center; margin: .6rem 0; flex-wrap: wrap }
.run { background: var(--strong); color: #fff; border: 0; border-radius: 6px; padding: .45rem 1.1rem; font: inherit; cursor: pointer }
.run:disabled { opacity: .5 } #said { opacity: .75 }
pre.error { white-space: pre-wrap; border-left: 4px solid #d1242f; padding: .6rem .9rem; background: var(--soft) }
.table { overflow: auto; max-height: 70vh; border: 1px solid var(--line); border-radius: 6px }
table { border-collapse: collapse; font-size: 13px } th, td { padding: .25rem .6rem; border-bottom: 1px solid var(--line); text-align: left;
  white-space: pre; max-width: 40rem; overflow: hidden; text-overflow: ellipsis; vertical-align: top }
th { position: sticky; top: 0; background: Canvas } th small { display: block; opacity: .6; font-weight: normal }
td.n { text-align: right; font-variant-numeric: tabular-nums } td.null { opacity: .4 }
@media (max-width: 45rem) { body { display: block } aside { max-height: 30vh; position: static } }
</style></head><body>
<aside id="tables"></aside>
<main>
<textarea id="sql" spellcheck="false" aria-label="SQL" placeholder="SELECT …"></textarea>
<div class="bar"><button class="run" id="run">Run</button><span>Ctrl+Enter</span>
<label><input type="checkbox" id="write"> may write</label><span id="said"></span></div>
<div id="result"></div>
</main>
<script>
const get = (id) => document.getElementById(id);
const shownRows = 2000;
const element = (name, text, kind) => { const e = document.createElement(name); if (text !== undefined) e.textContent = text; if (kind) e.className = kind; return e };
async function ask(sql, user) {
  const started = performance.now();
  const limits = 'max_result_rows=' + (shownRows + 1) + '&result_overflow_mode=break&output_format_json_quote_64bit_integers=1';
  const answer = await fetch('/?default_format=JSONCompact&user=' + user + '&' + limits, { method: 'POST', body: sql });
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return { text, format: answer.headers.get('X-ClickHouse-Format'), ms: Math.round(performance.now() - started) };
}
function table({ meta, data }) {
  const t = element('table'), head = t.createTHead().insertRow();
  for (const { name, type } of meta) { const th = element('th', name); th.append(element('small', type)); head.append(th) }
  const rows = t.createTBody();
  for (const row of data.slice(0, shownRows)) {
    const tr = rows.insertRow();
    row.forEach((value, i) => tr.append(value === null ? element('td', 'NULL', 'null')
      : element('td', typeof value === 'object' ? JSON.stringify(value) : String(value), /Int|Float|Decimal/.test(meta[i].type) ? 'n' : '')));
  }
  const box = element('div', undefined, 'table'); box.append(t); return box;
}
async function run() {
  const sql = get('sql').value.trim(); if (!sql) return;
  history.replaceState(null, '', '#' + encodeURIComponent(sql));
  get('run').disabled = true; get('said').textContent = 'Running…'; get('result').replaceChildren();
  try {
    const { text, format, ms } = await ask(sql, get('write').checked ? 'default' : 'viewer');
    const rows = format === 'JSONCompact' && text ? JSON.parse(text) : undefined;
    get('result').append(rows ? table(rows) : element('pre', text));
    const more = rows && rows.data.length > shownRows ? ' (the first ' + shownRows + ' rows)' : '';
    get('said').textContent = (rows ? Math.min(rows.data.length, shownRows) + ' rows' + more + ', ' : '') + ms + ' ms';
    if (get('write').checked) tables();
  } catch (error) {
    get('said').textContent = ''; get('result').append(element('pre', error.message, 'error'));
  }
  get('run').disabled = false;
}
async function tables() {
  const { text } = await ask("SELECT database, name FROM system.tables WHERE database NOT IN ('system', 'information_schema', 'INFORMATION_SCHEMA') AND name NOT LIKE '.inner%' ORDER BY database, name", 'viewer');
  const list = get('tables'); list.replaceChildren(); let last;
  for (const [database, name] of JSON.parse(text).data) {
    if (database !== last) list.append(element('h2', last = database));
    const button = element('button', name);
    button.title = 'SELECT from it';
    button.onclick = () => { get('sql').value = 'SELECT *\\nFROM ' + database + '.\`' + name + '\`\\nLIMIT 100'; run() };
    list.append(button);
  }
  if (!last) list.append(element('h2', 'No tables yet'));
}
get('run').onclick = run;
get('sql').onkeydown = (event) => { if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) run() };
get('sql').value = decodeURIComponent(location.hash.slice(1)) || 'SELECT name, engine, total_rows\\nFROM system.tables\\nWHERE database = currentDatabase()';
tables(); get('sql').focus();
</script></body></html>
`;

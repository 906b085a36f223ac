import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const compiled = __filename.endsWith('.js');
const root = resolve(__dirname, compiled ? '../../..' : '../..');

/** The statements of infra/clickhouse/roles.sql. */
export const roleStatements: readonly string[] = readFileSync(join(root, 'infra/clickhouse/roles.sql'), 'utf8')
  .replace(/^--.*$/gm, '')
  .split(';')
  .map((statement) => statement.trim())
  .filter(Boolean);

/** What the local front does by itself with a statement: bodies from files, killing what runs too long. */
const ofTheFront = ['GRANT FILE, CREATE TEMPORARY TABLE ON *.*', 'GRANT KILL QUERY ON *.*'];

const escaped = (text: string): string => text.replace(/[&<>]/g, (mark) => `&#${mark.charCodeAt(0)};`);

/** GRANTs of a role and of the roles it has, without their TO. */
export function grantsOf(role: string): string[] {
  return roleStatements.flatMap((statement) => {
    const [, granted, to] = /^GRANT ([\s\S]+) TO (\w+)$/.exec(statement) ?? [];
    if (to !== role) return [];
    return / ON /.test(granted) ? [`GRANT ${granted.replace(/\s+/g, ' ')}`] : grantsOf(granted);
  });
}

/** Filters of the row policies that bind a role, by table. */
export function filtersOf(role: string): Map<string, string> {
  const filters = new Map<string, string>();
  for (const statement of roleStatements) {
    const [, table, filter, to] =
      /^CREATE ROW POLICY IF NOT EXISTS \w+ ON \w+\.(\w+) USING ([\s\S]+) TO (.+)$/.exec(statement) ?? [];
    if (to === role) filters.set(table, filter);
  }
  return filters;
}

/** Settings of a profile: name, value and the MAX beside it. */
export function profileOf(name: string): { name: string; value: string; max?: string }[] {
  const statement = roleStatements.find((it) => it.startsWith(`CREATE SETTINGS PROFILE IF NOT EXISTS ${name} `)) ?? '';
  return [...statement.matchAll(/(\w+) = (\d+)(?: MIN \d+)?(?: MAX (\d+))?/g)].map(([, setting, value, max]) => ({
    name: setting,
    value,
    max,
  }));
}

/**
 * Writes a server's users.xml in which the one user of the embedded engine, `default`, has the rights of these roles,
 * read from roles.sql: the engine enforces them as a server does, though it keeps no roles.
 */
export function writeUsersConfig(
  path: string,
  roles: readonly string[],
  { profile, channels }: { profile?: string; channels?: string } = {},
): string {
  const grants = [...new Set([...roles.flatMap(grantsOf), ...ofTheFront])];
  const filters = new Map(roles.flatMap((role) => [...filtersOf(role)]));
  const limits = profile === undefined ? [] : profileOf(profile);
  const constraints = limits.flatMap(({ name, max }) => (max ? [`<${name}><max>${max}</max></${name}>`] : []));
  // The embedded engine has no settings of one's own; what a server would answer for it is put in its place.
  const filled = (filter: string): string =>
    channels === undefined ? filter : filter.replace("getSetting('SQL_cd_channels')", `'${channels}'`);
  const rows = [...filters].map(
    ([table, filter]) => `<${table}><filter>${escaped(filled(filter))}</filter></${table}>`,
  );
  const text = `<clickhouse>
<profiles><default>${limits.map(({ name, value }) => `<${name}>${value}</${name}>`).join('')}
<constraints>${constraints.join('')}</constraints></default></profiles>
<quotas><default/></quotas>
<users><default><password></password><networks><ip>::/0</ip></networks><profile>default</profile><quota>default</quota>
<grants>${grants.map((grant) => `<query>${escaped(grant)}</query>`).join('\n')}</grants>
<databases><customer_dynamics>${rows.join('\n')}</customer_dynamics></databases>
</default></users></clickhouse>\n`;
  writeFileSync(path, text);
  return path;
}

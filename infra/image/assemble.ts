import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { files, folders, leftOut } from './contents';

/** What an image would lack, or hold although it must not. */
export class Unfit extends Error {}

/**
 * Every compiled module that goes in: those of the folders, and what they require from elsewhere, as paths below `dist`.
 * Throws Unfit when one requires a package that `packages` does not name: it would be missing where only production
 * packages are installed.
 */
export function modulesOf(dist: string, packages: ReadonlySet<string>): string[] {
  const found = new Set<string>();
  const waiting = folders.flatMap((folder) => modulesIn(dist, folder)).filter((file) => !leftOut.includes(file));
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (found.has(file)) continue;
    found.add(file);
    if (!file.endsWith('.js')) continue;
    for (const name of requiredBy(join(dist, file))) {
      if (name.startsWith('.')) waiting.push(relative(dist, resolved(join(dist, dirname(file), name))));
      else if (!isBuiltIn(name) && !packages.has(packageOf(name))) {
        throw new Unfit(`${file} needs the package ${packageOf(name)}, which is no production dependency`);
      }
    }
  }
  return [...found].sort();
}

/** Lays the application's own part of the image into `target`, which is emptied: compiled modules, migrations, licence. */
export function assemble(root: string, target: string): { modules: number } {
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  const dist = join(root, 'dist');
  const modules = modulesOf(dist, new Set(Object.keys(dependencies)));
  rmSync(target, { recursive: true, force: true });
  for (const file of modules) {
    mkdirSync(join(target, 'dist', dirname(file)), { recursive: true });
    cpSync(join(dist, file), join(target, 'dist', file));
  }
  for (const file of [...files, ...dataOf(root)]) cpSync(join(root, file), join(target, file), { recursive: true });
  return { modules: modules.length };
}

/** What services read beside their code (parameters of models, with their licences), wherever it lies among it. */
function dataOf(root: string): string[] {
  return readdirSync(join(root, 'services'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.(?:ts|mts|md)$/.test(entry.name) && !entry.parentPath.endsWith('/train'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

/** Of no use at run time. Licences and notices stay. */
const needless = /\.(?:d\.[cm]?ts|[cm]?ts|map|md|markdown|flow|tsbuildinfo|yml|yaml|html|png|svg)$/i;
const needlessFolders = new Set([
  'test',
  'tests',
  '__tests__',
  'example',
  'examples',
  'benchmark',
  'benchmarks',
  'docs',
]);
const kept = /^(?:licen[cs]e|notice|copying|authors|patents)/i;

/** Takes from installed packages what no program reads: types, maps, texts, tests. Answers how many bytes went. */
export function prune(nodeModules: string): number {
  let freed = 0;
  rmSync(join(nodeModules, '@types'), { recursive: true, force: true });
  for (const entry of readdirSync(nodeModules, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const inPackage = relative(nodeModules, path).split('/');
    // The name of a package may be one of those, so only folders inside of one count.
    const depth = inPackage[0].startsWith('@') ? 2 : 1;
    const away = inPackage.slice(depth).some((part) => needlessFolders.has(part)) || needless.test(entry.name);
    if (!entry.isFile() || !away || kept.test(entry.name)) continue;
    freed += statSync(path).size;
    rmSync(path);
  }
  return freed;
}

function modulesIn(dist: string, folder: string): string[] {
  if (!existsSync(join(dist, folder))) throw new Unfit(`${join(dist, folder)} is missing: build first`);
  return readdirSync(join(dist, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.js(?:on)?$/.test(entry.name))
    .map((entry) => relative(dist, join(entry.parentPath, entry.name)));
}

/** What a compiled CommonJS module requires by a constant name. */
const requiredBy = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/\b(?:require|import)\(["']([^"']+)["']\)/g)].map(([, name]) => name);

function resolved(path: string): string {
  const file = [path, `${path}.js`, `${path}.json`, join(path, 'index.js')].find(
    (one) => existsSync(one) && statSync(one).isFile(),
  );
  if (file === undefined) throw new Unfit(`${path} is required and not there`);
  return file;
}

const isBuiltIn = (name: string): boolean => name.startsWith('node:') || builtinModules.includes(name);

const packageOf = (name: string): string =>
  name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');

import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, posix } from 'node:path';
import { type Import, importsOf } from './imports-of.ts';
import { trackedFiles } from './tracked-files.ts';

/** Files directly under `src` that anyone may import and that import nothing of `src` themselves. */
const LEAVES = ['clock', 'ids', 'log', 'refusal'];
const TEST_PACKAGES = ['rolldown', 'vitest', 'fast-check'];
const isTest = (path: string): boolean => /(\.test|\/test-[\w-]+)\.ts$/.test(path);

/**
 * One line of a DEPS file: `gateway` (all of `src/gateway`, or the file `src/gateway.ts`), `gateway:types` (only by
 * `import type`, tests excepted), `npm:zod` (a package).
 */
interface Allowed {
  name: string;
  typesOnly: boolean;
}

/**
 * Holds every file under `src` to the nearest DEPS file above it, and the emulator to itself. Returns what is wrong,
 * a line each. `files` are paths from the root; `read` gives a file's text.
 */
export function importProblems(files: readonly string[], read: (path: string) => string): string[] {
  const doors = new Map(
    files
      .filter((path) => path.startsWith('src/') && posix.basename(path) === 'DEPS')
      .map((path) => [posix.dirname(path), parseDeps(read(path))]),
  );
  const sources = files.filter((path) => path.startsWith('src/') && path.endsWith('.ts'));
  return [
    ...missingDoors(sources, doors),
    ...[...doors].flatMap(([folder, allowed]) => namesNothing(folder, allowed, files)),
    ...cycles(doors),
    ...sources.flatMap((path) => importsAt(path, read(path), (found) => productProblem(path, found, doors))),
    ...files
      .filter((path) => path.startsWith('emulator/') && path.endsWith('.ts'))
      .flatMap((path) => importsAt(path, read(path), (found) => emulatorProblem(path, found, read))),
  ];
}

export function checkImports(root: string): string[] {
  return importProblems(trackedFiles(root), (path) => readFileSync(join(root, path), 'utf8'));
}

function parseDeps(text: string): Allowed[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({ name: line.replace(/:types$/, ''), typesOnly: line.endsWith(':types') }));
}

function importsAt(path: string, text: string, problem: (found: Import) => string | undefined): string[] {
  return importsOf(path, text).flatMap((found) => {
    const what = problem(found);
    return what === undefined ? [] : [`${path}:${found.line}: ${what}`];
  });
}

function productProblem(path: string, found: Import, doors: Map<string, Allowed[]>): string | undefined {
  const door = doorOf(path, doors);
  const allowed = doors.get(door) ?? [];
  if (!found.from.startsWith('.')) return packageProblem(path, found, door, allowed);

  const target = posix.join(posix.dirname(path), found.from);
  if (!target.startsWith('src/')) return `imports ${target}, which is not of the product`;
  const inside = target.slice('src/'.length);
  const leaf = LEAVES.find((name) => path === `src/${name}.ts`);
  if (leaf) return `imports ${found.from}, but ${leaf} is a leaf and imports nothing of src`;
  if (doorOf(target, doors) === door && !isLeaf(inside)) return undefined;

  const matching = allowed.filter(({ name }) => inside === `${name}.ts` || inside.startsWith(`${name}/`));
  if (matching.length === 0) {
    const name = inside.split('/')[0]?.replace(/\.ts$/, '');
    return `imports ${found.from}, which ${door}/DEPS does not list. Take it another way, or add the line "${name}" there if the layers in ARCHITECTURE.md allow it`;
  }
  if (!found.typeOnly && !isTest(path) && matching.every(({ typesOnly }) => typesOnly)) {
    return `imports more than types from ${found.from}, and ${door}/DEPS lists "${matching[0]?.name}:types". Write import type, or change the line there`;
  }
  return undefined;
}

function packageProblem(
  path: string,
  { from, typeOnly }: Import,
  door: string,
  allowed: Allowed[],
): string | undefined {
  if (isBuiltin(from)) return undefined;
  const name = packageName(from);
  if (isTest(path) && TEST_PACKAGES.includes(name)) return undefined;
  const listed = allowed.filter((entry) => entry.name === `npm:${name}`);
  if (listed.length === 0)
    return `imports the package ${name}; add the line "npm:${name}" to ${door}/DEPS if it belongs there`;
  if (!typeOnly && listed.every(({ typesOnly }) => typesOnly))
    return `imports more than types of ${name}, and ${door}/DEPS lists "npm:${name}:types"`;
  return undefined;
}

function emulatorProblem(path: string, { from }: Import, read: (path: string) => string): string | undefined {
  if (from.startsWith('.')) {
    const target = posix.join(posix.dirname(path), from);
    return target.startsWith('emulator/')
      ? undefined
      : `imports ${target}; the emulator imports nothing from outside its folder`;
  }
  if (isBuiltin(from)) return undefined;
  const name = packageName(from);
  const { dependencies = {} } = JSON.parse(read('emulator/package.json')) as { dependencies?: Record<string, string> };
  const forTests = !path.startsWith('emulator/src/') || isTest(path);
  if (name in dependencies || (forTests && TEST_PACKAGES.includes(name))) return undefined;
  return `imports the package ${name}, which emulator/package.json does not list under dependencies`;
}

/** The folder of the nearest DEPS file. */
function doorOf(path: string, doors: Map<string, Allowed[]>): string {
  for (let folder = posix.dirname(path); folder.startsWith('src/'); folder = posix.dirname(folder)) {
    if (doors.has(folder)) return folder;
  }
  return 'src';
}

const isLeaf = (inside: string): boolean => LEAVES.includes(inside.replace(/\.ts$/, ''));

const packageName = (from: string): string =>
  from
    .split('/')
    .slice(0, from.startsWith('@') ? 2 : 1)
    .join('/');

function missingDoors(sources: readonly string[], doors: Map<string, Allowed[]>): string[] {
  const needed = new Set([
    'src',
    ...sources
      .map((path) => path.split('/').slice(0, -1))
      .filter((p) => p.length > 1)
      .map(([, folder]) => `src/${folder}`),
  ]);
  return [...needed]
    .filter((folder) => !doors.has(folder))
    .map((folder) => `${folder} has no DEPS file; write ${folder}/DEPS with one name a line of what it may import`);
}

function namesNothing(folder: string, allowed: Allowed[], files: readonly string[]): string[] {
  return allowed
    .filter(({ name }) => !name.startsWith('npm:'))
    .filter(({ name }) => !files.some((path) => path === `src/${name}.ts` || path.startsWith(`src/${name}/`)))
    .map(({ name }) => `${folder}/DEPS lists ${name}, and there is no src/${name} nor src/${name}.ts`);
}

/** What folders may import by value leads down and never back. */
function cycles(doors: Map<string, Allowed[]>): string[] {
  const down = (folder: string) =>
    (doors.get(folder) ?? [])
      .filter(({ typesOnly }) => !typesOnly)
      .map(({ name }) => `src/${name}`)
      .filter((name) => doors.has(name));
  const settled = new Set<string>();
  const walk = (folder: string, way: readonly string[]): string[] => {
    if (way.includes(folder))
      return [`the DEPS files lead in a circle: ${[...way.slice(way.indexOf(folder)), folder].join(' → ')}`];
    if (settled.has(folder)) return [];
    const found = down(folder).flatMap((next) => walk(next, [...way, folder]));
    settled.add(folder);
    return found;
  };
  return [...doors.keys()].flatMap((folder) => walk(folder, []));
}

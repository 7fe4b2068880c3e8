import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Lock {
  packages: Record<string, { version?: string; resolved?: string; optionalDependencies?: Record<string, string> }>;
}

/**
 * `npm ci` has to work on every platform and wherever packages come from: every optional package of another platform
 * has its entry, and no entry names a host to download from.
 */
export function lockProblems({ packages }: Lock): string[] {
  const hosts = Object.entries(packages)
    .filter(([, { resolved }]) => resolved !== undefined && /^[a-z+]+:/.test(resolved))
    .map(
      ([path]) =>
        `package-lock.json: ${path} names the host it was downloaded from; npm install leaves that out (see .npmrc), so make the lock file anew`,
    );
  const named = new Set(Object.keys(packages).map((path) => path.split('node_modules/').at(-1)));
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.entries(optionalDependencies)
      .filter(([name]) => !named.has(name))
      .map(
        ([name, version]) =>
          `package-lock.json: ${path} has ${name} ${version} for other machines, and there is no entry for it, so npm ci fails; take a version that every platform has`,
      ),
  );
  return [...hosts, ...missing];
}

/** The lock file, and the one version that four files name. */
export function checkLock(root: string): string[] {
  const read = (path: string) => readFileSync(join(root, path), 'utf8');
  const { version } = JSON.parse(read('package.json')) as { version: string };
  const stale = [
    ...(read('src/version.ts').includes(`'${version}'`) ? [] : ['src/version.ts']),
    ...((JSON.parse(read('emulator/package.json')) as { version: string }).version === version
      ? []
      : ['emulator/package.json']),
  ];
  return [
    ...lockProblems(JSON.parse(read('package-lock.json')) as Lock),
    ...stale.map((path) => `${path}: names another version than package.json, which says ${version}`),
  ];
}

import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './command.ts';
import { outsideEnvironment } from './environment.ts';
import { inRoot, mapPath } from './paths.ts';
import type { Programs } from './programs.ts';
import type { Supervisor } from './supervisor.ts';

// Folders that a command of a Dockerfile may take for granted.
const skeleton = [
  'tmp',
  'etc',
  'var/lib',
  'var/log',
  'usr/bin',
  'usr/local/bin',
  'usr/share',
  'home',
  'root',
  'opt',
  'srv',
  'run',
];

/** Makes the root of a stage or a container as a copy of what it begins with. */
export async function makeRoot(supervisor: Supervisor, base: string, root: string): Promise<void> {
  await mkdir(root, { recursive: true });
  await run(supervisor, ['cp', '-a', `${base}/.`, root], { cwd: root, env: outsideEnvironment(), title: 'cp' });
  for (const folder of skeleton) await mkdir(join(root, folder), { recursive: true });
}

/** `PATH` as the image has it, led into its root, and behind it the machine's. */
export function searchPath(root: string, config: { env: Record<string, string> }, programs: Programs): string {
  const usual = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
  const own = (config.env.PATH ?? usual).split(':').map((folder) => mapPath(root, folder));
  return [...own, programs.path].join(':');
}

/** Variables whose value is a path that the image has lead into its root. */
export function mappedEnvironment(root: string, env: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).map(([name, value]) => {
      const isPath = /^\/[^:\s]+$/.test(value) && existsSync(inRoot(root, value));
      return [name, isPath ? inRoot(root, value) : value];
    }),
  );
}

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Programs of ours that run inside containers, put where they can be run. */
export interface Programs {
  /** A folder for `PATH`: stand-ins (`hello`, `nginx`, `redis-server`, …) and what keeps builds off this machine (`apk`, …). */
  bin: string;
  /** Node options that give a program the container's network. */
  nodeOptions: string;
  /** `PATH` of every container and build: ours, then the emulator's own Node, then the machine's. */
  path: string;
}

const nodePrograms = ['hello', 'nginx', 'redis-server', 'redis-cli', 'postgres'];
const postgresClients = ['psql', 'pg_isready', 'pg_dump', 'pg_dumpall'];
const modules = ['own-network', 'real-program', 'postgres-client'];

// Packages that every image here has, or needs none of, because programs run with the libraries of this machine.
const present =
  'ca-certificates tzdata libc6-compat build-base build-essential gcompat libstdc++ musl-dev dumb-init tini openssl gnupg apt-utils';

// A package manager inside a build must never touch this machine: a package counts as installed when the machine has
// a program of its name. Users and ownership do not exist here.
const shellPrograms: Record<string, string> = {
  'docker-entrypoint.sh': 'exec "$@"',
  apk: packageManager('ERROR: unable to select packages:\\n  %s (no such package):'),
  'apt-get': packageManager('E: Unable to locate package %s'),
  apt: packageManager('E: Unable to locate package %s'),
  yum: packageManager('Error: Unable to find a match: %s'),
  dnf: packageManager('Error: Unable to find a match: %s'),
  ...Object.fromEntries(
    [
      'corepack',
      'adduser',
      'addgroup',
      'useradd',
      'groupadd',
      'usermod',
      'chown',
      'chgrp',
      'su-exec',
      'gosu',
      'setcap',
    ].map((name) => [name, name === 'su-exec' || name === 'gosu' ? 'shift; exec "$@"' : 'exit 0']),
  ),
  tini: 'case $1 in -*) shift ;; esac; exec "$@"',
  'dumb-init': 'case $1 in -*) shift ;; esac; exec "$@"',
};

function packageManager(missing: string): string {
  return `
installs=no
for word in "$@"; do
  case $word in
    add|install) installs=yes; continue ;;
    -*|'>'*|'='*) continue ;;
  esac
  [ $installs = yes ] || continue
  name=\${word%%[=<>~]*}
  case " ${present} " in *" $name "*) continue ;; esac
  command -v "$name" >/dev/null && { echo "$name: taken from this machine"; continue; }
  printf '${missing}\\n' "$name" >&2
  exit 1
done`;
}

export async function preparePrograms(folder: string): Promise<Programs> {
  const bin = join(folder, 'bin');
  await mkdir(bin, { recursive: true });
  const place = async (name: string) => {
    // In the package, the programs were compiled beside the main file. Run from source they are TypeScript, which the
    // Node of a container may not read.
    const compiled = !import.meta.url.endsWith('.ts');
    const source = fileURLToPath(new URL(`./programs/${name}.${compiled ? 'js' : 'ts'}`, import.meta.url));
    if (compiled) return source;
    // Only here: Node 22.12, which runs the package, has no such function yet.
    const { stripTypeScriptTypes } = await import('node:module');
    const target = join(folder, `${name}.mjs`);
    const text = stripTypeScriptTypes(await readFile(source, 'utf8'));
    await writeFile(target, text.replace(/(from '\.\/[\w-]+)\.ts'/g, "$1.mjs'"));
    return target;
  };
  const command = (name: string, text: string) => writeFile(join(bin, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

  const runs = (file: string, ...args: string[]) =>
    `EMULATOR_BIN=${quoted(bin)} exec ${[process.execPath, file, ...args].map(quoted).join(' ')} "$@"`;
  const [network = '', , postgresClient = ''] = await Promise.all(modules.map(place));
  await Promise.all([
    ...nodePrograms.map(async (name) => command(name, runs(await place(name)))),
    ...postgresClients.map((name) => command(name, runs(postgresClient, name))),
    ...Object.entries(shellPrograms).map(([name, text]) => command(name, text)),
  ]);

  return {
    bin,
    nodeOptions: `--import=${pathToFileURL(network)}`,
    path: [bin, dirname(process.execPath), ...(process.env.PATH ?? '').split(':')].join(':'),
  };
}

import { mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { findProgram, run } from './command.ts';
import { splitWords } from './dockerfile.ts';
import { outsideEnvironment } from './environment.ts';
import type { ImageConfig, StoredImage } from './image.ts';
import { CommandFailed, type ContainerSpec } from './machine.ts';
import { type Place, placeVariables } from './network.ts';
import { inRoot, mapWords } from './paths.ts';
import type { Programs } from './programs.ts';
import { makeRoot, mappedEnvironment, searchPath } from './root.ts';
import type { Supervisor } from './supervisor.ts';

export interface ContainerPlan {
  id: string;
  hostname: string;
  root: string;
  place: Place;
  /** The port that PORT is to say; 0: none. */
  port: number;
  namesFile: string;
  programs: Programs;
  supervisor: Supervisor;
  /** The folder of a volume or of a path on the managed server. */
  volumeFolder(source: string): string;
}

/** What is to be started, how, and where. */
export interface Prepared {
  command: string[];
  env: Record<string, string>;
  workdir: string;
}

/** Makes a container's root with its volumes. Throws {@link CommandFailed} in Docker's words when its program is not there. */
export async function prepareContainer(
  image: StoredImage,
  spec: ContainerSpec,
  plan: ContainerPlan,
): Promise<Prepared> {
  const { root, supervisor } = plan;
  const words = startWords(spec, image.config);
  const workdir = inRoot(root, image.config.workdir);
  await makeRoot(supervisor, image.root, root);
  await mkdir(workdir, { recursive: true });
  for (const volume of spec.volumes ?? []) await mount(volume, plan);
  const command = mapWords(root, words);
  const env = environment(image.config, spec, plan);
  if (findProgram(command[0] ?? '', env.PATH ?? '', workdir) === undefined) throw noSuchProgram(words[0]);
  return { command, env, workdir };
}

function environment(config: ImageConfig, spec: ContainerSpec, plan: ContainerPlan): Record<string, string> {
  const { root, place, port, hostname, programs } = plan;
  const wished = { ...config.env, ...spec.variables };
  const held: Record<string, string> = {
    ...mappedEnvironment(root, config.env),
    ...underVolumes(spec, root),
    PATH: searchPath(root, config, programs),
    HOME: wished.HOME ?? join(root, 'root'),
    HOSTNAME: spec.variables.HOSTNAME ?? hostname,
    npm_config_update_notifier: 'false',
    ...placeVariables(place, hostname, plan.namesFile),
    EMULATOR_CONTAINER: plan.id,
    EMULATOR_ROOT: root,
    NODE_OPTIONS: `${programs.nodeOptions} ${wished.NODE_OPTIONS ?? ''}`.trim(),
  };
  if (!(port > 0)) return held;
  if (config.node) return { PORT: String(port), ...held };
  // A program that cannot be bound to its place is told it where it is likely to look.
  return { ...held, PORT: String(place.ports[port] ?? port), HOST: place.outside };
}

/** A variable that names a file on a volume leads to it. */
function underVolumes({ variables, volumes = [] }: ContainerSpec, root: string): Record<string, string> {
  const targets = volumes.map(({ target }) => posix.resolve('/', target));
  const led = (value: string) => targets.some((target) => value === target || value.startsWith(`${target}/`));
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [name, led(value) ? inRoot(root, value) : value]),
  );
}

async function mount(
  { source, target, content }: NonNullable<ContainerSpec['volumes']>[number],
  { root, supervisor, volumeFolder }: ContainerPlan,
): Promise<void> {
  const from = volumeFolder(source);
  const to = inRoot(root, target);
  await mkdir(content === undefined ? from : dirname(from), { recursive: true });
  if (content !== undefined) await writeFile(from, content);
  // As Docker: a new volume begins with what the image has at its place.
  else if (!source.startsWith('/') && (await readdir(from)).length === 0) {
    await mkdir(to, { recursive: true });
    await run(supervisor, ['cp', '-a', `${to}/.`, from], { cwd: root, env: outsideEnvironment() });
  }
  await rm(to, { recursive: true, force: true });
  await mkdir(dirname(to), { recursive: true });
  await symlink(from, to);
}

function startWords(spec: ContainerSpec, config: StoredImage['config']): string[] {
  const command = typeof spec.command === 'string' ? splitWords(spec.command) : spec.command;
  const words = [...(spec.entrypoint ?? config.entrypoint), ...(command ?? (spec.entrypoint ? [] : config.cmd))];
  if (words.length === 0)
    throw new CommandFailed('docker create', 1, 'Error response from daemon: no command specified');
  return words;
}

const noSuchProgram = (program: string | undefined) =>
  new CommandFailed(
    'docker start',
    127,
    `Error response from daemon: failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "${program}": executable file not found in $PATH: unknown`,
  );

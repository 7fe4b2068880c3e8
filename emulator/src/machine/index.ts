import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, posix } from 'node:path';
import { buildImage } from './build.ts';
import { builtIn, type CatalogImage, findInCatalog, notFound } from './catalog.ts';
import { readCompose } from './compose.ts';
import { type MachineClock, type OwnContainer, startContainer } from './container.ts';
import { openGit } from './git.ts';
import { fullName, parseReference, type StoredImage } from './image.ts';
import { type BuildRequest, CommandFailed, type Image, type Machine, type OnLine } from './machine.ts';
import { openNetwork } from './network.ts';
import { planBuild } from './packs.ts';
import { inRoot } from './paths.ts';
import { memoryOf } from './processes.ts';
import { preparePrograms } from './programs.ts';
import { openProxy } from './proxy.ts';
import { openImageStore } from './store.ts';
import { startSupervisor } from './supervisor.ts';

export type { CatalogImage } from './catalog.ts';
export { readCompose } from './compose.ts';
export * from './machine.ts';

export interface MachineOptions {
  clock: MachineClock;
  /** Where the machine may make its folder (removed at the end); the system's folder for temporary files by default. */
  folder?: string;
  /** Folders that stand for git hosts: `git.example.test` → a folder with `acme/web.git`. */
  git?: Record<string, string>;
  /** 0, the default, takes a free port. */
  proxyPort?: number;
  /** Images besides the built-in ones, and in place of those of the same name. */
  catalog?: CatalogImage[];
}

/** Real milliseconds between two looks at the memory of limited containers. */
const memoryWatch = 200;

/** Starts the managed server. Throws when the folder cannot be written or the proxy's port is taken. */
export async function startMachine(options: MachineOptions): Promise<Machine> {
  const { clock } = options;
  const catalog = [...(options.catalog ?? []), ...builtIn];
  const folder = await makeFolder(options.folder ?? tmpdir());
  const supervisor = startSupervisor({ name: 'EMULATOR_MACHINE', value: crypto.randomUUID() }, folder);
  const closing = new AbortController();
  const at = (name: string) => join(folder, name);
  for (const name of ['git', 'builds', 'containers', 'volumes', 'host']) await mkdir(at(name));
  const open = async () => ({
    git: await openGit({ supervisor, folder: at('git'), hosts: options.git ?? {} }),
    store: await openImageStore(at('images')),
    network: await openNetwork(folder),
    programs: await preparePrograms(at('programs')),
    proxy: await openProxy(options.proxyPort ?? 0),
  });
  const { git, store, network, programs, proxy } = await open().catch(async (error: unknown) => {
    await supervisor.close();
    throw error;
  });
  const containers = new Map<string, OwnContainer>();
  const names = new Set<string>();
  const startedAt = clock.now();

  const within = (signal: AbortSignal | undefined) =>
    signal ? AbortSignal.any([signal, closing.signal]) : closing.signal;

  const pull = async (reference: string): Promise<StoredImage | undefined> => {
    const found = findInCatalog(catalog, reference);
    if (!found) return undefined;
    const content = join(at('builds'), `pull-${crypto.randomUUID()}`);
    await mkdir(content);
    for (const [path, text] of Object.entries(found.files)) {
      await mkdir(dirname(inRoot(content, path)), { recursive: true });
      await writeFile(inRoot(content, path), text);
    }
    return await store.keep(reference, content, found.config, startedAt);
  };

  // Two that want the same image at once get the same: the second must not take the first one's away.
  const pulling = new Map<string, Promise<StoredImage | undefined>>();
  const findImage = async (reference: string): Promise<StoredImage | undefined> => {
    const kept = store.find(reference);
    if (kept) return kept;
    const name = fullName(reference);
    const under = pulling.get(name) ?? pull(reference).finally(() => pulling.delete(name));
    pulling.set(name, under);
    return await under;
  };

  const builder = { supervisor, store, programs, folder: at('builds'), findImage, now: () => clock.now() };

  const build = async (request: BuildRequest, onLine: OnLine, signal: AbortSignal): Promise<Image> => {
    const checkout = await mkdtemp(join(at('builds'), 'source-'));
    try {
      if (request.source) {
        await git.checkout(request.source, join(checkout, 'files'), signal);
        // As Coolify: the history is no part of what is built.
        await rm(join(checkout, 'files/.git'), { recursive: true, force: true });
      } else await mkdir(join(checkout, 'files'));
      const context = inRoot(join(checkout, 'files'), request.baseDirectory);
      if (!existsSync(context)) {
        throw new CommandFailed('cd', 1, `cd: can't cd to ${request.baseDirectory}: No such file or directory`);
      }
      if (request.buildPack === 'dockercompose') return await buildCompose(request, context, onLine, signal);
      const plan = await planBuild(request, context, onLine);
      const { reference, variables, onDockerfile } = request;
      return image(await buildImage(builder, { plan, context, reference, variables, onLine, onDockerfile, signal }));
    } finally {
      await rm(checkout, { recursive: true, force: true });
    }
  };

  const buildCompose = async (
    request: BuildRequest,
    context: string,
    onLine: OnLine,
    signal: AbortSignal,
  ): Promise<Image> => {
    const location = request.composeLocation ?? '/docker-compose.yaml';
    const file = inRoot(context, location);
    if (!existsSync(file)) {
      throw new CommandFailed('docker compose', 14, `open ${posix.resolve('/', location)}: no such file or directory`);
    }
    const services = readCompose(await readFile(file, 'utf8'), request.variables);
    const { repository, tag } = parseReference(request.reference);
    for (const service of services) {
      if (!service.build) continue;
      const own = { ...request, dockerfileLocation: service.build.dockerfile };
      const folder = inRoot(context, service.build.context);
      service.image = `${repository}_${service.name}:${tag}`;
      const plan = await planBuild(own, folder, onLine);
      const variables = { ...request.variables, ...service.build.variables };
      await buildImage(builder, { plan, context: folder, reference: service.image, variables, onLine, signal });
    }
    return { reference: request.reference, repository, tag, createdAt: clock.now(), exposes: [], services };
  };

  const inventory = () => [...containers.values()].map(({ named }) => named);
  const volumeFolder = (source: string) =>
    source.startsWith('/') || source.startsWith('.')
      ? inRoot(at('host'), source)
      : join(at('volumes'), source.replaceAll('/', '_'));

  const byName = (wanted: string) => [...containers.values()].find(({ id, name }) => name === wanted || id === wanted);
  const liveAddress = (wanted: string, port: number) => {
    const container = byName(wanted);
    const state = container?.state();
    if (!container || state?.status !== 'running' || state.health === 'unhealthy' || state.health === 'starting')
      return undefined;
    return container.address(port) ?? 'refused';
  };

  let watching = false;
  const memoryTimer = setInterval(async () => {
    const limited = [...containers.values()].flatMap((container) => {
      const group = container.group();
      return container.memoryLimit !== undefined && group !== undefined
        ? [{ container, group, limit: container.memoryLimit }]
        : [];
    });
    if (limited.length === 0 || watching) return;
    watching = true;
    const used = await memoryOf(limited.map(({ group }) => group)).finally(() => {
      watching = false;
    });
    for (const { container, group, limit } of limited) {
      if ((used.get(group) ?? 0) > limit && container.group() === group) container.killForMemory();
    }
  }, memoryWatch);
  memoryTimer.unref();

  return {
    resolveCommit: (source, signal) => git.resolve(source, within(signal)),
    build: (request, onLine, signal) => build(request, onLine, within(signal)),

    async pull(reference, onLine, signal) {
      signal?.throwIfAborted();
      const { repository, tag } = parseReference(reference);
      const kept = store.find(reference) !== undefined;
      const found = await findImage(reference);
      if (!found) {
        const words = notFound(catalog, reference);
        onLine(words, 'stderr');
        throw new CommandFailed('docker compose pull', 18, words);
      }
      onLine(`${tag}: Pulling from ${repository.replace(/^[^/]*[.:][^/]*\//, '')}`, 'stdout');
      onLine(`Status: ${kept ? 'Image is up to date' : 'Downloaded newer image'} for ${reference}`, 'stdout');
      onLine(fullName(reference), 'stdout');
      return image(found);
    },

    images: (repository) => store.list(repository).map(image),

    async removeImage(reference) {
      const user = [...containers.values()].find((container) => fullName(container.image) === fullName(reference));
      if (!store.find(reference))
        throw new CommandFailed('docker rmi', 1, `Error response from daemon: No such image: ${reference}`);
      if (user) {
        const words = `conflict: unable to remove repository reference "${reference}" (must force) - container ${user.id.slice(0, 12)} is using its referenced image`;
        throw new CommandFailed('docker rmi', 1, `Error response from daemon: ${words}`);
      }
      await store.remove(reference);
    },

    async run(spec) {
      closing.signal.throwIfAborted();
      const other = byName(spec.name);
      if (other || names.has(spec.name)) {
        const words = `Conflict. The container name "/${spec.name}" is already in use by container "${other?.id ?? 'being created'}". You have to remove (or rename) that container to be able to reuse that name.`;
        throw new CommandFailed('docker create', 125, `Error response from daemon: ${words}`);
      }
      names.add(spec.name);
      try {
        const found = await findImage(spec.image);
        if (!found)
          throw new CommandFailed(
            'docker create',
            125,
            `Error response from daemon: No such image: ${fullName(spec.image)}`,
          );
        const parts = {
          supervisor,
          network,
          programs,
          clock,
          volumeFolder,
          folder: at('containers'),
          announce: (named: OwnContainer['named']) => network.publish([...inventory(), named]),
          forget: (id: string) => {
            containers.delete(id);
            network.publish(inventory());
          },
        };
        const container = await startContainer(parts, found, spec);
        containers.set(container.id, container);
        return container;
      } finally {
        names.delete(spec.name);
      }
    },

    containers: () => [...containers.values()],

    route: (host, to) =>
      proxy.route(
        host,
        to.map(
          ({ container, port }) =>
            () =>
              liveAddress(container, port),
        ),
      ),
    unroute: (host) => proxy.unroute(host),
    proxy,

    async removeVolume(name) {
      await rm(volumeFolder(name), { recursive: true, force: true });
    },

    async close() {
      closing.abort(new Error('the machine was closed'));
      clearInterval(memoryTimer);
      await Promise.all([proxy.close(), ...[...containers.values()].map((container) => container.remove())]);
      await supervisor.close();
    },
  };
}

async function makeFolder(parent: string): Promise<string> {
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(join(parent, 'coolify-emulator-'));
  // A database of the machine's may have to run as another user: it may pass through, not look around.
  await chmod(folder, 0o711);
  return folder;
}

/** Only what an image tells of itself. */
const image = ({ reference, repository, tag, createdAt, exposes }: StoredImage): Image => ({
  reference,
  repository,
  tag,
  createdAt,
  exposes,
});

import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Emulator, startEmulator } from 'coolify-emulator';
import { makeProbe } from '../../src/probe/probe.ts';
import { until } from '../harness.ts';

const run = promisify(execFile);

/** Emulated seconds in a real one: a deployment is then over in about a second of work. */
const SPEED = 30;
export const HOST = 'hello.localhost';
export const REPOSITORY = 'http://git.example.test/acme/site.git';

/** One page in two versions; made once, since nobody pushes to it. */
export interface Site extends AsyncDisposable {
  folder: string;
  first: string;
  second: string;
}

export async function makeSite(): Promise<Site> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-matrix-site-'));
  const tree = join(folder, 'tree');
  await mkdir(tree);
  const git = async (...args: string[]) => {
    const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' };
    const as = ['-c', 'user.name=Test', '-c', 'user.email=test@example.test'];
    return (await run('git', [...as, ...args], { cwd: tree, env })).stdout.trim();
  };
  async function commit(version: number): Promise<string> {
    await writeFile(join(tree, 'index.html'), `<h1>version ${version}</h1>\n`);
    await git('add', '--all');
    await git('commit', '--quiet', '-m', `Version ${version}`);
    return git('rev-parse', 'HEAD');
  }
  await git('init', '--quiet', '--initial-branch=main');
  const first = await commit(1);
  const second = await commit(2);
  await git('clone', '--quiet', '--bare', tree, join(folder, 'git/acme/site.git'));
  return {
    folder,
    first,
    second,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** A Coolify of its own, which counts what is made in it, and a folder for the state of those who use it. */
export interface World extends AsyncDisposable {
  emulator: Emulator;
  site: Site;
  dataDir: string;
  environment: Record<string, string>;
  /** Everything that was ever made, what is gone again too. */
  made: { applications: number; deployments: number; projects: number };
  /** What a visitor reads. */
  page(): Promise<string>;
  /** Makes and deploys the app at the first version, as somebody would by hand. */
  deployFirst(): Promise<string>;
  defer(undo: () => Promise<unknown> | unknown): void;
}

export async function makeWorld(site: Site): Promise<World> {
  const undo = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-matrix-'));
  undo.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const emulator = await startEmulator({
    git: { 'git.example.test': join(site.folder, 'git') },
    speed: SPEED,
    rateLimit: Number.POSITIVE_INFINITY,
  });
  undo.defer(() => emulator.close());
  const made = { applications: 0, deployments: 0, projects: 0 };
  for (const what of ['applications', 'deployments', 'projects'] as const) {
    const table = emulator.state[what] as unknown as { insert(row: object): object };
    const insert = table.insert;
    table.insert = (row) => {
      made[what] += 1;
      return insert(row);
    };
  }
  const dataDir = join(folder, 'data');

  async function api<T>(method: string, path: string, body?: object): Promise<T> {
    const response = await fetch(`${emulator.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${emulator.tokens.root}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  return {
    emulator,
    site,
    dataDir,
    made,
    environment: {
      COOLIFY_API_URL: emulator.url,
      COOLIFY_API_TOKEN: emulator.tokens.root ?? '',
      FAIRLEAD_DATA_DIR: dataDir,
      FAIRLEAD_PROBE_VIA: `${emulator.proxy.host}:${emulator.proxy.port}`,
    },
    async page() {
      const answer = await makeProbe({ via: emulator.proxy })(`http://${HOST}/`);
      return answer.reached ? `${answer.status} ${answer.body.trim()}` : answer.message;
    },
    async deployFirst() {
      const [project] = emulator.state.projects.all();
      const [server] = emulator.state.servers.all();
      const { uuid } = await api<{ uuid: string }>('POST', '/applications/public', {
        project_uuid: project?.uuid,
        server_uuid: server?.uuid,
        environment_name: 'production',
        git_repository: REPOSITORY,
        git_branch: 'main',
        git_commit_sha: site.first,
        build_pack: 'static',
        ports_exposes: '80',
        name: 'hello',
        domains: `http://${HOST}`,
        instant_deploy: false,
      });
      await api('POST', '/deploy', { uuid });
      await until(
        () => emulator.state.deployments.all()[0]?.status,
        (status) => status === 'finished',
        60_000,
      );
      await emulator.settled();
      return uuid;
    },
    defer: (what) => void undo.defer(async () => void (await what())),
    [Symbol.asyncDispose]: () => undo.disposeAsync(),
  };
}

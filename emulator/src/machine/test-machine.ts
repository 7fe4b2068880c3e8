import { execFile, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type IncomingHttpHeaders, request } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';
import type { MachineClock } from './container.ts';
import { type BuildRequest, type Machine, type MachineOptions, startMachine } from './index.ts';

/** Time that runs `factor` times as fast as the real one. */
export const fastClock = (factor = 1): MachineClock => {
  const began = Date.now();
  return {
    now: () => began + (Date.now() - began) * factor,
    after(ms, task) {
      const timer = setTimeout(task, ms / factor);
      return () => clearTimeout(timer);
    },
  };
};

/** A machine for one test, closed at its end. */
export async function openMachine(options: Partial<MachineOptions> = {}): Promise<Machine> {
  const machine = await startMachine({ clock: fastClock(), ...options });
  onTestFinished(() => machine.close());
  return machine;
}

/** A folder for one test, removed at its end. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'machine-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export type Files = Record<string, string>;

export async function writeFiles(folder: string, files: Files): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
}

export async function git(folder: string, ...args: string[]): Promise<string> {
  const identity = {
    GIT_AUTHOR_NAME: 'Ann',
    GIT_AUTHOR_EMAIL: 'ann@example.test',
    GIT_COMMITTER_NAME: 'Ann',
    GIT_COMMITTER_EMAIL: 'ann@example.test',
  };
  const quiet = ['-c', 'init.defaultBranch=main', '-c', 'commit.gpgsign=false', '-c', 'protocol.file.allow=always'];
  const { stdout } = await promisify(execFile)('git', [...quiet, ...args], {
    cwd: folder,
    env: { ...process.env, ...identity, HOME: folder },
  });
  return stdout.trim();
}

/** Makes a repository (`acme/web.git`) with one commit on `main` in a folder that stands for a host; returns the commit. */
export async function makeRepository(host: string, path: string, files: Files, message = 'first'): Promise<string> {
  const folder = join(host, path);
  await mkdir(folder, { recursive: true });
  await writeFiles(folder, files);
  await git(folder, 'init', '-q');
  await git(folder, 'add', '-A');
  await git(folder, 'commit', '-q', '-m', message);
  return await git(folder, 'rev-parse', 'HEAD');
}

/** A machine whose host `git.example.test` has one repository, `acme/app.git`, of these files. */
export async function machineWith(files: Files, options: Partial<MachineOptions> = {}): Promise<Machine> {
  const host = await temporaryFolder();
  await makeRepository(host, 'acme/app.git', files);
  return await openMachine({ git: { 'git.example.test': host }, ...options });
}

/** Builds `acme/app.git` as `app:1`, and hands out the builder's lines. */
export async function buildApp(
  machine: Machine,
  request: Partial<BuildRequest> = {},
): Promise<{ lines: string[]; failure?: Error }> {
  const lines: string[] = [];
  const complete: BuildRequest = {
    reference: 'app:1',
    source: { url: 'http://git.example.test/acme/app.git', ref: 'main' },
    buildPack: 'dockerfile',
    baseDirectory: '/',
    commands: {},
    variables: {},
    ...request,
  };
  try {
    await machine.build(complete, (line) => lines.push(line));
    return { lines };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { lines, failure: error };
  }
}

export interface HttpAnswer {
  status: number;
  body: string;
  headers: IncomingHttpHeaders;
}

/** Asks the machine's proxy for a page of `host`. */
export function get(
  machine: { proxy: { host: string; port: number } },
  host: string,
  path = '/',
  options: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<HttpAnswer> {
  const answer = Promise.withResolvers<HttpAnswer>();
  const { method = 'GET', headers = {}, body } = options;
  const sent = request({ ...machine.proxy, method, path, headers: { host, ...headers }, agent: false }, (response) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('error', answer.reject);
    response.on('end', () =>
      answer.resolve({
        status: response.statusCode ?? 0,
        body: Buffer.concat(chunks).toString(),
        headers: response.headers,
      }),
    );
  });
  sent.on('error', answer.reject);
  sent.end(body);
  return answer.promise;
}

/** Resolves once `look` gives something, which is asked again after each turn of a few milliseconds; the test's own timeout ends it. */
export async function eventually<T>(look: () => T | Promise<T>): Promise<NonNullable<T>> {
  for (;;) {
    const seen = await look();
    if (seen) return seen;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Whether a process runs; one that has ended and only waits to be counted does not. */
export function isAlive(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout.trim() !== '' && !stdout.trim().startsWith('Z');
}

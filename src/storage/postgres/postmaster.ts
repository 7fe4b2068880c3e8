import { execFile, spawn } from 'node:child_process';
import { readlink, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Clock } from '../../clock.ts';
import { Refusal } from '../../refusal.ts';
import { errorCode } from '../files/fault.ts';
import { readIfThere } from '../files/write.ts';
import type { Account } from './account.ts';
import type { Binaries } from './binaries.ts';

const exec = promisify(execFile);

/** How long PostgreSQL may take to start (recovery after a crash included) and to stop. Seconds. */
const PATIENCE = 60;
/** The processes of a killed server leave a moment after it. */
const ORPHANS_LEAVE_WITHIN_MS = 10_000;
const LOG_LINES = 8;

/** A folder of data and what is needed to run a server on it. */
export interface Cluster {
  folder: string;
  binaries: Binaries;
  account: Account | undefined;
  clock: Clock;
}

const logOf = (folder: string): string => join(folder, 'server.log');

/** Whether a server works on this folder now. A file left by a dead one is not believed. */
export async function isServed(folder: string): Promise<boolean> {
  return (await behindPidFile(folder)) === 'server';
}

/** Who has the number in the server's file: after a restart of the machine it may be another program's. */
async function behindPidFile(folder: string): Promise<'server' | 'stranger' | 'nobody'> {
  const pid = Number((await readIfThere(join(folder, 'postmaster.pid')))?.split('\n')[0]);
  if (!Number.isInteger(pid) || pid <= 0 || !isAlive(pid)) return 'nobody';
  if (process.platform === 'win32') return 'server';
  if (process.platform !== 'linux') {
    // It fails for what is dead by now.
    const { stdout } = await exec('ps', ['-o', 'args=', '-p', String(pid)]).catch(() => ({ stdout: '' }));
    return stdout.includes(folder) ? 'server' : 'stranger';
  }
  try {
    // A server works in its data folder.
    return (await readlink(`/proc/${pid}/cwd`)) === (await realpath(folder)) ? 'server' : 'stranger';
  } catch (error) {
    // What is dead and not yet waited for has a number and no folder. PostgreSQL would take it for alive.
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ESRCH') return 'stranger';
    if (errorCode(error) === 'EACCES') return 'nobody';
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process is no server of ours; PostgreSQL takes it the same way.
    if (errorCode(error) === 'ESRCH' || errorCode(error) === 'EPERM') return false;
    throw error;
  }
}

/** Makes the data folder. `passwordFile` has to be readable by the account. */
export async function initialise(cluster: Cluster, user: string, passwordFile: string): Promise<void> {
  const { code, printed } = await run(cluster, cluster.binaries.initdb, [
    `--pgdata=${cluster.folder}`,
    `--username=${user}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // The same order everywhere, whatever the machine's languages are.
    '--locale-provider=builtin',
    '--locale=C.UTF-8',
    '--lc-collate=C',
    '--lc-ctype=C',
    '--lc-messages=C',
    '--no-instructions',
  ]);
  if (code !== 0) throw didNotStart(cluster.folder, printed);
}

/** Starts the server on the port of the loopback address and waits until it answers. */
export async function start(cluster: Cluster, port: number): Promise<void> {
  const { folder, binaries, clock } = cluster;
  const settings = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    log_min_messages: 'warning',
    log_checkpoints: 'off',
  };
  const options = Object.entries(settings).map(([name, value]) => `-c ${name}=${quoted(value)}`);
  const args = ['start', '-D', folder, '-l', logOf(folder), '-w', '-t', String(PATIENCE), '-o', options.join(' ')];
  // Should processes of a dead server still live, PostgreSQL sees that by the memory they share.
  if ((await behindPidFile(folder)) === 'stranger') await rm(join(folder, 'postmaster.pid'));
  const until = clock.now() + ORPHANS_LEAVE_WITHIN_MS;
  for (;;) {
    const before = (await readIfThere(logOf(folder)))?.length ?? 0;
    const { code, printed } = await run(cluster, binaries.pgCtl, args);
    if (code === 0) return;
    const log = (await readIfThere(logOf(folder)))?.slice(before) ?? '';
    if (!/shared memory block .*still in use/.test(log) || clock.now() > until) {
      throw didNotStart(folder, log || printed, port);
    }
    await clock.sleep(200);
  }
}

/** Ends the server and waits until it is gone; whoever is still connected is cut off. */
export async function stop(cluster: Cluster): Promise<void> {
  const { folder, binaries } = cluster;
  for (const mode of ['fast', 'immediate']) {
    const args = ['stop', '-D', folder, '-m', mode, '-w', '-t', String(mode === 'fast' ? PATIENCE : 10)];
    const { code, printed } = await run(cluster, binaries.pgCtl, args);
    if (code === 0 || !(await isServed(folder))) return;
    if (mode === 'immediate') throw new Error(`PostgreSQL in ${folder} does not stop: ${printed.trim()}`);
  }
}

const quoted = (value: string): string => (value === '' ? (process.platform === 'win32' ? '""' : "''") : value);

interface Ended {
  code: number | null;
  printed: string;
}

/** Runs a program of PostgreSQL as its account, with messages in English. */
function run({ folder, account }: Cluster, program: string, args: string[]): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: join(folder, '..'),
      env: { ...environment(), LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...account,
    });
    let printed = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (printed += text));
    }
    child.on('error', reject).on('close', (code) => resolve({ code, printed }));
  });
}

/** Not ours as a whole: it may hold secrets, and the server would keep them. */
const environment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    ['PATH', 'TZ', 'TMPDIR', 'TEMP', 'SystemRoot'].flatMap((name) =>
      process.env[name] ? [[name, process.env[name]]] : [],
    ),
  );

function didNotStart(folder: string, said: string, port?: number): Refusal {
  if (/No space left on device|Disk quota exceeded/i.test(said)) {
    return new Refusal(
      'busy',
      `There is no room for the database in ${folder}.`,
      'Free space there, or point FAIRLEAD_DATA_DIR at another disk, and start again.',
    );
  }
  if (port !== undefined && /Address already in use|could not bind/i.test(said)) return portTaken(port);
  const lines = said.trim().split('\n').slice(-LOG_LINES);
  return new Refusal(
    'unreachable',
    `PostgreSQL did not start in ${folder}. It said:\n${lines.join('\n')}`,
    `See ${logOf(folder)}, or set DATABASE_URL to a PostgreSQL of your own.`,
    { log: lines },
  );
}

export const portTaken = (port: number): Refusal =>
  new Refusal(
    'conflict',
    `Port ${port} is taken by another program, so PostgreSQL cannot listen there.`,
    'End that program, or name another port.',
  );

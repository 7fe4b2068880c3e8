import { createHash, randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { Client } from 'pg';
import { z } from 'zod';
import type { Clock } from '../../clock.ts';
import type { Log } from '../../log.ts';
import { Refusal } from '../../refusal.ts';
import { damaged, errorCode, writeFault } from '../files/fault.ts';
import { readJson } from '../files/json.ts';
import { type Lock, takeLock } from '../files/lock.ts';
import { createFile, ensureFolder, readIfThere, replaceFile } from '../files/write.ts';
import { type Account, accountForPostgres, othersMayEnter } from './account.ts';
import { binariesFor, SHARED_FOLDER } from './binaries.ts';
import { type Cluster, initialise, isServed, portTaken, start, stop } from './postmaster.ts';

/** Of the database, and of the role that owns it. */
const NAME = 'fairlead';
/** Of PostgreSQL; a data folder serves one only. */
const MAJOR = '18';
/** Longer than a first start takes on a slow disk. */
const LOCK_PATIENCE_MS = 120_000;
const ANSWER_WITHIN_MS = 60_000;

export interface EmbeddedOptions {
  dataDir: string;
  clock: Clock;
  log: Log;
  /** Only this one. Without it a free port is taken, and remembered. */
  port?: number | undefined;
}

export interface Embedded<T> {
  url: string;
  entered: T;
  /** To be called when this process has closed its connections. Ends the server unless others are connected. */
  leave(): Promise<void>;
}

const noteSchema = z.object({ port: z.number().int(), password: z.string().min(32) });
type Note = z.output<typeof noteSchema>;

/**
 * A PostgreSQL of our own for this data folder, shared by all processes that open it. Makes, starts or adopts it; one
 * that a killed process left behind goes on. `enter` connects, before any other process that leaves could end it.
 * Throws a {@link Refusal} for: no space, port taken, no start (with the last lines of its log).
 */
export async function openEmbedded<T>(
  options: EmbeddedOptions,
  enter: (url: string) => Promise<T>,
): Promise<Embedded<T>> {
  const { clock, log } = options;
  await ensureFolder(options.dataDir);
  const dataDir = await realpath(options.dataDir);
  const account = await accountForPostgres();
  const cluster: Cluster = {
    folder: await folderFor(dataDir, account, log),
    binaries: await binariesFor(account, dataDir),
    account,
    clock,
  };
  const notePath = join(dataDir, 'postgres.json');

  const lock = await lockWhenFree(dataDir, clock);
  try {
    const note = await readNote(notePath, cluster, options.port);
    await makeCluster(cluster, note, log);
    const port = await serve(cluster, note, options);
    if (port !== note.port) await replaceFile(notePath, JSON.stringify({ ...note, port }));
    const url = urlOf({ ...note, port }, NAME);
    await ensureDatabase(urlOf({ ...note, port }, 'postgres'));
    return { url, entered: await enter(url), leave: () => leave(cluster, url, dataDir) };
  } finally {
    await lock.release();
  }
}

const urlOf = ({ port, password }: Note, database: string): string =>
  `postgresql://${NAME}:${password}@127.0.0.1:${port}/${database}`;

/** In the data folder, except where PostgreSQL's account may not enter it. */
async function folderFor(dataDir: string, account: Account | undefined, log: Log): Promise<string> {
  if (!account) return join(dataDir, 'postgres');
  if (await othersMayEnter(dirname(dataDir))) {
    // It may pass through, not look around: what lies beside is open to its owner alone.
    await chmod(dataDir, 0o711);
    return join(dataDir, 'postgres');
  }
  const hash = createHash('sha256').update(dataDir).digest('hex').slice(0, 12);
  const folder = join(SHARED_FOLDER, `${basename(dataDir)}-${hash}`);
  log.info('database_elsewhere', {
    folder,
    reason: `${dirname(dataDir)} lets no other user pass, and PostgreSQL does not run as root`,
  });
  return folder;
}

/** One process at a time makes, starts or ends the server. */
async function lockWhenFree(dataDir: string, clock: Clock): Promise<Lock> {
  const until = clock.now() + LOCK_PATIENCE_MS;
  for (;;) {
    const lock = await takeLock(join(dataDir, 'postgres.lock'), clock);
    if (lock) return lock;
    if (clock.now() > until) {
      throw new Refusal(
        'busy',
        `Another process has been starting the database in ${dataDir} for two minutes.`,
        'See what it waits for, or end it, and start again.',
      );
    }
    await clock.sleep(50);
  }
}

async function readNote(path: string, { folder }: Cluster, wanted: number | undefined): Promise<Note> {
  const text = await readIfThere(path);
  if (text === undefined) {
    if ((await readIfThere(join(folder, 'PG_VERSION'))) !== undefined) {
      throw damaged(
        path,
        `it is gone, and it held the password of the database in ${folder}`,
        'Restore it from a backup, or move the database away to begin anew.',
      );
    }
    const note = { port: wanted ?? (await freePort()), password: randomBytes(24).toString('hex') };
    await createFile(path, JSON.stringify(note));
    return note;
  }
  const note = readJson(text, noteSchema);
  if (!note) throw damaged(path, 'it does not tell port and password', 'Restore it from a backup.');
  return note;
}

async function makeCluster(cluster: Cluster, { password }: Note, log: Log): Promise<void> {
  const { folder, account } = cluster;
  const version = (await readIfThere(join(folder, 'PG_VERSION')))?.trim();
  if (version === MAJOR) return;
  if (version !== undefined) {
    throw new Refusal(
      'unsupported',
      `The database in ${folder} is of PostgreSQL ${version}, and this is ${MAJOR}.`,
      `Serve it with a PostgreSQL ${version} of your own through DATABASE_URL, or move it away.`,
    );
  }
  log.info('database_made', { folder });
  // Made beside and renamed, so that one cut short is never taken for whole.
  const beside = `${folder}.new`;
  const passwordFile = `${folder}.password`;
  try {
    await rm(beside, { recursive: true, force: true });
    await mkdir(dirname(folder), { recursive: true, mode: 0o755 });
    await mkdir(beside, { mode: 0o700 });
    await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
    if (account) for (const path of [beside, passwordFile]) await chown(path, account.uid, account.gid);
    await initialise({ ...cluster, folder: beside }, NAME, passwordFile);
    await rename(beside, folder);
  } catch (error) {
    await rm(beside, { recursive: true, force: true });
    throw writeFault(error, folder);
  } finally {
    await rm(passwordFile, { force: true });
  }
}

/** Sees to it that the server answers; returns its port. */
async function serve(cluster: Cluster, note: Note, { port: wanted, clock, log }: EmbeddedOptions): Promise<number> {
  if (await isServed(cluster.folder)) {
    if (wanted === undefined || wanted === note.port) {
      if (await answers(note, clock)) return note.port;
      log.warn('database_restarted', { folder: cluster.folder, reason: 'the server that runs there does not answer' });
    }
    await stop(cluster);
  }
  const free = await isFree(wanted ?? note.port);
  if (!free && wanted !== undefined) throw portTaken(wanted);
  const port = free ? (wanted ?? note.port) : await freePort();
  await start(cluster, port);
  return port;
}

/** Whether the server lets us in, waiting as long as it says that it is starting. */
async function answers(note: Note, clock: Clock): Promise<boolean> {
  const until = clock.now() + ANSWER_WITHIN_MS;
  for (;;) {
    try {
      await asked(urlOf(note, 'postgres'), (client) => client.query('select 1'));
      return true;
    } catch (error) {
      if (errorCode(error) !== '57P03' || clock.now() > until) return false;
    }
    await clock.sleep(100);
  }
}

async function ensureDatabase(url: string): Promise<void> {
  await asked(url, async (client) => {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [NAME]);
    if (rowCount === 0) await client.query(`create database ${NAME}`);
  });
}

async function leave(cluster: Cluster, url: string, dataDir: string): Promise<void> {
  const lock = await lockWhenFree(dataDir, cluster.clock);
  try {
    if (!(await isServed(cluster.folder))) return;
    const others = await asked(url, async (client) => {
      const { rows } = await client.query<{ count: number }>(
        `select count(*)::int from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`,
      );
      return rows[0]?.count ?? 0;
    });
    if (others === 0) await stop(cluster);
  } finally {
    await lock.release();
  }
}

async function asked<T>(url: string, question: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5000, query_timeout: 30_000 });
  // Without a listener an end of the connection would end the process; the query in hand fails by itself.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await question(client);
  } finally {
    await client.end();
  }
}

async function isFree(port: number): Promise<boolean> {
  try {
    await listenOnce(port);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EADDRINUSE' || errorCode(error) === 'EACCES') return false;
    throw error;
  }
}

const freePort = (): Promise<number> => listenOnce(0);

/** Listens on the port (0: any that is free), stops again, and tells which it was. */
function listenOnce(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}

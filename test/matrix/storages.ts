import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, open, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { systemClock } from '../../src/clock.ts';
import { silentLog } from '../../src/log.ts';
import { errorCode } from '../../src/storage/files/fault.ts';
import { openPostgres, type PostgresStores } from '../../src/storage/postgres/open.ts';
import { query } from '../postgres/place.ts';
import type { ProgramOptions } from './member.ts';
import type { World } from './world.ts';

const run = promisify(execFile);

/** Where the runs of one cell are kept, and what can be done to it. */
export interface Kept {
  options: Pick<ProgramOptions, 'environment' | 'databaseUrl'>;
  /** As far as the others can tell, the machine of the process that owns the run has fallen silent. */
  silence(runId: string): Promise<Partial<ProgramOptions>>;
  fillDisk(): Promise<void>;
  freeDisk(): Promise<void>;
}

/** One of the two durable adapters with what it keeps its state in. */
export interface Adapter extends AsyncDisposable {
  name: 'files' | 'PostgreSQL';
  /** `smallDisk`: on a disk that can be filled; where there is but one, as soon as no other cell is on it. */
  place(world: World, smallDisk: boolean): Promise<Kept>;
}

/** Longer than a lock of another machine is trusted without a sign of life. */
const SILENT_MS = 20 * 60_000;

export const isRoot = (): boolean => process.getuid?.() === 0;

export function filesAdapter(): Adapter {
  return {
    name: 'files',
    async place({ environment, dataDir, defer }, smallDisk) {
      if (smallDisk) {
        await mkdir(dataDir, { recursive: true });
        defer(await mountDisk(dataDir, '2m'));
      }
      return {
        options: { environment },
        async silence(runId) {
          const long = new Date(Date.now() - SILENT_MS);
          await utimes(join(dataDir, 'runs', `${runId}.lock`), long, long);
          return { host: 'another-machine' };
        },
        fillDisk: () => fill(join(dataDir, 'filler')),
        freeDisk: () => rm(join(dataDir, 'filler')),
      };
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
}

/** A PostgreSQL for all cells and, once one needs it, another on a small disk; a database for each cell. */
export async function postgresAdapter(): Promise<Adapter> {
  const undo = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-matrix-postgres-'));
  undo.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  await chmod(folder, 0o755);
  const usual = await server(join(folder, 'usual'));
  let small: Promise<Server> | undefined;
  let diskFree: Promise<void> = Promise.resolve();
  let count = 0;

  interface Server {
    folder: string;
    url: string;
  }

  async function server(dataDir: string): Promise<Server> {
    // Whoever holds it keeps it up; it ends with the last of its users.
    const holder: PostgresStores = await openPostgres({ dataDir, clock: systemClock, log: silentLog });
    undo.defer(() => holder.close());
    const url = holder.database.pool.options.connectionString ?? '';
    return { folder: dataDir, url };
  }

  async function smallServer(): Promise<Server> {
    const disk = join(folder, 'small');
    await mkdir(disk);
    undo.defer(await mountDisk(disk, '260m'));
    return server(join(disk, 'data'));
  }

  return {
    name: 'PostgreSQL',
    async place({ environment, defer }, smallDisk) {
      if (smallDisk) {
        const left = Promise.withResolvers<void>();
        const before = diskFree;
        diskFree = left.promise;
        defer(left.resolve);
        await before;
        small ??= smallServer();
      }
      const { url, folder: at } = (smallDisk && (await small)) || usual;
      const name = `cell_${count++}`;
      await query(url, `create database ${name}`);
      const databaseUrl = url.replace(/[^/]*$/, name);
      const filler = join(at, '..', 'filler');
      return {
        options: { environment, databaseUrl },
        // The database sees by itself that it is gone.
        silence: async () => ({}),
        async fillDisk() {
          await fill(filler);
          // What is free inside the files of the tables is used up too; what the failure takes back stays there, dead.
          const rows = `insert into fairlead.run_events (run_id, seq, event) select id, 1000 + g, '{}' from fairlead.runs, generate_series(1, 100000) g`;
          await query(databaseUrl, rows).catch((error: unknown) => {
            if (errorCode(error) !== '53100') throw error;
          });
        },
        freeDisk: () => rm(filler),
      };
    },
    [Symbol.asyncDispose]: () => undo.disposeAsync(),
  };
}

async function mountDisk(folder: string, size: string): Promise<() => Promise<void>> {
  await run('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=755`, 'fairlead-matrix', folder]);
  return async () => void (await run('umount', ['--lazy', folder]));
}

async function fill(path: string): Promise<void> {
  const file = await open(path, 'w');
  const block = Buffer.alloc(64 * 1024);
  try {
    // Down to the last byte: a journal is small.
    for (let size = block.length; size > 0; ) {
      try {
        const { bytesWritten } = await file.write(block, 0, size);
        if (bytesWritten < size) size = Math.floor(size / 2);
      } catch (error) {
        if (errorCode(error) !== 'ENOSPC') throw error;
        size = Math.floor(size / 2);
      }
    }
  } finally {
    await file.close();
  }
}

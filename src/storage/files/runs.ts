import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../../clock.ts';
import type { Log } from '../../log.ts';
import { Refusal } from '../../refusal.ts';
import type { Journal } from '../journal.ts';
import { OwnershipLost, type RunOwner, type RunStore } from '../stores.ts';
import { damaged, writeFault } from './fault.ts';
import { readJson } from './json.ts';
import { isLocked, type Lock, takeLock } from './lock.ts';
import { runName, runsAmong } from './names.ts';
import { readIfThere, replaceFile } from './write.ts';

/** Well under the time after which another host takes a lock for abandoned. */
const REFRESH_EVERY_MS = 5 * 60_000;

const shape = z.looseObject({
  header: z.looseObject({ id: z.string(), operation: z.string(), startedAt: z.number() }),
  events: z.array(z.looseObject({ at: z.number(), type: z.string() })),
});
const journalSchema = z.custom<Journal>((value) => shape.safeParse(value).success);

const journalPath = (folder: string, id: string): string => join(folder, `${runName(id)}.json`);
const lockPath = (folder: string, id: string): string => join(folder, `${runName(id)}.lock`);
const cancelPath = (folder: string, id: string): string => join(folder, `${runName(id)}.cancel`);

/**
 * Runs as files: `<id>.json` is the journal, `<id>.lock` names the process that owns it, `<id>.cancel` asks for its
 * end. `close` gives up what this process still owns.
 */
export function fileRuns(folder: string, clock: Clock, log: Log): RunStore & { close(): Promise<void> } {
  const owned = new Set<RunOwner>();
  const told = new Set<string>();

  function own(journal: Journal, lock: Lock): RunOwner {
    const { id } = journal.header;
    const released = new AbortController();
    let known = journal;
    let queue: Promise<void> = Promise.resolve();
    const owner: RunOwner = {
      append(event) {
        const written = queue.then(async () => {
          const next = { ...known, events: [...known.events, event] };
          await replaceFile(journalPath(folder, id), JSON.stringify(next), owner.check);
          known = next;
        });
        // The caller hears of a failure; the next event is tried all the same.
        queue = written.catch(() => undefined);
        return written;
      },
      async check() {
        if (released.signal.aborted) throw new OwnershipLost(`${id} was given up by this process.`);
        if (!(await lock.held())) throw new OwnershipLost(`${id} was taken over by another process.`);
      },
      async release() {
        released.abort();
        owned.delete(owner);
        await queue;
        await lock.release();
      },
    };
    owned.add(owner);
    void keepFresh(lock, released.signal).catch((error: Error) =>
      log.warn('lock_not_refreshed', { run_id: id, reason: error.message }),
    );
    return owner;
  }

  async function keepFresh(lock: Lock, released: AbortSignal): Promise<void> {
    const pause = () =>
      clock.sleep(REFRESH_EVERY_MS, released).then(
        () => true,
        () => false,
      );
    while (await pause()) await lock.refresh();
  }

  async function lookAt(id: string): Promise<Journal | undefined> {
    try {
      return await readRun(folder, id);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (!told.has(id)) log.warn('run_damaged', { run_id: id, reason: error.message, next: error.next });
      told.add(id);
      return undefined;
    }
  }

  return {
    async create(header) {
      const taken = () =>
        new Refusal('conflict', `There is a run ${header.id} already.`, 'Call again: the next id differs.');
      const lock = await takeLock(lockPath(folder, header.id), clock);
      if (!lock) throw taken();
      try {
        const journal: Journal = { header, events: [] };
        const path = journalPath(folder, header.id);
        if ((await readIfThere(path)) !== undefined) throw taken();
        await replaceFile(path, JSON.stringify(journal));
        return own(journal, lock);
      } catch (error) {
        await lock.release();
        throw error;
      }
    },

    async claim(id) {
      if ((await readRun(folder, id)) === undefined) return undefined;
      const lock = await takeLock(lockPath(folder, id), clock);
      if (!lock) return undefined;
      // Only what is there after the claim is what the last owner left.
      const journal = await readRun(folder, id).catch(async (error: unknown) => {
        await lock.release();
        throw error;
      });
      if (journal) return own(journal, lock);
      await lock.release();
      return undefined;
    },

    read: (id) => readRun(folder, id),

    async list(limit) {
      const newestFirst = runsAmong(await readdir(folder)).sort((a, b) => b.second - a.second);
      const found: Journal[] = [];
      let oldest = Number.POSITIVE_INFINITY;
      for (const { id, second } of newestFirst) {
        // Runs of one second are told apart by their headers, so the last second is read whole.
        if (found.length >= limit && second < oldest) break;
        const journal = await lookAt(id);
        if (!journal) continue;
        found.push(journal);
        oldest = second;
      }
      return found.sort((a, b) => b.header.startedAt - a.header.startedAt).slice(0, limit);
    },

    owned: (id) => isLocked(lockPath(folder, id), clock),

    async requestCancel(id) {
      const path = cancelPath(folder, id);
      await writeFile(path, '', { mode: 0o600 }).catch((error: unknown) => {
        throw writeFault(error, path);
      });
    },

    cancelRequested: async (id) => (await readIfThere(cancelPath(folder, id))) !== undefined,

    async close() {
      await Promise.all([...owned].map((owner) => owner.release()));
    },
  };
}

export async function readRun(folder: string, id: string): Promise<Journal | undefined> {
  const path = journalPath(folder, id);
  const text = await readIfThere(path);
  if (text === undefined) return undefined;
  const journal = readJson(text, journalSchema);
  if (journal) return journal;
  throw damaged(
    path,
    'it holds no journal',
    `Move it away, and compare by hand what Coolify has: run ${id} can be neither finished nor undone without it.`,
  );
}

/** Removes a run and all that belongs to it; leaves it where a process that lives owns it. */
export async function removeRun(folder: string, id: string, clock: Clock): Promise<void> {
  const lock = await takeLock(lockPath(folder, id), clock);
  if (!lock) return;
  try {
    await rm(journalPath(folder, id), { force: true });
    await rm(cancelPath(folder, id), { force: true });
  } finally {
    await lock.release();
  }
}

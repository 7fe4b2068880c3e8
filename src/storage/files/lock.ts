import { open, rename, rm, utimes } from 'node:fs/promises';
import type { Clock } from '../../clock.ts';
import { damaged, errorCode } from './fault.ts';
import { type Holder, holderSchema, lives, thisProcess } from './holder.ts';
import { readJson } from './json.ts';
import { createFile } from './write.ts';

/*
 * A lock is a file that exactly one process can make. One whose holder is dead is never removed by those who want it,
 * for the second of them would remove the lock of the first. Instead they try to make its heir, a file named after the
 * dead holder's nonce: again exactly one can, and the heir is then renamed over the lock. So the holder is the end of
 * the chain that starts at the lock; an heir made too late hangs on no chain, which its maker sees by looking again.
 */

export interface Lock {
  /** False from when another process has taken it over. */
  held(): Promise<boolean>;
  /** Tells other hosts that its holder lives. */
  refresh(): Promise<void>;
  release(): Promise<void>;
}

/** Takes the lock if nobody who lives holds it; else undefined. */
export async function takeLock(path: string, clock: Clock): Promise<Lock | undefined> {
  const before = await chain(path);
  const last = before.at(-1);
  if (last && (await lives(last.holder, last.refreshedAt, clock.now()))) return undefined;

  const holder = await thisProcess();
  const place = last ? heirOf(path, last.holder) : path;
  if (!(await createFile(place, JSON.stringify(holder)))) return undefined;
  const held = async () => (await chain(path)).at(-1)?.holder.nonce === holder.nonce;
  if (!(await held())) {
    await rm(place, { force: true });
    return undefined;
  }
  if (last) {
    await rename(place, path);
    for (const heir of before.slice(1)) await rm(heir.path, { force: true });
  }

  const lock: Lock = {
    held,
    async refresh() {
      const now = new Date(clock.now());
      if (await held()) await utimes(path, now, now);
    },
    async release() {
      if (await held()) await rm(path, { force: true });
    },
  };
  await lock.refresh();
  return lock;
}

/** Whether a process that lives holds the lock. */
export async function isLocked(path: string, clock: Clock): Promise<boolean> {
  const last = (await chain(path)).at(-1);
  return last !== undefined && (await lives(last.holder, last.refreshedAt, clock.now()));
}

interface Link {
  path: string;
  holder: Holder;
  refreshedAt: number;
}

const heirOf = (path: string, holder: Holder): string => `${path}.${holder.nonce}`;

/** The lock and its heirs, in order; empty when nobody has it. */
async function chain(path: string): Promise<Link[]> {
  for (;;) {
    const links: Link[] = [];
    for (let link = await readLink(path); link; link = await readLink(heirOf(path, link.holder))) links.push(link);
    // An heir that moved up while this read was missed under its old name; then the lock is another one now.
    const first = await readLink(path);
    if (first?.holder.nonce === links[0]?.holder.nonce) return links;
  }
}

async function readLink(path: string): Promise<Link | undefined> {
  let text: string;
  let refreshedAt: number;
  try {
    // One handle for both, so that they tell of the same file.
    const file = await open(path, 'r');
    try {
      text = await file.readFile('utf8');
      refreshedAt = (await file.stat()).mtimeMs;
    } finally {
      await file.close();
    }
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  const holder = readJson(text, holderSchema);
  if (holder) return { path, holder, refreshedAt };
  throw damaged(path, 'it names no holder', 'If no Fairlead process is running, delete it and call again.');
}

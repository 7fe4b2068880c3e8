import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { z } from 'zod';
import { errorCode } from './fault.ts';

/** Who holds a lock. `started` tells a process from a later one with the same number; only Linux says it. */
export const holderSchema = z.object({
  pid: z.number().int().positive(),
  started: z.string().optional(),
  host: z.string(),
  nonce: z.string().regex(/^[0-9a-f]{32}$/),
});
export type Holder = z.output<typeof holderSchema>;

/** A lock from another host, whose processes cannot be seen, counts as held this long after it was last refreshed. */
const TRUSTED_FROM_AFAR_MS = 15 * 60_000;

export async function thisProcess(): Promise<Holder> {
  const started = await processStart(process.pid);
  return {
    pid: process.pid,
    ...(started === undefined ? {} : { started }),
    host: hostname(),
    nonce: randomBytes(16).toString('hex'),
  };
}

export async function lives(holder: Holder, refreshedAt: number, now: number): Promise<boolean> {
  if (holder.host !== hostname()) return now - refreshedAt < TRUSTED_FROM_AFAR_MS;
  if (!isRunning(holder.pid)) return false;
  const started = await processStart(holder.pid);
  if (started === 'dead') return false;
  return started === undefined || holder.started === undefined || started === holder.started;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process may not be signalled, but it is there.
    return errorCode(error) === 'EPERM';
  }
}

/**
 * When the process started: field 22 of `/proc/<pid>/stat`, in ticks since the boot it names. `dead` for one that has
 * ended and was not yet waited for; undefined where the system does not say.
 */
async function processStart(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in parentheses and may hold anything, spaces and parentheses too.
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (state === 'Z' || state === 'X') return 'dead';
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
    return `${boot.trim()}/${fields[18]}`;
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(errorCode(error) ?? '')) return undefined;
    throw error;
  }
}

import { readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../../clock.ts';
import { Refusal } from '../../refusal.ts';
import { runState } from '../journal.ts';
import { SECRET_REFERENCE } from '../stores.ts';
import { errorCode } from './fault.ts';
import { readJson } from './json.ts';
import { takeLock } from './lock.ts';
import { runsAmong } from './names.ts';
import { readRun, removeRun } from './runs.ts';
import { LAID_ASIDE } from './secrets.ts';
import { readIfThere, UNFINISHED } from './write.ts';

const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;

/** How often a folder is cleaned, however many processes open it. */
const CLEAN_EVERY = HOUR;
const KEEP_ENDED_RUNS = 30 * DAY;
/** Twice a plan's life: nobody is in the middle of taking it any more. */
const KEEP_PLANS = 2 * HOUR;
/** A value is sealed some time before the plan or run that refers to it is written. */
const KEEP_UNUSED_SECRETS = DAY;

export interface Folders {
  root: string;
  runs: string;
  plans: string;
  secrets: string;
}

/** Removes what nobody needs any more. One process at a time, and at most once an hour. */
export async function clean(folders: Folders, clock: Clock): Promise<void> {
  const stamp = join(folders.root, 'cleaned');
  if (clock.now() - ((await changedAt(stamp)) ?? 0) < CLEAN_EVERY) return;
  const lock = await takeLock(join(folders.root, 'cleaning.lock'), clock);
  if (!lock) return;
  try {
    await writeFile(stamp, '', { mode: 0o600 });
    await utimes(stamp, new Date(clock.now()), new Date(clock.now()));
    await removeEndedRuns(folders.runs, clock);
    await removeOldPlans(folders.plans, clock.now());
    for (const folder of Object.values(folders)) await removeLeftovers(folder, clock.now());
    await removeUnusedSecrets(folders, clock.now());
  } finally {
    await lock.release();
  }
}

async function removeEndedRuns(folder: string, clock: Clock): Promise<void> {
  for (const { id } of runsAmong(await readdir(folder))) {
    const journal = await readRun(folder, id).catch((error: unknown) => {
      // A damaged one is told of by the list, and stays until somebody has looked.
      if (error instanceof Refusal) return undefined;
      throw error;
    });
    const ended = journal && runState(journal).ended;
    if (ended && clock.now() - ended.at > KEEP_ENDED_RUNS) await removeRun(folder, id, clock);
  }
}

async function removeOldPlans(folder: string, now: number): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.endsWith('.json')) continue;
    const plan = readJson((await readIfThere(join(folder, name))) ?? '', z.looseObject({ createdAt: z.number() }));
    if (plan && now - plan.createdAt > KEEP_PLANS) await rm(join(folder, name), { force: true });
  }
}

/** What a crash left half made, and what belonged to a run or plan that is gone. */
async function removeLeftovers(folder: string, now: number): Promise<void> {
  const names = await readdir(folder);
  const there = new Set(names);
  for (const name of names) {
    const owner = /^((?:txn|plan)-\d+-[0-9a-z]+)\.(?:lock|cancel|used)/.exec(name)?.[1];
    const leftover = name.endsWith(UNFINISHED) || (owner !== undefined && !there.has(`${owner}.json`));
    const age = leftover ? now - ((await changedAt(join(folder, name))) ?? now) : 0;
    if (age > DAY) await rm(join(folder, name), { force: true });
  }
}

/**
 * Secrets that no run and no plan refers to and that nobody gave for a day. One that is given again at this very
 * moment survives: it is laid aside first, and whoever gives it either was seen before that, or writes it anew.
 */
async function removeUnusedSecrets({ runs, plans, secrets }: Folders, now: number): Promise<void> {
  const used = new Set([...(await referencesIn(runs)), ...(await referencesIn(plans))]);
  for (const name of await readdir(secrets)) {
    const hash = name.replace(LAID_ASIDE, '');
    if (!/^[0-9a-f]{32}$/.test(hash)) continue;
    const path = join(secrets, hash);
    const aside = path + LAID_ASIDE;
    const keep = async (at: string) => used.has(hash) || now - ((await changedAt(at)) ?? now) <= KEEP_UNUSED_SECRETS;
    if (name === hash) {
      if (await keep(path)) continue;
      await rename(path, aside);
    }
    if (await keep(aside)) await rename(aside, path);
    else await rm(aside, { force: true });
  }
}

/** From the text as it is, so that a damaged file keeps its secrets too. */
async function referencesIn(folder: string): Promise<string[]> {
  const reference = new RegExp(SECRET_REFERENCE, 'g');
  const found: string[] = [];
  for (const name of await readdir(folder)) {
    if (!name.endsWith('.json')) continue;
    const text = (await readIfThere(join(folder, name))) ?? '';
    found.push(...Array.from(text.matchAll(reference), (match) => match[1] ?? ''));
  }
  return found;
}

async function changedAt(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

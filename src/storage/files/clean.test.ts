import { mkdtemp, readdir, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../clock.ts';
import type { RunHeader } from '../journal.ts';
import { openFileStores } from './open.ts';

const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;

let folder: string;
let now: number;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-clean-'));
  now = Date.now();
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Opening is what cleans. */
const open = () => openFileStores(folder, { clock: { now: () => now, sleep: systemClock.sleep } });
const names = async (of: string) => (await readdir(join(folder, of))).sort();
const header = (id: string, input: Record<string, unknown> = {}): RunHeader => ({
  id,
  operation: 'create_app',
  actor: { kind: 'owner' },
  input,
  facts: null,
  digest: 'd',
  steps: [],
  planId: null,
  startedAt: now,
  version: '0.1.0',
});
const plan = (id: string, input: Record<string, unknown> = {}) => ({
  ...{ id, operation: 'create_app', actor: { kind: 'owner' }, input, facts: null, digest: 'd' },
  createdAt: now,
  usedBy: null,
});
const ended = () => ({ type: 'ended', status: 'success', output: null, at: now }) as const;

it('removes runs that ended more than 30 days ago, with all that belongs to them, and no others', async () => {
  const { runs, close } = await open();
  for (const id of ['txn-1-ended', 'txn-1-open']) await runs.create(header(id));
  await close();
  await (await runs.claim('txn-1-ended'))?.append(ended());
  await runs.requestCancel('txn-1-ended');
  await close();
  now += 30 * DAY;
  await open();
  expect(await runs.read('txn-1-ended')).toBeDefined();
  now += HOUR;
  await open();
  expect(await names('runs')).toEqual(['txn-1-open.json']);
});

it('removes a run only when nobody owns it', async () => {
  const { runs, close } = await open();
  const owner = await runs.create(header('txn-1-ended'));
  await owner.append(ended());
  now += 31 * DAY;
  await open();
  expect(await runs.read('txn-1-ended')).toBeDefined();
  await close();
});

it('removes plans that have expired, and a day later what told who took them', async () => {
  const { plans } = await open();
  await plans.save(plan('plan-1-a'));
  await plans.take('plan-1-a', 'txn-1-a');
  now += 2 * HOUR;
  await open();
  expect(await names('plans')).toEqual(['plan-1-a.json', 'plan-1-a.used']);
  now += HOUR;
  await open();
  expect(await names('plans')).toEqual(['plan-1-a.used']);
  now += DAY;
  await open();
  expect(await names('plans')).toEqual([]);
});

it('removes what a crash left half written', async () => {
  await open();
  await writeFile(join(folder, 'runs', '.txn-1-a.json.0123.tmp'), '{');
  now += HOUR;
  await open();
  expect(await names('runs')).toHaveLength(1);
  now += DAY;
  await open();
  expect(await names('runs')).toEqual([]);
});

it('removes secrets a day after they were last given, unless a run or plan that remains refers to them', async () => {
  const { secrets, runs, plans } = await open();
  const unused = await secrets.seal('unused');
  const inRun = await secrets.seal('in a run');
  const inDamagedRun = await secrets.seal('in a damaged run');
  const again = await secrets.seal('given again');
  await (await runs.create(header('txn-1-a', { repo: `https://${inRun}@host/x` }))).release();
  await writeFile(join(folder, 'runs', 'txn-1-torn.json'), `{"header": {"input": "${inDamagedRun}`);
  now += DAY;
  await open();
  expect(await secrets.open(unused)).toBe('unused');
  now += HOUR;
  await secrets.seal('given again');
  const inPlan = await secrets.seal('in a plan');
  await plans.save(plan('plan-1-a', { env_vars: [{ key: 'A', value: inPlan }] }));
  await open();
  await expect(secrets.open(unused)).rejects.toMatchObject({ code: 'not_found' });
  const kept = ['in a run', 'in a damaged run', 'given again', 'in a plan'];
  expect(await Promise.all([inRun, inDamagedRun, again, inPlan].map(secrets.open))).toEqual(kept);
});

it('puts back, or removes, what a cleaning that was cut short had laid aside', async () => {
  const { secrets } = await open();
  const path = (reference: string) => join(folder, 'secrets', reference.slice('secret://v/'.length));
  const fresh = await secrets.seal('fresh');
  const old = await secrets.seal('old');
  for (const reference of [fresh, old]) await rename(path(reference), `${path(reference)}.going`);
  expect(await secrets.open(fresh)).toBe('fresh');
  now += 2 * DAY;
  await utimes(`${path(fresh)}.going`, new Date(now), new Date(now));
  await open();
  expect(await secrets.open(fresh)).toBe('fresh');
  expect(await names('secrets')).toEqual([path(fresh).split('/').at(-1)]);
});

it('keeps every value that is given while other processes clean', async () => {
  const { secrets } = await open();
  for (let round = 0; round < 10; round++) {
    await secrets.seal('wanted');
    now += DAY + HOUR;
    const [reference] = await Promise.all([secrets.seal('wanted'), open(), open()]);
    expect(await secrets.open(reference)).toBe('wanted');
  }
});

it('happens once an hour', async () => {
  const { plans } = await open();
  now += HOUR;
  await open();
  await plans.save({ ...plan('plan-1-a'), createdAt: now - 3 * HOUR });
  now += HOUR - 1000;
  await open();
  expect(await names('plans')).toHaveLength(1);
  now += 2000;
  await open();
  expect(await names('plans')).toHaveLength(0);
});

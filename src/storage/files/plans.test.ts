import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../clock.ts';
import type { StoredPlan } from '../stores.ts';
import { race } from './contenders.ts';
import { openFileStores } from './open.ts';

let folder: string;
let now: number;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-plans-'));
  now = Date.now();
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const open = () => openFileStores(folder, { clock: { now: () => now, sleep: systemClock.sleep } });
const plan = (id: string): StoredPlan => ({
  id,
  operation: 'create_app',
  actor: { kind: 'owner' },
  input: { name: 'shop' },
  facts: { server: 's' },
  digest: 'd',
  createdAt: now,
  usedBy: null,
});

it('is read by every process until its hour is over', async () => {
  const { plans } = await open();
  await plans.save(plan('plan-1-a'));
  expect(await (await open()).plans.read('plan-1-a')).toEqual(plan('plan-1-a'));
  now += 60 * 60_000 - 1;
  expect(await plans.read('plan-1-a')).toBeDefined();
  now += 1;
  expect(await plans.read('plan-1-a')).toBeUndefined();
  await expect(plans.take('plan-1-a', 'txn-1-a')).rejects.toMatchObject({ code: 'plan_expired' });
  await expect(plans.take('plan-1-b', 'txn-1-a')).rejects.toMatchObject({ code: 'plan_expired' });
});

it('is taken by one run, which may ask again', async () => {
  const { plans } = await open();
  await plans.save(plan('plan-1-a'));
  expect(await plans.take('plan-1-a', 'txn-1-a')).toBe(true);
  expect(await plans.take('plan-1-a', 'txn-1-a')).toBe(true);
  expect(await plans.take('plan-1-a', 'txn-1-b')).toBe(false);
  expect((await plans.read('plan-1-a'))?.usedBy).toBe('txn-1-a');
});

it('is taken by exactly one of the processes that want it at the same time', async () => {
  const { plans } = await open();
  await plans.save(plan('plan-1-a'));
  const code = `const id = 'txn-1-' + process.pid; say(await (await open()).plans.take('plan-1-a', id) ? id : 'late');`;
  const answers = await race(folder, 4, code);
  expect(answers.filter((answer) => answer !== 'late')).toEqual([(await plans.read('plan-1-a'))?.usedBy]);
});

it('is refused by name when its file is damaged, and under what is no id', async () => {
  const { plans } = await open();
  const path = join(folder, 'plans', 'plan-1-a.json');
  await writeFile(path, '{');
  await expect(plans.read('plan-1-a')).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining(path),
  });
  await expect(async () => plans.read('../plan-1-a')).rejects.toMatchObject({ code: 'invalid_input' });
});

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { hasRecentRuns } from './recent.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-recent-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('sees a run of the last hour, whatever state it is in, and none where there is no folder', async () => {
  expect(await hasRecentRuns(folder, 10_000_000)).toBe(false);
  await mkdir(join(folder, 'runs'));
  await writeFile(join(folder, 'runs', 'txn-5000-abc.json'), 'damaged');
  await writeFile(join(folder, 'runs', 'txn-9999-abc.lock'), '');
  expect(await hasRecentRuns(folder, 10_000_000)).toBe(false);
  await writeFile(join(folder, 'runs', 'txn-9000-abc.json'), '');
  expect(await hasRecentRuns(folder, 10_000_000)).toBe(true);
});

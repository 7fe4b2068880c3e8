import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../clock.ts';
import { takeLock } from './lock.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-lock-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const nonce = (n: number) => n.toString(16).padStart(32, '0');
const dead = (n: number) => JSON.stringify({ pid: 2 ** 22 + 1, host: hostname(), nonce: nonce(n) });

/** How many turns of the event loop each taker starts late, so that they meet in every order. */
const lateness = fc.array(fc.nat({ max: 60 }), { minLength: 2, maxLength: 12 });

it('exactly one of many gets a lock, whatever chain of dead holders it finds', async () => {
  let round = 0;
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: 3 }), lateness, async (deadHolders, takers) => {
      const name = `round-${round++}`;
      const path = join(folder, name);
      for (let n = 0; n < deadHolders; n++) await writeFile(n === 0 ? path : `${path}.${nonce(n - 1)}`, dead(n));
      const taken = takers.map(async (turns) => {
        for (let turn = 0; turn < turns; turn++) await setImmediate();
        return takeLock(path, systemClock);
      });
      const locks = (await Promise.all(taken)).filter((lock) => lock !== undefined);
      expect(locks).toHaveLength(1);
      expect(await locks[0]?.held()).toBe(true);
      expect((await readdir(folder)).filter((file) => file.startsWith(name))).toEqual([name]);
      await locks[0]?.release();
      expect((await readdir(folder)).filter((file) => file.startsWith(name))).toEqual([]);
    }),
    { numRuns: 100 },
  );
});

it('an heir that was made too late is worth nothing', async () => {
  const path = join(folder, 'late');
  await writeFile(path, dead(0));
  const lock = await takeLock(path, systemClock);
  await writeFile(`${path}.${nonce(0)}`, dead(1));
  expect(await lock?.held()).toBe(true);
  expect(JSON.parse(await readFile(path, 'utf8')).pid).toBe(process.pid);
});

import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../clock.ts';
import type { Log } from '../../log.ts';
import { type JournalEvent, type RunHeader, runState } from '../journal.ts';
import { OwnershipLost } from '../stores.ts';
import { contender, crash, race } from './contenders.ts';
import { openFileStores } from './open.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-runs-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const open = (clock: Clock = systemClock, log?: Log) => openFileStores(folder, { clock, ...(log ? { log } : {}) });

let count = 0;
const header = (id = `txn-1700000000-${(count++).toString(36)}`): RunHeader => ({
  id,
  operation: 'create_app',
  actor: { kind: 'owner' },
  input: {},
  facts: null,
  digest: 'd',
  steps: [],
  planId: null,
  startedAt: Date.now(),
  version: '0.1.0',
});
const begun = (step: number): JournalEvent => ({ type: 'begun', step, mark: null, at: 1 });

/** Through JSON once, which knows no -0. */
const json = fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value)));
const result = fc.dictionary(fc.string(), json, { maxKeys: 3 });
const index = fc.nat({ max: 5 });
const failure = fc.record({
  message: fc.string({ unit: 'binary' }),
  stage: fc.string(),
  severity: fc.constantFrom('critical', 'high', 'medium', 'low'),
  fix: fc.string(),
  logs: fc.array(fc.string()),
  details: result,
  kind: fc.constantFrom('failed', 'cancelled', 'undecidable', 'fault'),
});
const event = fc.oneof(
  fc.record({ at: fc.nat(), type: fc.constant('begun'), step: index, mark: json }),
  fc.record({ at: fc.nat(), type: fc.constant('done'), step: index, result }),
  fc.record({ at: fc.nat(), type: fc.constant('failed'), step: index, failure }),
  fc.record({ at: fc.nat(), type: fc.constant('undo_begun'), step: index, part: index, mark: json }),
  fc.record({ at: fc.nat(), type: fc.constant('undo_done'), step: index, part: index, result }),
  fc.record({ at: fc.nat(), type: fc.constant('undo_failed'), step: index, part: index, failure }),
  fc.record({ at: fc.nat(), type: fc.constant('taken_over'), by: fc.string() }),
  fc.record({
    at: fc.nat(),
    type: fc.constant('ended'),
    status: fc.constantFrom('success', 'rolled_back', 'failed'),
    output: fc.option(result),
  }),
) as fc.Arbitrary<JournalEvent>;

describe('a journal', () => {
  it('reads back, after any number of its events, as the run it was', async () => {
    const { runs } = await open();
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 8 }), async (events) => {
        const written = { header: header(), events: [] as JournalEvent[] };
        const owner = await runs.create(written.header);
        expect(await runs.read(written.header.id)).toEqual(written);
        for (const next of events) {
          await owner.append(next);
          written.events.push(next);
          const read = await runs.read(written.header.id);
          expect(read && runState(read)).toEqual(runState(written));
        }
        await owner.release();
      }),
      { numRuns: 25 },
    );
  });

  it('keeps events that are appended without waiting, in their order', async () => {
    const { runs } = await open();
    const { id } = header();
    const owner = await runs.create(header(id));
    await Promise.all([0, 1, 2, 3].map((step) => owner.append(begun(step))));
    expect((await runs.read(id))?.events).toEqual([0, 1, 2, 3].map(begun));
  });

  it('has one run an id', async () => {
    const { runs } = await open();
    const owner = await runs.create(header('txn-1-a'));
    await expect(runs.create(header('txn-1-a'))).rejects.toMatchObject({ code: 'conflict' });
    await owner.release();
    await expect(runs.create(header('txn-1-a'))).rejects.toMatchObject({ code: 'conflict' });
    expect(await runs.owned('txn-1-a')).toBe(false);
  });

  it('is unknown under an id that nobody made, and refused under one that is no id', async () => {
    const { runs } = await open();
    expect(await runs.read('txn-1-a')).toBeUndefined();
    expect(await runs.claim('txn-1-a')).toBeUndefined();
    for (const id of ['../secrets', 'txn-1-a/../../x', 'txn-1-a.lock', '', 'plan-1-a', 'TXN-1-A', 'txn-1-a\n']) {
      await expect(async () => runs.read(id)).rejects.toMatchObject({ code: 'invalid_input' });
      await expect(async () => runs.claim(id)).rejects.toMatchObject({ code: 'invalid_input' });
      await expect(async () => runs.requestCancel(id)).rejects.toMatchObject({ code: 'invalid_input' });
    }
  });

  it('is readable by its owner only', async () => {
    const { runs } = await open();
    await runs.create(header('txn-1-a'));
    await runs.requestCancel('txn-1-a');
    expect((await stat(join(folder, 'runs'))).mode & 0o777).toBe(0o700);
    for (const name of await readdir(join(folder, 'runs'))) {
      expect((await stat(join(folder, 'runs', name))).mode & 0o777).toBe(0o600);
    }
  });

  it('stays whole when there is no room for more, and says so', async () => {
    const code = `
      const { runs } = await open();
      const owner = await runs.create(${JSON.stringify(header('txn-1-a'))});
      await owner.append({ type: 'begun', step: 0, mark: 'small', at: 1 });
      await owner.append({ type: 'begun', step: 1, mark: 'x'.repeat(100_000), at: 1 }).catch((error) => say(error.code + ': ' + error.message));
      await owner.append({ type: 'begun', step: 2, mark: 'small', at: 1 });`;
    const cramped = contender(folder, code, { fileKilobytes: 16 });
    expect(await cramped.says()).toMatch(/^busy: There is no room to write .*txn-1-a\.json/);
    await new Promise((resolve) => cramped.process.once('exit', resolve));
    const journal = await (await open()).runs.read('txn-1-a');
    expect(journal?.events.map((e) => e.type === 'begun' && e.step)).toEqual([0, 2]);
    expect((await readdir(join(folder, 'runs'))).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});

describe('the list', () => {
  it('is newest first, within a second too, and no longer than asked for', async () => {
    const { runs } = await open();
    const made: [string, number][] = [
      ['txn-1700000001-a', 1700000001_500],
      ['txn-1700000001-b', 1700000001_900],
      ['txn-1700000000-c', 1700000000_000],
      ['txn-1700000001-d', 1700000001_100],
    ];
    for (const [id, startedAt] of made) await runs.create({ ...header(id), startedAt });
    const ids = async (limit: number) => (await runs.list(limit)).map((journal) => journal.header.id);
    expect(await ids(10)).toEqual(['txn-1700000001-b', 'txn-1700000001-a', 'txn-1700000001-d', 'txn-1700000000-c']);
    expect(await ids(1)).toEqual(['txn-1700000001-b']);
  });

  it('tells of a damaged file by name, once, and shows the others', async () => {
    const told: unknown[] = [];
    const log: Log = { info() {}, error() {}, warn: (name, fields) => told.push([name, fields?.reason, fields?.next]) };
    const { runs } = await open(systemClock, log);
    await runs.create(header('txn-2-whole'));
    const path = join(folder, 'runs', 'txn-1-torn.json');
    await writeFile(path, '{"header":{"id":"txn-1-t');
    expect(await runs.list(10)).toHaveLength(1);
    expect(await runs.list(10)).toHaveLength(1);
    expect(told).toEqual([['run_damaged', expect.stringContaining(path), expect.stringContaining('Move it away')]]);
    await expect(runs.read('txn-1-torn')).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(path),
    });
  });
});

describe('a request to cancel', () => {
  it('is seen by every process', async () => {
    const { runs } = await open();
    await runs.create(header('txn-1-a'));
    expect(await runs.cancelRequested('txn-1-a')).toBe(false);
    await (await open()).runs.requestCancel('txn-1-a');
    expect(await runs.cancelRequested('txn-1-a')).toBe(true);
  });
});

describe('ownership', () => {
  const lock = () => join(folder, 'runs', 'txn-1-a.lock');

  it('is for one at a time, and free again after the release', async () => {
    const { runs } = await open();
    const owner = await runs.create(header('txn-1-a'));
    expect(await runs.owned('txn-1-a')).toBe(true);
    expect(await runs.claim('txn-1-a')).toBeUndefined();
    await owner.release();
    expect(await runs.owned('txn-1-a')).toBe(false);
    await expect(owner.append(begun(0))).rejects.toThrow(OwnershipLost);
    const next = await runs.claim('txn-1-a');
    await next?.append(begun(0));
    expect((await runs.read('txn-1-a'))?.events).toEqual([begun(0)]);
  });

  it('is given up when the stores close', async () => {
    const { runs, close } = await open();
    await runs.create(header('txn-1-a'));
    await close();
    expect(await runs.owned('txn-1-a')).toBe(false);
  });

  it('of a process that was killed goes to exactly one of those who want it', async () => {
    const { runs } = await open();
    for (let round = 0; round < 3; round++) {
      const id = `txn-1-${round}`;
      const owner = contender(
        folder,
        `const { runs } = await open();
         const owner = await runs.create(${JSON.stringify(header(id))});
         await owner.append({ type: 'begun', step: 0, mark: null, at: 1 });
         say('mine'); await go();`,
      );
      expect(await owner.says()).toBe('mine');
      expect(await runs.claim(id)).toBeUndefined();
      await crash(owner);
      expect(await runs.owned(id)).toBe(false);
      const answers = await race(
        folder,
        3,
        `const { runs } = await open();
         const owner = await runs.claim('${id}');
         await owner?.append({ type: 'taken_over', by: 'pid ' + process.pid, at: 1 });
         say(owner ? 'won' : 'lost');`,
      );
      expect(answers.sort()).toEqual(['lost', 'lost', 'won']);
      expect((await runs.read(id))?.events.map((e) => e.type)).toEqual(['begun', 'taken_over']);
    }
  });

  it('survives a taker that was killed between becoming the heir and moving up', async () => {
    const { runs } = await open();
    const owner = await runs.create(header('txn-1-a'));
    const holder = JSON.parse(await readFile(lock(), 'utf8'));
    await writeFile(lock(), JSON.stringify({ ...holder, started: 'an-earlier-boot/1' }));
    const heir = { ...holder, started: 'an-earlier-boot/2', nonce: 'f'.repeat(32) };
    await writeFile(`${lock()}.${holder.nonce}`, JSON.stringify(heir));
    const next = await runs.claim('txn-1-a');
    await next?.append(begun(0));
    await expect(owner.append(begun(1))).rejects.toThrow(OwnershipLost);
    expect((await runs.read('txn-1-a'))?.events).toEqual([begun(0)]);
    expect((await readdir(join(folder, 'runs'))).sort()).toEqual(['txn-1-a.json', 'txn-1-a.lock']);
    // The one who lost it does not release what is another's now.
    await owner.release();
    expect(await runs.owned('txn-1-a')).toBe(true);
  });

  it.runIf(process.platform === 'linux')('is not that of a later process with the same number', async () => {
    const { runs } = await open();
    await runs.create(header('txn-1-a'));
    const holder = JSON.parse(await readFile(lock(), 'utf8'));
    expect(holder).toMatchObject({ pid: process.pid, started: expect.stringMatching(/^[0-9a-f-]{36}\/\d+$/) });
    await writeFile(lock(), JSON.stringify({ ...holder, started: `${holder.started}0` }));
    expect(await runs.owned('txn-1-a')).toBe(false);
  });

  it('from another host lasts until 15 minutes after the last refresh', async () => {
    let now = Date.now();
    const clock: Clock = { now: () => now, sleep: systemClock.sleep };
    const { runs } = await open(clock);
    const owner = await runs.create(header('txn-1-a'));
    const holder = JSON.parse(await readFile(lock(), 'utf8'));
    await writeFile(lock(), JSON.stringify({ ...holder, host: 'elsewhere.invalid' }));
    await utimes(lock(), new Date(now), new Date(now));
    now += 14 * 60_000;
    expect(await runs.claim('txn-1-a')).toBeUndefined();
    now += 2 * 60_000;
    const next = await runs.claim('txn-1-a');
    expect(next).toBeDefined();
    await expect(owner.append(begun(0))).rejects.toThrow(OwnershipLost);
  });

  it('is refreshed every few minutes while it lasts', async () => {
    let now = Date.now();
    const pauses: (() => void)[] = [];
    const clock: Clock = {
      now: () => now,
      sleep: (_, signal) =>
        new Promise((resolve, reject) => {
          pauses.push(resolve);
          signal?.addEventListener('abort', () => reject(signal.reason));
        }),
    };
    const { runs } = await open(clock);
    const owner = await runs.create(header('txn-1-a'));
    now += 5 * 60_000;
    pauses.shift()?.();
    await expect.poll(async () => (await stat(lock())).mtimeMs).toBeCloseTo(now, -1);
    await expect.poll(() => pauses.length).toBe(1);
    await owner.release();
  });

  it('with a damaged lock is refused by the name of the file', async () => {
    const { runs } = await open();
    await (await runs.create(header('txn-1-a'))).release();
    await writeFile(lock(), '');
    await expect(runs.claim('txn-1-a')).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(lock()),
    });
  });
});

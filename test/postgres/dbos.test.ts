import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { JournalEvent } from '../../src/storage/journal.ts';
import { type Member, type MemberOptions, startMember } from './fleet.ts';
import { newPlace, type Place, query } from './place.ts';
import { closeGate, effectsOf, STEPS, traceOf } from './probe.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 120_000 });

const PATIENCE = { timeout: 30_000, interval: 20 };

let place: Place;
let folder: string;
let url: string;
let members: Member[];
beforeAll(async () => {
  place = await newPlace();
});
afterAll(() => place[Symbol.asyncDispose]());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-dbos-'));
  url = await place.database();
  members = [];
});
afterEach(async () => {
  for (const member of members) member.process.kill('SIGCONT');
  await Promise.all(members.map((member) => member.kill()));
  await rm(folder, { recursive: true, force: true });
});

async function member(who: string, more: Partial<MemberOptions> = {}): Promise<Member> {
  const made = await startMember({ url, folder, who, ...more });
  members.push(made);
  return made;
}

const openGate = (at: string) => rm(join(folder, `gate ${at}`));
const stands = (id: string, at: string, who: string) =>
  expect.poll(() => traceOf(folder, id), PATIENCE).toContain(`at ${at} ${who}`);
const events = (member: Member, id: string) => member.ask<JournalEvent[]>('read', id);
const types = async (member: Member, id: string) => (await events(member, id)).map(({ type }) => type);
const ended = (member: Member, id: string) => expect.poll(() => types(member, id), PATIENCE).toContain('ended');
/** Which steps took effect, whoever brought it about. */
const done = async (id: string) => (await effectsOf(folder, id)).map((line) => line.split(' ').slice(0, 2).join(' '));
const ALL = Array.from({ length: STEPS }, (_, i) => `do ${i}`);

describe('a run on DBOS', () => {
  it('is carried out, and DBOS shows it with its steps', async () => {
    const one = await member('one');
    await one.ask('start', 'txn-1-a');
    expect(await one.ask('wait', 'txn-1-a', 20_000)).toEqual([...ALL.flatMap(() => ['begun', 'done']), 'ended']);
    expect(await done('txn-1-a')).toEqual(ALL);
    expect(await one.ask('owned', 'txn-1-a')).toBe(false);
    const shown = await query(
      url,
      `select name, status, executor_id, application_version from dbos.workflow_status where workflow_uuid = 'txn-1-a'`,
    );
    expect(shown).toEqual([
      { name: 'carry_out', status: 'SUCCESS', executor_id: await one.ask('executor'), application_version: '1' },
    ]);
    const steps = await query(
      url,
      `select function_name from dbos.operation_outputs where workflow_uuid = 'txn-1-a' order by function_id`,
    );
    expect(steps.map((row) => row.function_name)).toEqual(['effect_0', 'effect_1', 'effect_2']);
    expect(one.log.filter((line) => !line.includes('"info"'))).toEqual([]);
  });

  it('has its id for itself, whichever process comes second', async () => {
    const [one, two] = await Promise.all([member('one'), member('two')]);
    const started = await Promise.allSettled([one, two].map((each) => each.ask('start', 'txn-1-a')));
    expect(started.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const refusal = started.find((one) => one.status === 'rejected');
    expect(refusal?.reason).toMatchObject({ code: 'conflict' });
    await ended(one, 'txn-1-a');
    expect(await done('txn-1-a')).toEqual(ALL);
  });

  it('of a living process is nobody else’s', async () => {
    await closeGate(folder, 'before 1');
    const one = await member('one');
    await one.ask('start', 'txn-1-a');
    await stands('txn-1-a', 'before 1', 'one');
    const two = await member('two');
    expect(await two.ask('recover')).toEqual([]);
    expect(await two.ask('owned', 'txn-1-a')).toBe(true);
    await expect(two.ask('takeUp', 'txn-1-a', 'undo')).rejects.toMatchObject({ code: 'busy' });
    // Longer than it takes to look around: nothing may come of it.
    expect(await two.ask('wait', 'txn-1-a', 2500)).toEqual(['begun', 'done', 'begun']);
    await openGate('before 1');
    expect(await two.ask('wait', 'txn-1-a', 20_000)).toContain('ended');
    expect(await effectsOf(folder, 'txn-1-a')).toEqual(ALL.map((effect) => `${effect} one`));
  });

  it('is cancelled from another process, and followed from there', async () => {
    await closeGate(folder, 'after 1');
    const [one, two] = await Promise.all([member('one'), member('two')]);
    await one.ask('start', 'txn-1-a');
    await two.ask('follow', 'txn-1-a');
    await stands('txn-1-a', 'after 1', 'one');
    expect(await two.ask('cancel', 'txn-1-a')).toBe('asked');
    expect(await two.ask('wait', 'txn-1-a', 20_000)).toContain('ended');
    expect(await effectsOf(folder, 'txn-1-a')).toEqual(['do 0 one', 'do 1 one', 'undo 1 one', 'undo 0 one']);
    expect(await two.ask('cancel', 'txn-1-a')).toBe('ended');
    await expect
      .poll(() => two.ask<string[]>('told'), PATIENCE)
      .toEqual(expect.arrayContaining(['FAILED effect 1: cancelled by the caller', 'ROLLBACK effect 0: taken back']));
  });

  it('is left whole by a process that stops, and gone on with by the other', async () => {
    await closeGate(folder, 'before 1');
    const [one, two] = await Promise.all([member('one'), member('two')]);
    await one.ask('start', 'txn-1-a');
    await stands('txn-1-a', 'before 1', 'one');
    await one.ask('close');
    await openGate('before 1');
    await ended(two, 'txn-1-a');
    expect(await effectsOf(folder, 'txn-1-a')).toEqual(['do 0 one', 'do 1 two', 'do 2 two']);
    expect(await types(two, 'txn-1-a')).toContain('taken_over');
  });

  it('is taken back when a person asks for it', async () => {
    await closeGate(folder, 'before 2');
    const one = await member('one');
    await one.ask('start', 'txn-1-a');
    await stands('txn-1-a', 'before 2', 'one');
    await one.kill();
    // Older than what is taken up unasked.
    await query(url, `update fairlead.runs set started_at = 1`);
    await openGate('before 2');
    const two = await member('two');
    expect(await two.ask('recover')).toEqual([]);
    await two.ask('takeUp', 'txn-1-a', 'undo');
    await ended(two, 'txn-1-a');
    expect(await effectsOf(folder, 'txn-1-a')).toEqual([
      'do 0 one',
      'do 1 one',
      'undo 2 two',
      'undo 1 two',
      'undo 0 two',
    ]);
  });
});

describe('kill -9 of the owner', () => {
  const places = Array.from({ length: STEPS }, (_, i) => [`mark ${i}`, `before ${i}`, `after ${i}`]).flat();
  it.each(places)('%s the effect: the other takes over, each step once', async (at) => {
    await closeGate(folder, at);
    const [one, two] = await Promise.all([member('one'), member('two')]);
    await one.ask('start', 'txn-1-a');
    await stands('txn-1-a', at, 'one');
    await one.kill();
    await openGate(at);
    await ended(two, 'txn-1-a');
    expect(await done('txn-1-a')).toEqual(ALL);
    const journal = await events(two, 'txn-1-a');
    expect(journal.at(-1)).toMatchObject({
      type: 'ended',
      status: 'success',
      output: { made0: 0, made1: 1, made2: 2 },
    });
    expect(journal.filter(({ type }) => type === 'done')).toHaveLength(STEPS);
    expect(await readFile(join(folder, 'ends'), 'utf8')).toBe('txn-1-a success two\n');
  });
});

describe('a frozen owner', () => {
  it.each(['mark 1', 'after 1'])(
    'that wakes at %s, after another took over, does and writes nothing more',
    async (at) => {
      await closeGate(folder, at);
      const one = await member('one', { leaseMs: 1500 });
      const two = await member('two', { leaseMs: 1500 });
      await one.ask('start', 'txn-1-a');
      await stands('txn-1-a', at, 'one');
      one.process.kill('SIGSTOP');
      await openGate(at);
      await ended(two, 'txn-1-a');
      const written = await events(two, 'txn-1-a');
      expect(await done('txn-1-a')).toEqual(ALL);
      const effects = await effectsOf(folder, 'txn-1-a');
      one.process.kill('SIGCONT');
      await expect.poll(() => one.log.join('\n'), PATIENCE).toContain('run_suspended');
      expect(await events(two, 'txn-1-a')).toEqual(written);
      expect(await effectsOf(folder, 'txn-1-a')).toEqual(effects);
      expect(await readFile(join(folder, 'ends'), 'utf8')).toBe('txn-1-a success two\n');
      // It is a member like any other again.
      await expect
        .poll(
          () =>
            one.ask('start', 'txn-1-b').then(
              () => true,
              () => false,
            ),
          PATIENCE,
        )
        .toBe(true);
      expect(await one.ask('wait', 'txn-1-b', 20_000)).toContain('ended');
    },
  );

  it('that had looked for an effect, and wakes after another brought it about, does not repeat it', async () => {
    await closeGate(folder, 'before 1');
    const one = await member('one');
    await one.ask('start', 'txn-1-a');
    await stands('txn-1-a', 'before 1', 'one');
    await one.kill();
    await openGate('before 1');
    await closeGate(folder, 'find 1');
    const two = await member('two', { leaseMs: 1500 });
    await stands('txn-1-a', 'find 1', 'two');
    two.process.kill('SIGSTOP');
    await openGate('find 1');
    const three = await member('three', { leaseMs: 1500 });
    await ended(three, 'txn-1-a');
    const written = await events(three, 'txn-1-a');
    two.process.kill('SIGCONT');
    await expect.poll(() => two.log.join('\n'), PATIENCE).toContain('run_suspended');
    expect(await events(three, 'txn-1-a')).toEqual(written);
    expect(await effectsOf(folder, 'txn-1-a')).toEqual(['do 0 one', 'do 1 three', 'do 2 three']);
  });
});

it('a process whose lock is gone stops what it does', async () => {
  await closeGate(folder, 'before 1');
  const one = await member('one');
  await one.ask('start', 'txn-1-a');
  await stands('txn-1-a', 'before 1', 'one');
  const id = await one.ask('executor');
  await query(
    url,
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'fairlead executor ${id}'`,
  );
  await expect.poll(() => one.log.join('\n'), PATIENCE).toContain('run_suspended');
  expect(await effectsOf(folder, 'txn-1-a')).toEqual(['do 0 one']);
  // Under its new id it takes up what it lost, as any other would.
  await openGate('before 1');
  await ended(one, 'txn-1-a');
  expect(await done('txn-1-a')).toEqual(ALL);
  expect(await types(one, 'txn-1-a')).toContain('taken_over');
});

describe('every prefix of a journal', () => {
  /** As many runs as there are prefixes, each left where the prefix ends by a process that is dead. */
  async function leavePrefixes(of: string, whole: JournalEvent[]): Promise<string[]> {
    const ids = whole.map((_, length) => `txn-2-${length}`);
    for (const [length, id] of ids.entries()) {
      await query(
        url,
        `
        insert into fairlead.runs (id, header, started_at, events)
          select '${id}', replace(header::text, '${of}', '${id}')::json, ${Date.now()}, ${length} from fairlead.runs where id = '${of}'`,
      );
      await query(
        url,
        `
        insert into fairlead.run_events (run_id, seq, event)
          select '${id}', seq, event from fairlead.run_events where run_id = '${of}' and seq < ${length}`,
      );
    }
    return ids;
  }

  it('of a run that succeeds is gone on with, and what is done is not done again', async () => {
    const one = await member('one');
    await one.ask('start', 'txn-1-a');
    await ended(one, 'txn-1-a');
    const whole = await events(one, 'txn-1-a');
    await one.kill();
    const ids = await leavePrefixes('txn-1-a', whole);
    const two = await member('two');
    for (const [length, id] of ids.entries()) {
      await ended(two, id);
      const journal = await events(two, id);
      expect(journal.slice(0, length)).toEqual(whole.slice(0, length));
      expect(journal.at(-1)).toMatchObject({
        type: 'ended',
        status: 'success',
        output: { made0: 0, made1: 1, made2: 2 },
      });
      const completed = whole.slice(0, length).filter(({ type }) => type === 'done').length;
      expect(await done(id)).toEqual(ALL.slice(completed));
    }
  });

  it('of a run that is taken back is taken back to its end, and what is undone is not undone again', async () => {
    await closeGate(folder, 'after 1');
    const one = await member('one');
    await one.ask('start', 'txn-1-a');
    await stands('txn-1-a', 'after 1', 'one');
    await one.ask('cancel', 'txn-1-a');
    await ended(one, 'txn-1-a');
    await openGate('after 1');
    const whole = await events(one, 'txn-1-a');
    await one.kill();
    const failed = whole.findIndex(({ type }) => type === 'failed');
    const ids = await leavePrefixes('txn-1-a', whole);
    const two = await member('two');
    for (const [length, id] of ids.entries()) {
      await ended(two, id);
      const journal = await events(two, id);
      expect(journal.slice(0, length)).toEqual(whole.slice(0, length));
      expect(journal.at(-1)).toMatchObject({ type: 'ended', status: length > failed ? 'rolled_back' : 'success' });
      const undone = whole.slice(0, length).filter(({ type }) => type === 'undo_done').length;
      if (length > failed) expect(await done(id)).toEqual(['undo 1', 'undo 0'].slice(undone));
    }
  });
});

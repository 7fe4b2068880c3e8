import { type Journal, runState } from '../../src/storage/journal.ts';
import type { AuditEntry } from '../../src/storage/stores.ts';
import type { Fault } from './faults.ts';
import { type End, expect, type Job } from './jobs.ts';
import { type Member, startMember } from './member.ts';
import { type Adapter, isRoot } from './storages.ts';
import { makeWorld, type Site } from './world.ts';

/** One fault at one step of one operation, on one durable adapter. */
export interface Cell {
  adapter: Adapter;
  job: Job;
  /** Names of the job's steps. */
  steps: readonly string[];
  step: number;
  fault: Fault;
}

export interface Result {
  cell: Cell;
  /** Undefined where this machine cannot show it. */
  holds: boolean | undefined;
  /** What was seen, or what was wrong. */
  told: string;
  seconds: number;
  /** Of the run, where it came so far. */
  journal?: Journal;
}

/** What a caller is kept waiting, in real time. */
const WAIT_MS = 90_000;

export async function runCell(cell: Cell, site: Site): Promise<Result> {
  const started = performance.now();
  const result = (holds: boolean | undefined, told: string): Result => ({
    cell,
    holds,
    told,
    seconds: (performance.now() - started) / 1000,
  });
  if (cell.fault.needsRoot && !isRoot()) return result(undefined, 'it takes root to mount a disk');
  try {
    const { wrong, told, journal } = await strike(cell, site);
    return { ...result(wrong.length === 0, [...wrong, told].join('; ')), journal };
  } catch (error) {
    return result(false, error instanceof Error ? error.message : String(error));
  }
}

async function strike(
  { adapter, job, steps, step, fault }: Cell,
  site: Site,
): Promise<{ wrong: string[]; told: string; journal: Journal }> {
  await using world = await makeWorld(site);
  await job.prepare(world);
  const kept = await adapter.place(world, fault.smallDisk ?? false);
  const members: Member[] = [];
  world.defer(() => Promise.all(members.map((member) => member.close())));

  const { witness, wrong, mayOverrun } = await fault.strike({
    world,
    kept,
    step,
    async member(more) {
      const { factor, leaseMs } = fault;
      const member = await startMember({
        factor,
        takeUp: false,
        ...(leaseMs && { leaseMs }),
        ...kept.options,
        ...more,
      });
      members.push(member);
      return member;
    },
    begin: (member) =>
      member
        .ask<Record<string, unknown>>('call', job.name, job.arguments(world), WAIT_MS * fault.factor)
        .catch(() => undefined),
  });
  await world.emulator.settled();

  const journal = await witness.ask<Journal>('newest');
  const end = await witness.ask<End>('call', 'get_run', { id: journal.header.id }, 0);
  const audit = await witness.ask<AuditEntry[]>('audit', 20);
  const overruns = audit.filter(({ details }) => details.outcome === 'overrun').length;
  const twice = mayOverrun === true && overruns > 0;
  const told = [end.status, job.tell(world), ...(overruns > 0 ? [`${overruns} overrun reported`] : [])].join(', ');
  return {
    journal,
    told: end.incident ? `${told} (${end.incident.root_cause})` : told,
    wrong: [
      ...wrong,
      ...wrongIn(journal, steps),
      ...expect(fault.ends.includes(end.status), `it ended ${end.status}`),
      ...expect(
        audit.some(({ details }) => details.outcome === end.status),
        'its end is not in the audit',
      ),
      ...(await job.wrong(world, end, twice)),
    ],
  };
}

/** What a reader of the journal would stumble over. */
function wrongIn({ header, events }: Journal, steps: readonly string[]): string[] {
  const done = events.flatMap((event) => (event.type === 'done' ? [event.step] : []));
  const { ended } = runState({ header, events });
  return [
    ...expect(
      header.steps.map(({ name }) => name).join() === steps.join(),
      `its steps are ${header.steps.map(({ name }) => name).join()}`,
    ),
    ...expect(
      done.every((step, i) => step === i),
      `steps done: ${done.join()}`,
    ),
    ...expect(ended !== null, 'it has not ended'),
    ...expect(events.at(-1)?.type === 'ended', `its last event is ${events.at(-1)?.type}`),
  ];
}

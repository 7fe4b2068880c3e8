import type { Journal } from '../../src/storage/journal.ts';
import { until } from '../harness.ts';
import type { Member, ProgramOptions } from './member.ts';
import type { Moment } from './moment.ts';
import type { Kept } from './storages.ts';
import type { World } from './world.ts';

/** What a fault has to work with. */
export interface Stage {
  world: World;
  kept: Kept;
  step: number;
  /** Starts a process; the first of a cell is the one that is struck. */
  member(more?: Partial<ProgramOptions>): Promise<Member>;
  /** Lets a process begin the run; what it is answered, or undefined where it was killed. */
  begin(member: Member): Promise<Record<string, unknown> | undefined>;
}

/** What was seen besides the world: which process can be asked now, and what was wrong on the way. */
export interface Seen {
  witness: Member;
  wrong: string[];
  /** A second effect is no fault if it was reported. */
  mayOverrun?: true;
}

export interface Fault {
  name: string;
  /** What it stands for, for the documentation. */
  meaning: string;
  /** How a run ends that met it. */
  ends: readonly string[];
  /** How much faster than the real one the processes' clock runs. */
  factor: number;
  needsRoot?: true;
  smallDisk?: true;
  /** Its processes count as dead after so long without a sign of life, where that is how it is told. */
  leaseMs?: number;
  strike(stage: Stage): Promise<Seen>;
}

const FACTOR = 10;
/** Ten minutes without Coolify pass in six seconds. */
const AWAY_FACTOR = 100;
/** Real time, and generous on a busy machine. */
const LEASE_MS = 3000;
/** By the faster clock: no cell takes so long that holds. */
const LONG_MS = 15 * 60_000;

const newest = (member: Member) => member.ask<Journal>('newest');

export const faults: readonly Fault[] = [
  killed('before', 'killed before the step was begun: nothing of it is in the journal', {
    at: 'begun',
    when: 'before',
  }),
  killed('effect', 'killed when Coolify had carried the step out and the journal did not say so yet', {
    at: 'done',
    when: 'before',
  }),
  killed('after', 'killed right after the journal said that the step was done', { at: 'done', when: 'after' }),
  {
    name: 'answer lost',
    meaning: "Coolify carries the step's request out and the connection breaks before the answer",
    ends: ['success'],
    factor: FACTOR,
    async strike({ world, step, member, begin }) {
      const one = await member({ moment: { step, at: 'request', when: 'before', act: 'hold' } });
      const answered = begin(one);
      await one.standing;
      world.emulator.faults.rules.push({ drop: 'after', times: 1 });
      await one.ask('release');
      await answered;
      return { witness: one, wrong: [] };
    },
  },
  paused('paused', 'stopped (SIGSTOP) right before the effect until another process has finished the run, then woken', {
    at: 'begun',
    when: 'after',
  }),
  paused(
    'paused inside',
    'the same in the middle of the request, where nothing can stop it: a second effect has to be seen and reported',
    { at: 'request', when: 'before' },
  ),
  {
    name: 'twice',
    meaning: 'taken up by a second process while the first lives (refused), then by two at once when it is killed',
    ends: ['success'],
    factor: FACTOR,
    async strike({ step, member, begin }) {
      const [one, two, three] = await Promise.all([
        member({ moment: { step, at: 'done', when: 'before', act: 'hold' } }),
        member(),
        member(),
      ]);
      void begin(one);
      const id = await one.standing;
      const refused = await two.ask('takeUp', id, 'forward').then(
        () => 'taken up',
        ({ code }: { code?: string }) => code,
      );
      one.signal('SIGKILL');
      await one.gone;
      await Promise.all([two.ask('recover'), three.ask('recover')]);
      await two.ask('wait', id, LONG_MS);
      const { events } = await newest(two);
      const takenOver = events.filter(({ type }) => type === 'taken_over').length;
      return {
        witness: two,
        wrong: [
          ...(refused === 'busy' ? [] : [`while its owner lived, taking it up was answered ${refused}`]),
          ...(takenOver === 1 ? [] : [`taken over ${takenOver} times`]),
        ],
      };
    },
  },
  {
    name: 'cancelled',
    meaning: "cancelled from another process while the answer to the step's request is on its way",
    ends: ['rolled_back', 'failed', 'success'],
    factor: FACTOR,
    async strike({ step, member, begin }) {
      const [one, two] = await Promise.all([
        member({ moment: { step, at: 'request', when: 'after', act: 'hold' } }),
        member(),
      ]);
      const answered = begin(one);
      const id = await one.standing;
      await two.ask('cancel', id);
      await answered;
      return { witness: two, wrong: [] };
    },
  },
  {
    name: 'Coolify away',
    meaning:
      'no connection to Coolify from here on, for longer than anything is tried again; then back, and taken back by hand what was left',
    ends: ['rolled_back', 'failed'],
    factor: AWAY_FACTOR,
    async strike({ world, step, member, begin }) {
      const one = await member({ moment: { step, at: 'request', when: 'before', act: 'hold' } });
      const answered = begin(one);
      const id = await one.standing;
      world.emulator.faults.rules = [{ drop: 'before' }];
      await one.ask('release');
      const first = (await answered) as { status: string } | undefined;
      world.emulator.faults.rules = [];
      const wrong = first?.status === 'pending' ? ['it had not ended while Coolify was away'] : [];
      if (first?.status === 'failed') {
        const answer = first as {
          incident?: { root_cause: string; related_resources: unknown[] };
          details?: { not_restored?: string[] };
        };
        const named =
          (answer.details?.not_restored ?? []).length > 0 || (answer.incident?.related_resources ?? []).length > 0;
        if (!named) wrong.push('the incident does not name what is left');
        await one.ask('takeUp', id, 'undo');
        await one.ask('wait', id, LONG_MS);
      }
      return { witness: one, wrong };
    },
  },
  {
    name: 'disk full',
    meaning: 'no room for the journal when the step is done; then there is room again',
    ends: ['success'],
    factor: FACTOR,
    needsRoot: true,
    smallDisk: true,
    async strike({ kept, step, member, begin }) {
      const one = await member({ moment: { step, at: 'done', when: 'before', act: 'hold' } });
      const answered = begin(one);
      const id = await one.standing;
      await kept.fillDisk();
      await one.ask('release');
      await until(
        () => one.log.filter((line) => line.includes('run_suspended')).length,
        (count) => count > 0,
      );
      await kept.freeDisk();
      await answered;
      const two = await member({ takeUp: true });
      await two.ask('wait', id, LONG_MS);
      return { witness: two, wrong: [] };
    },
  },
];

function killed(name: string, meaning: string, at: Pick<Moment, 'at' | 'when'>): Fault {
  return {
    name,
    meaning,
    ends: ['success'],
    factor: FACTOR,
    async strike({ step, member, begin }) {
      const [one, two] = await Promise.all([member({ moment: { ...at, step, act: 'kill' } }), member()]);
      void begin(one);
      await one.gone;
      await two.ask('recover');
      const { id } = (await newest(two)).header;
      await two.ask('wait', id, LONG_MS);
      return { witness: two, wrong: [] };
    },
  };
}

function paused(name: string, meaning: string, at: Pick<Moment, 'at' | 'when'>): Fault {
  return {
    name,
    meaning,
    ends: ['success'],
    factor: FACTOR,
    leaseMs: LEASE_MS,
    async strike({ kept, step, member, begin }) {
      const one = await member({ moment: { ...at, step, act: 'stop' } });
      void begin(one);
      const id = await one.standing;
      await one.stopped();
      const two = await member({ takeUp: true, ...(await kept.silence(id)) });
      await two.ask('wait', id, LONG_MS);
      one.signal('SIGCONT');
      await until(
        () => one.log.filter((line) => line.includes('run_suspended')).length,
        (count) => count > 0,
      );
      return { witness: two, wrong: [], ...(at.at === 'request' && { mayOverrun: true }) };
    },
  };
}

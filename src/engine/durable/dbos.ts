import { EventEmitter } from 'node:events';
import { hostname } from 'node:os';
import type { Progress } from '../../operations/context.ts';
import type { Operation } from '../../operations/operation.ts';
import { Refusal } from '../../refusal.ts';
import { type Journal, type RunHeader, runState } from '../../storage/journal.ts';
import type { PostgresStores } from '../../storage/postgres/open.ts';
import type { PostgresRunOwner } from '../../storage/postgres/runs.ts';
import { OwnershipLost } from '../../storage/stores.ts';
import { carryOut, Suspended } from '../carry-out.ts';
import { cancelWorkflow, launchDbos, shutDownDbos, startWorkflow, step } from './dbos-engine.ts';
import { progressOf } from './dbos-progress.ts';
import type { InlineOptions } from './inline.ts';
import type { Durable } from './port.ts';

/** Runs begun longer ago than this are not taken up unasked: the world has moved on since. */
const TAKE_UP_WITHIN_MS = 15 * 60_000;
/** How often is looked for runs of dead processes, and for news that a lost connection did not bring. */
const LOOK_EVERY_MS = 1000;
/** A run that this process could not go on with is not tried again at once. */
const REST_MS = 30_000;

export interface DbosOptions extends Omit<InlineOptions, 'runs'> {
  stores: Pick<PostgresStores, 'runs' | 'database' | 'executor' | 'alone'>;
}

type Listener = (progress: Progress) => void;
type Direction = 'forward' | 'undo';

interface Active {
  journal: Journal;
  cancel: AbortController;
  listeners: Set<Listener>;
  settled: Promise<void>;
}

/**
 * The durable port for many processes on one PostgreSQL. Each ownership of a run is a workflow of DBOS, each effect a
 * step of it; the journal in our tables is the truth, and only its owner writes to it. Looks for runs of dead
 * processes by itself. One a process, because DBOS is a global.
 */
export async function dbosDurable(options: DbosOptions): Promise<Durable> {
  const { clock, log } = options;
  const { runs, database, executor, alone } = options.stores;
  const active = new Map<string, Active>();
  const resting = new Map<string, number>();
  /** Emits the id of a run whose journal has grown, in whichever process. */
  const grown = new EventEmitter<Record<string, []>>().setMaxListeners(0);
  const stopping = new AbortController();

  const { connectionString: url } = database.pool.options;
  const executorId = executor.life().id;
  // DBOS makes its own tables, and two processes that start at once would both.
  await alone(() => launchDbos({ url: url!, pool: database.pool, executorId, log }));
  const unlisten = runs.listen((what, id) => {
    if (what === 'cancel') active.get(id)?.cancel.abort(new Error('cancelled'));
    else grown.emit(id);
  });
  const looking = lookAround();

  async function launch(owner: PostgresRunOwner, journal: Journal, direction: Direction, listener?: Listener) {
    const { header } = journal;
    const operation = known(header);
    const cancel = new AbortController();
    const listeners = new Set(listener && [listener]);
    const halt = AbortSignal.any([stopping.signal, owner.lost]);
    const context = options.context(header, AbortSignal.any([cancel.signal, halt]), (progress) => {
      for (const hear of listeners) hear(progress);
    });
    const settled = Promise.withResolvers<void>();

    const body = () =>
      carryOut({
        operation,
        journal,
        context,
        direction,
        stopping: halt,
        record: (event) => owner.append(event),
        check: () => owner.check(),
        onOverrun: (effect) => options.onOverrun(journal, effect),
        around: (name, effect) => step(name, effect, { halt, strike: context.strike }),
        async onEnd(status) {
          await owner.check();
          await options.onEnd(journal, status);
        },
      })
        .then(
          () => 'ended',
          (error: unknown) => suspended(header.id, owner, error),
        )
        .finally(() => settle());

    async function settle(): Promise<void> {
      active.delete(header.id);
      await owner
        .release()
        .catch((error: Error) => log.warn('run_not_released', { run_id: header.id, reason: error.message }));
      settled.resolve();
    }

    active.set(header.id, { journal, cancel, listeners, settled: settled.promise });
    try {
      if (journal.events.length > 0 && (await runs.cancelRequested(header.id))) cancel.abort(new Error('cancelled'));
      await startWorkflow(workflowOf(journal), header.id, body);
    } catch (error) {
      // The run is recorded: whoever looks around next, this process or another, takes it up.
      log.warn('run_not_begun', { run_id: header.id, reason: error instanceof Error ? error.message : String(error) });
      resting.set(header.id, clock.now() + REST_MS);
      await settle();
    }
  }

  function suspended(id: string, owner: PostgresRunOwner, error: unknown): string {
    if (stopping.signal.aborted) return 'suspended: the process is stopping';
    const cause = error instanceof Suspended && error.cause instanceof Error ? error.cause : error;
    const lost = owner.lost.aborted || cause instanceof OwnershipLost;
    const told = owner.lost.aborted ? owner.lost.reason : cause;
    log.error('run_suspended', { run_id: id, reason: told instanceof Error ? told.message : String(told), lost });
    if (!lost) resting.set(id, clock.now() + REST_MS);
    return lost ? 'suspended: it is not ours any more' : 'suspended: see the log';
  }

  function known({ operation: name }: RunHeader): Operation {
    const operation = options.operation(name);
    if (operation) return operation;
    throw new Refusal(
      'unsupported',
      `This version knows no operation ${name}.`,
      'Finish the run with the version that began it.',
    );
  }

  async function takeOver(id: string, direction: Direction): Promise<boolean> {
    known((await open(id)).header);
    const owner = await runs.claim(id);
    if (!owner) return false;
    try {
      // Read again: only what is there after the claim is what its last owner left.
      const journal = await open(id);
      const before = workflowOf(journal);
      const event = { type: 'taken_over', by: `${hostname()} pid ${process.pid}`, at: clock.now() } as const;
      await owner.append(event);
      journal.events.push(event);
      await cancelWorkflow(before).catch((error: Error) => log.warn('dbos', { message: error.message }));
      await launch(owner, journal, direction);
      return true;
    } catch (error) {
      await owner.release();
      throw error;
    }
  }

  async function takeUpAbandoned(): Promise<string[]> {
    const taken: string[] = [];
    for (const id of await runs.abandoned(clock.now() - TAKE_UP_WITHIN_MS)) {
      if (stopping.signal.aborted) break;
      if (active.has(id) || (resting.get(id) ?? 0) > clock.now()) continue;
      resting.delete(id);
      try {
        if (await takeOver(id, 'forward')) taken.push(id);
      } catch (error) {
        resting.set(id, clock.now() + REST_MS);
        log.warn('run_not_taken_up', { run_id: id, reason: error instanceof Error ? error.message : String(error) });
      }
    }
    return taken;
  }

  async function lookAround(): Promise<void> {
    for (;;) {
      await clock.sleep(LOOK_EVERY_MS, stopping.signal).catch(() => undefined);
      if (stopping.signal.aborted) return;
      try {
        for (const [id, { cancel }] of active) {
          if (await runs.cancelRequested(id)) cancel.abort(new Error('cancelled'));
        }
        for (const id of await takeUpAbandoned()) log.info('run_taken_up', { run_id: id });
      } catch (error) {
        // Told once already, by the connection that this process lives by.
        if (!(error instanceof Refusal && error.code === 'unreachable')) {
          log.error('look_failed', { reason: error instanceof Error ? error.message : String(error) });
        }
      }
    }
  }

  async function open(id: string): Promise<Journal> {
    const journal = await runs.read(id);
    if (!journal) throw new Refusal('not_found', `There is no run ${id}.`, 'List them with `fairlead runs`.');
    return journal;
  }

  /** Tells from the journal, which grows in another process. */
  function followFromAfar(id: string, listener: Listener): () => void {
    let told: number | undefined;
    let queue: Promise<void> = Promise.resolve();
    const look = () => {
      queue = queue
        .then(tellNew)
        .catch((error: Error) => log.warn('follow_failed', { run_id: id, reason: error.message }));
    };
    async function tellNew(): Promise<void> {
      const journal = await runs.read(id);
      if (!journal) return;
      for (const event of journal.events.slice(told ?? journal.events.length)) {
        const progress = progressOf(journal.header, event);
        if (progress) listener(progress);
      }
      told = journal.events.length;
    }
    look();
    grown.on(id, look);
    return () => grown.off(id, look);
  }

  return {
    async start(header, listener) {
      if (stopping.signal.aborted) throw new Refusal('busy', 'Fairlead is stopping.', 'Call again after it is up.');
      known(header);
      const owner = await runs.create(header);
      try {
        await launch(owner, { header, events: [] }, 'forward', listener);
      } catch (error) {
        await owner.release();
        throw error;
      }
    },

    follow(id, listener) {
      const own = active.get(id);
      if (!own) return followFromAfar(id, listener);
      own.listeners.add(listener);
      return () => own.listeners.delete(listener);
    },

    async wait(id, milliseconds, signal) {
      const until = clock.now() + milliseconds;
      const isOver = (journal: Journal | undefined) =>
        !journal || runState(journal).ended || clock.now() >= until || signal?.aborted || stopping.signal.aborted;
      const own = active.get(id);
      if (own) {
        await pauseUntil(own.settled, milliseconds, signal);
        if (isOver(own.journal)) return own.journal;
      }
      // It is, or has become, another process's.
      for (;;) {
        // Listened for before the look, so that nothing falls between.
        const more = Promise.withResolvers<void>();
        grown.once(id, more.resolve);
        try {
          const journal = await runs.read(id);
          if (isOver(journal)) return journal;
          await pauseUntil(more.promise, Math.min(LOOK_EVERY_MS, Math.max(1, until - clock.now())), signal);
        } finally {
          grown.off(id, more.resolve);
        }
      }
    },

    owned: async (id) => active.has(id) || runs.owned(id),

    async cancel(id) {
      if (runState(await open(id)).ended) return 'ended';
      await runs.requestCancel(id);
      active.get(id)?.cancel.abort(new Error('cancelled'));
      return 'asked';
    },

    recover: takeUpAbandoned,

    async takeUp(id, direction) {
      const state = runState(await open(id));
      if (state.ended && (direction === 'forward' || state.ended.status === 'rolled_back')) {
        throw new Refusal('conflict', `${id} has ended: ${state.ended.status}.`, 'There is nothing left to carry out.');
      }
      if (!active.has(id) && (await takeOver(id, direction))) return;
      throw new Refusal('busy', `Another process is carrying out ${id}.`, 'Wait for it, or cancel it.');
    },

    list: (limit) => runs.list(limit),
    read: async (id) => active.get(id)?.journal ?? runs.read(id),

    async close() {
      stopping.abort(new Suspended('the process is stopping'));
      unlisten();
      await looking;
      await Promise.all([...active.values()].map((run) => run.settled));
      await shutDownDbos();
    },
  };

  /** Until it resolves, the time is over, the caller gives up or the process stops. */
  async function pauseUntil(what: Promise<void>, milliseconds: number, signal?: AbortSignal): Promise<void> {
    const timer = new AbortController();
    const ends = AbortSignal.any([timer.signal, stopping.signal, ...(signal ? [signal] : [])]);
    await Promise.race([what, clock.sleep(milliseconds, ends).catch(() => undefined)]);
    timer.abort();
  }
}

/** Each ownership is a workflow of its own: the first under the run's id, those that took over numbered. */
function workflowOf({ header, events }: Journal): string {
  const times = events.filter(({ type }) => type === 'taken_over').length;
  return times === 0 ? header.id : `${header.id}.${times}`;
}

import type { Clock } from '../../clock.ts';
import type { Log } from '../../log.ts';
import type { Progress, RunContext } from '../../operations/context.ts';
import type { Operation } from '../../operations/operation.ts';
import { Refusal } from '../../refusal.ts';
import { type EndStatus, type Journal, type RunHeader, runState } from '../../storage/journal.ts';
import { OwnershipLost, type RunOwner, type RunStore } from '../../storage/stores.ts';
import { carryOut, Suspended } from '../carry-out.ts';
import type { Durable } from './port.ts';

/** Runs begun longer ago than this are not taken up unasked: the world has moved on since. */
const TAKE_UP_WITHIN_MS = 15 * 60_000;
/** How soon a request to cancel, left by another process, is noticed; also how often a foreign run is looked at. */
const LOOK_EVERY_MS = 500;

export interface InlineOptions {
  runs: RunStore;
  clock: Clock;
  log: Log;
  operation(name: string): Operation | undefined;
  /** The context of a run: its actor's rights, its signal, its listeners. */
  context(header: RunHeader, signal: AbortSignal, report: (progress: Progress) => void): RunContext;
  /** Writes the audit entry of a run that ends. */
  onEnd(journal: Journal, status: EndStatus): Promise<void>;
  /** Tells that an effect of the run was on its way here while another process took the run over. */
  onOverrun(journal: Journal, effect: string): Promise<void>;
}

interface Active {
  journal: Journal;
  cancel: AbortController;
  listeners: Set<(progress: Progress) => void>;
  settled: Promise<void>;
}

/** The durable port in one process, without a database: what `fairlead mcp` and the command line run on. */
export function inlineDurable(options: InlineOptions): Durable {
  const { runs, clock, log } = options;
  const active = new Map<string, Active>();
  const stopping = new AbortController();

  function launch(
    owner: RunOwner,
    journal: Journal,
    direction: 'forward' | 'undo',
    listener?: (progress: Progress) => void,
  ): void {
    const { id } = journal.header;
    const operation = options.operation(journal.header.operation);
    if (!operation)
      throw new Refusal(
        'unsupported',
        `This version knows no operation ${journal.header.operation}.`,
        'Finish the run with the version that began it.',
      );
    const cancel = new AbortController();
    const listeners: Active['listeners'] = new Set(listener && [listener]);
    const signal = AbortSignal.any([cancel.signal, stopping.signal]);
    const context = options.context(journal.header, signal, (progress) => {
      for (const listener of listeners) listener(progress);
    });
    const settled = carryOut({
      operation,
      journal,
      context,
      direction,
      stopping: stopping.signal,
      record: (event) => owner.append(event),
      check: () => owner.check(),
      onOverrun: (effect) => options.onOverrun(journal, effect),
      onEnd: (status) => options.onEnd(journal, status),
    })
      .catch((error: unknown) => {
        const cause = error instanceof Suspended && error.cause instanceof Error ? error.cause : error;
        const message = cause instanceof Error ? cause.message : String(cause);
        if (!stopping.signal.aborted)
          log.error('run_suspended', { run_id: id, reason: message, lost: cause instanceof OwnershipLost });
      })
      .finally(async () => {
        active.delete(id);
        await owner
          .release()
          .catch((error: Error) => log.warn('lock_not_released', { run_id: id, reason: error.message }));
      });
    active.set(id, { journal, cancel, listeners, settled });
    void watchForCancel(id, cancel, signal);
  }

  async function watchForCancel(id: string, cancel: AbortController, signal: AbortSignal): Promise<void> {
    while (active.has(id) && !signal.aborted) {
      if (await runs.cancelRequested(id)) cancel.abort(new Error('cancelled'));
      await clock.sleep(LOOK_EVERY_MS, signal).catch(() => undefined);
    }
  }

  async function open(id: string): Promise<Journal> {
    const journal = await runs.read(id);
    if (!journal) throw new Refusal('not_found', `There is no run ${id}.`, 'List them with `fairlead runs`.');
    return journal;
  }

  async function claim(id: string): Promise<RunOwner> {
    const owner = await runs.claim(id);
    if (!owner) throw new Refusal('busy', `Another process is carrying out ${id}.`, 'Wait for it, or cancel it.');
    return owner;
  }

  return {
    async start(header, listener) {
      if (stopping.signal.aborted) throw new Refusal('busy', 'Fairlead is stopping.', 'Call again after it is up.');
      launch(await runs.create(header), { header, events: [] }, 'forward', listener);
    },

    follow(id, listener) {
      const run = active.get(id);
      run?.listeners.add(listener);
      return () => run?.listeners.delete(listener);
    },

    async wait(id, milliseconds, signal) {
      const until = clock.now() + milliseconds;
      const own = active.get(id);
      if (own) {
        const timer = new AbortController();
        const ends = AbortSignal.any([timer.signal, ...(signal ? [signal] : [])]);
        await Promise.race([own.settled, clock.sleep(milliseconds, ends).catch(() => undefined)]);
        timer.abort();
        return own.journal;
      }
      for (;;) {
        const journal = await runs.read(id);
        if (!journal || runState(journal).ended || clock.now() >= until || signal?.aborted) return journal;
        await clock.sleep(Math.min(LOOK_EVERY_MS, Math.max(1, until - clock.now())), signal).catch(() => undefined);
      }
    },

    owned: async (id) => active.has(id) || runs.owned(id),

    async cancel(id) {
      if (runState(await open(id)).ended) return 'ended';
      await runs.requestCancel(id);
      active.get(id)?.cancel.abort(new Error('cancelled'));
      return 'asked';
    },

    async recover() {
      const taken: string[] = [];
      for (const journal of await runs.list(1000)) {
        const { id, startedAt } = journal.header;
        if (runState(journal).ended || active.has(id) || clock.now() - startedAt > TAKE_UP_WITHIN_MS) continue;
        const owner = await runs.claim(id);
        if (!owner) continue;
        await takeOver(id, owner, 'forward');
        taken.push(id);
      }
      return taken;
    },

    async takeUp(id, direction, listener) {
      const state = runState(await open(id));
      if (state.ended && (direction === 'forward' || state.ended.status === 'rolled_back')) {
        throw new Refusal('conflict', `${id} has ended: ${state.ended.status}.`, 'There is nothing left to carry out.');
      }
      await takeOver(id, await claim(id), direction, listener);
    },

    list: (limit) => runs.list(limit),
    read: async (id) => active.get(id)?.journal ?? runs.read(id),

    async close() {
      stopping.abort(new Suspended('the process is stopping'));
      await Promise.all([...active.values()].map((run) => run.settled));
    },
  };

  async function takeOver(
    id: string,
    owner: RunOwner,
    direction: 'forward' | 'undo',
    listener?: (progress: Progress) => void,
  ): Promise<void> {
    // Read again: only what is there after the claim is what its last owner left.
    const journal = await open(id);
    const event = { type: 'taken_over', by: `pid ${process.pid}`, at: clock.now() } as const;
    await owner.append(event);
    journal.events.push(event);
    launch(owner, journal, direction, listener);
  }
}

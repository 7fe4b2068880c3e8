import type { JournalEvent } from '../../src/storage/journal.ts';
import type { RunOwner, RunStore } from '../../src/storage/stores.ts';

/** The exact place in a run at which its process is struck, and how. */
export interface Moment {
  step: number;
  /** An event about to be written or written; or the step's own request, about to be sent or answered. */
  at: 'begun' | 'done' | 'request';
  when: 'before' | 'after';
  /** `hold` goes on when it is released, or when its request is aborted. */
  act: 'kill' | 'stop' | 'hold';
}

export interface Armed {
  /** The store, with owners that come past the moment as they write. */
  runs<Store extends RunStore>(store: Store): Store;
  fetch: typeof fetch;
  release(): void;
}

/** Strikes once, at the moment. `tell` hears right before which run stands there. */
export function arm(moment: Moment | undefined, tell: (runId: string) => Promise<void>): Armed {
  const released = Promise.withResolvers<void>();
  let struck = false;
  /** The step that was begun last, until its own request has gone out. */
  let requesting: { runId: string; step: number } | undefined;

  async function come(
    at: Moment['at'],
    when: Moment['when'],
    { runId, step }: { runId: string; step: number },
    aborted?: AbortSignal,
  ): Promise<void> {
    if (!moment || struck || moment.at !== at || moment.when !== when || moment.step !== step) return;
    struck = true;
    if (moment.act === 'kill') return void process.kill(process.pid, 'SIGKILL');
    await tell(runId);
    if (moment.act === 'stop') return void process.kill(process.pid, 'SIGSTOP');
    const gone = new Promise<void>((resolve) => aborted?.addEventListener('abort', () => resolve(), { once: true }));
    await Promise.race([released.promise, gone]);
    aborted?.throwIfAborted();
  }

  const own = <Owner extends RunOwner>(runId: string, owner: Owner): Owner => ({
    ...owner,
    async append(event: JournalEvent) {
      if (event.type !== 'begun' && event.type !== 'done') return owner.append(event);
      const here = { runId, step: event.step };
      await come(event.type, 'before', here);
      await owner.append(event);
      requesting = event.type === 'begun' ? here : undefined;
      await come(event.type, 'after', here);
    },
  });

  return {
    runs: (store) => ({
      ...store,
      create: async (header) => own(header.id, await store.create(header)),
      async claim(id) {
        const owner = await store.claim(id);
        return owner && own(id, owner);
      },
    }),
    async fetch(input, init) {
      const here = requesting;
      // The version is asked for once by each process, on behalf of whatever comes first.
      if (here === undefined || String(input).endsWith('/version')) return fetch(input, init);
      requesting = undefined;
      const signal = init?.signal ?? undefined;
      await come('request', 'before', here, signal);
      const response = await fetch(input, init);
      await come('request', 'after', here, signal);
      return response;
    },
    release: () => released.resolve(),
  };
}

import { DBOS } from '@dbos-inc/dbos-sdk';
import type { Pool } from 'pg';
import type { Log } from '../../log.ts';
import { Suspended } from '../carry-out.ts';

/**
 * Pinned: by default it is a hash of the code, and an upgrade would strand what runs. Whether a run may go on under
 * other code is decided by the digest in its own journal.
 */
const APPLICATION_VERSION = '1';

/** What this process has started and not ended, by the id of the workflow. */
const bodies = new Map<string, () => Promise<string>>();

/**
 * The one workflow. It runs where it was started and nowhere else: what a dead process left is taken up as a workflow
 * of its own, from our journal. So a body that DBOS or its tools would run a second time does nothing.
 */
const carryOutWorkflow = DBOS.registerWorkflow(
  async (_runId: string): Promise<string> => (await bodies.get(DBOS.workflowID ?? '')?.()) ?? 'left to the journal',
  { name: 'carry_out' },
);

/** One a process: DBOS is a global. `executorId` is its own, so that DBOS gives it nothing of a living one's to recover. */
export async function launchDbos(options: { url: string; pool: Pool; executorId: string; log: Log }): Promise<void> {
  if (DBOS.isInitialized()) throw new Error('DBOS runs in this process already');
  const told = (entry: unknown) => ({ message: entry instanceof Error ? entry.message : String(entry) });
  DBOS.setConfig({
    name: 'fairlead',
    systemDatabaseUrl: options.url,
    systemDatabasePool: options.pool,
    systemDatabaseSchemaName: 'dbos',
    applicationVersion: APPLICATION_VERSION,
    executorID: options.executorId,
    logger: {
      debug: () => undefined,
      info: () => undefined,
      warn: (entry) => options.log.warn('dbos', told(entry)),
      error: (entry) => options.log.error('dbos', told(entry)),
    },
  });
  await DBOS.launch();
}

export const shutDownDbos = (): Promise<void> => DBOS.shutdown();

/** Recorded by DBOS when it resolves; the body then runs by itself. What it returns is what DBOS shows as its result. */
export async function startWorkflow(workflowId: string, runId: string, body: () => Promise<string>): Promise<void> {
  bodies.set(workflowId, async () => {
    try {
      return await body();
    } finally {
      bodies.delete(workflowId);
    }
  });
  try {
    await DBOS.startWorkflow(carryOutWorkflow, { workflowID: workflowId })(runId);
  } catch (error) {
    bodies.delete(workflowId);
    throw error;
  }
}

/** What a dead process left is shown as cancelled, and a frozen one that wakes is not let into its next step. */
export const cancelWorkflow = (workflowId: string): Promise<void> => DBOS.cancelWorkflow(workflowId);

/**
 * One effect as a step of DBOS. DBOS hears its result, or its error struck clean of secrets; the caller gets what the
 * effect itself gave, for our journal is the truth. Throws {@link Suspended} when DBOS lets the effect not begin, or
 * `halt` aborts before it has.
 */
export async function step<T>(
  name: string,
  effect: () => Promise<T>,
  { halt, strike }: { halt: AbortSignal; strike(text: string): string },
): Promise<T> {
  let outcome: { value: T } | { error: unknown } | undefined;
  let state: 'waiting' | 'running' | 'given up' = 'waiting';
  const over = Promise.withResolvers<void>();

  const recorded = DBOS.runStep(
    async () => {
      if (state === 'given up') throw new Error('the process is stopping');
      state = 'running';
      try {
        const value = await effect();
        outcome = { value };
        return value;
      } catch (error) {
        outcome = { error };
        throw new Error(strike(error instanceof Error ? error.message : String(error)));
      } finally {
        over.resolve();
      }
    },
    { name },
  ).catch((error: unknown) => {
    if (!outcome) throw error;
  });
  // While the database is away DBOS tries on and on; a process that stops does not wait for that.
  const halted = aborted(halt).then(() => {
    if (state === 'running') return over.promise;
    state = 'given up';
    return undefined;
  });

  try {
    await Promise.race([recorded, halted]);
  } catch (cause) {
    throw new Suspended(`DBOS did not let ${name} begin`, { cause });
  }
  if (!outcome) throw new Suspended(`the process is stopping before ${name}`);
  if ('error' in outcome) throw outcome.error;
  return outcome.value;
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

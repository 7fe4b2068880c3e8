import type { Progress } from '../../operations/context.ts';
import type { Journal, RunHeader } from '../../storage/journal.ts';

/**
 * How runs survive: *inline* for stdio (journal in files), DBOS for `serve`. Each owns its runs, carries them out with
 * the one body (`../carry-out.ts`), and takes up on `recover` what a dead process left.
 */
export interface Durable {
  /** Durable when it resolves; the run then goes on by itself, telling the listener. Throws when the id is taken. */
  start(header: RunHeader, listener?: (progress: Progress) => void): Promise<void>;
  /** Hears what the run tells while this process carries it out. Returns its end. */
  follow(id: string, listener: (progress: Progress) => void): () => void;
  /** Resolves with the journal when the run has ended or suspended, or the time is over. */
  wait(id: string, milliseconds: number, signal?: AbortSignal): Promise<Journal | undefined>;
  /** Whether a living process, this one or another, carries the run out. */
  owned(id: string): Promise<boolean>;
  cancel(id: string): Promise<'asked' | 'ended'>;
  /** Takes up runs whose owner is dead: those begun within the last 15 minutes. Returns their ids. */
  recover(): Promise<string[]>;
  /** Goes on with a run, or takes it back, because a person asked; refused while another process owns it. */
  takeUp(id: string, direction: 'forward' | 'undo', listener?: (progress: Progress) => void): Promise<void>;
  list(limit: number): Promise<Journal[]>;
  read(id: string): Promise<Journal | undefined>;
  /** Suspends what runs; the journals stay as they are. */
  close(): Promise<void>;
}

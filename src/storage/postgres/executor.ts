import { createHash, randomUUID } from 'node:crypto';
import { Client } from 'pg';
import type { Clock } from '../../clock.ts';
import type { Log } from '../../log.ts';
import { Refusal } from '../../refusal.ts';
import { OwnershipLost } from '../stores.ts';
import { databaseFault } from './fault.ts';

/** After so long without a word from a process, the server takes it for dead, whether it froze, fell off the net or died. */
const LEASE_MS = 15_000;
const WORDS_PER_LEASE = 5;
const RECONNECT_PAUSES = [100, 500, 1000, 2000, 5000];

/** What is told to all processes of a database: a journal has grown, somebody wants a run cancelled. */
export const CHANNELS = { grown: 'fairlead_run', cancel: 'fairlead_cancel' } as const;
export type News = keyof typeof CHANNELS;

/**
 * A process as the others see it. It lives as long as one connection holds the advisory lock of its key; what it owns
 * belongs to nobody once that connection is gone.
 */
export interface Life {
  id: string;
  /** Of the advisory lock: a bigint in digits. */
  key: string;
  /** Aborted with {@link OwnershipLost} as soon as it is known that the lock is gone. */
  lost: AbortSignal;
}

export interface Executor {
  /** The present one; there is a new one, under a new id, after each loss. Throws a Refusal while there is none. */
  life(): Life;
  /** Hears what other processes tell, this one included. Returns its end. */
  listen(listener: (news: News, runId: string) => void): () => void;
  close(): Promise<void>;
}

export interface ExecutorOptions {
  clock: Clock;
  log: Log;
  leaseMs?: number | undefined;
}

/** Opens the connection that this process lives by. Throws a Refusal when the database cannot be reached. */
export async function openExecutor(
  url: string,
  { clock, log, leaseMs = LEASE_MS }: ExecutorOptions,
): Promise<Executor> {
  const closing = new AbortController();
  const listeners = new Set<(news: News, runId: string) => void>();
  let present = await begin();
  let reconnecting: Promise<void> = Promise.resolve();

  async function begin(): Promise<{ life: Life; client: Client }> {
    const id = randomUUID();
    const key = createHash('sha256').update(id).digest().readBigInt64BE().toString();
    const lost = new AbortController();
    const client = new Client({
      connectionString: url,
      application_name: `fairlead executor ${id}`,
      connectionTimeoutMillis: 10_000,
      query_timeout: leaseMs,
      keepAlive: true,
    });
    client.on('error', (error) => lose(error.message));
    client.on('end', () => lose('the connection ended'));
    client.on('notification', ({ channel, payload }) => {
      const news = (Object.keys(CHANNELS) as News[]).find((name) => CHANNELS[name] === channel);
      if (news && payload) for (const listener of listeners) listener(news, payload);
    });
    try {
      await client.connect();
      await client.query(`set idle_session_timeout = ${leaseMs}`);
      for (const channel of Object.values(CHANNELS)) await client.query(`listen ${channel}`);
      await client.query('select pg_advisory_lock($1)', [key]);
    } catch (error) {
      lost.abort(error);
      void client.end().catch(() => undefined);
      throw databaseFault(error);
    }

    function lose(reason: string): void {
      if (lost.signal.aborted || closing.signal.aborted) return;
      lost.abort(new OwnershipLost(`process ${id} lost its connection to the database: ${reason}`));
      log.warn('executor_lost', { executor: id, reason });
      reconnecting = beginAgain();
    }

    async function keepTelling(): Promise<void> {
      const ends = AbortSignal.any([lost.signal, closing.signal]);
      while (!ends.aborted) {
        const told = await client.query('select 1').catch((error: Error) => error);
        if (told instanceof Error) {
          lose(told.message);
          await client.end().catch(() => undefined);
          return;
        }
        await clock.sleep(leaseMs / WORDS_PER_LEASE, ends).catch(() => undefined);
      }
    }
    void keepTelling();
    return { life: { id, key, lost: lost.signal }, client };
  }

  async function beginAgain(): Promise<void> {
    for (let attempt = 0; !closing.signal.aborted; attempt++) {
      const pause = RECONNECT_PAUSES[Math.min(attempt, RECONNECT_PAUSES.length - 1)]!;
      await clock.sleep(pause, closing.signal).catch(() => undefined);
      if (closing.signal.aborted) return;
      try {
        present = await begin();
        log.info('executor_back', { executor: present.life.id });
        return;
      } catch (error) {
        log.warn('executor_away', { reason: error instanceof Error ? error.message : String(error) });
      }
    }
  }

  return {
    life() {
      if (present.life.lost.aborted) {
        throw new Refusal('unreachable', 'The database does not answer.', 'Call again when it is back.');
      }
      return present.life;
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      closing.abort();
      await reconnecting;
      await present.client.end();
    },
  };
}

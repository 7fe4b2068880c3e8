import type { ServerContext } from '@modelcontextprotocol/server';
import type { Log } from '../../log.ts';
import type { Progress } from '../../operations/context.ts';

/** A client that hears nothing for longer may believe the call lost. */
const HEARTBEAT_MS = 8_000;
const TOTAL = 100;

interface Reporter {
  report(progress: Progress): void;
  stop(): void;
}

/** How far a request has come. On an `initialize` connection a question to the person runs the handler again in it. */
const reached = new WeakMap<AbortSignal, number>();

/**
 * Tells a client that gave a progress token how its call is going; undefined where it gave none. The protocol wants each
 * figure above the one before, so what happens within a step (a log line, a heartbeat) moves it by a hair.
 */
export function reporterFor({ mcpReq }: ServerContext, log: Log): Reporter | undefined {
  const progressToken = mcpReq._meta?.progressToken;
  if (progressToken === undefined) return undefined;
  const { signal } = mcpReq;
  const since = Date.now();
  let message = 'Looking';
  const heart = setInterval(() => send(0, `${message} (${Math.round((Date.now() - since) / 1000)} s)`), HEARTBEAT_MS);

  function send(known: number, text: string): void {
    const last = reached.get(signal) ?? -1;
    if (last === TOTAL || signal.aborted) {
      stop();
      return;
    }
    const progress = known > last ? known : last + (TOTAL - last) * 1e-4;
    reached.set(signal, progress);
    heart.refresh();
    mcpReq
      .notify({ method: 'notifications/progress', params: { progressToken, progress, total: TOTAL, message: text } })
      .catch((error: Error) => log.warn('mcp_progress_not_sent', { reason: error.message }));
  }

  function stop(): void {
    clearInterval(heart);
    signal.removeEventListener('abort', stop);
  }

  signal.addEventListener('abort', stop);
  return {
    report(progress) {
      // A log line speaks for itself; the rest says what happened in the words of the contract: BEGIN, DONE, ROLLBACK, …
      message = progress.event === 'LOG' ? progress.message : `${progress.event} ${progress.message}`;
      // Only what is committed is all: the last step's end is not yet the run's.
      send(progress.event === 'COMMITTED' ? TOTAL : Math.min((progress.fraction ?? 0) * TOTAL, TOTAL - 1), message);
    },
    stop,
  };
}

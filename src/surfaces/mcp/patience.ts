import { SdkError, SdkErrorCode } from '@modelcontextprotocol/server';

/**
 * The signal of a request as the gateway understands it. The SDK hands on whatever text the client sent along with
 * `notifications/cancelled` ("…: Request timed out" where it gave up waiting, by SDK v1 and v2 alike); here it becomes
 * an error, as everyone who rethrows a reason expects. A connection that closed is no person who said stop either, and
 * is told as a wait that timed out: what was begun goes on, or is taken up by the next process.
 */
export function patient(signal: AbortSignal): AbortSignal {
  const own = new AbortController();
  const pass = () => own.abort(reasonOf(signal.reason));
  if (signal.aborted) pass();
  else signal.addEventListener('abort', pass, { once: true });
  return own.signal;
}

function reasonOf(reason: unknown): Error {
  if (reason instanceof SdkError && reason.code === SdkErrorCode.ConnectionClosed) {
    return new Error('the client has gone: its wait timed out', { cause: reason });
  }
  return reason instanceof Error ? reason : new Error(`cancelled by the client: ${String(reason).slice(0, 200)}`);
}

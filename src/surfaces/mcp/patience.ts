import { SdkError, SdkErrorCode } from '@modelcontextprotocol/server';
import { StoppedWaiting } from '../../gateway/gateway.ts';

/**
 * The signal of a request as the gateway understands it. The SDK hands on whatever text the client sent along with
 * `notifications/cancelled` ("…: Request timed out" where it gave up waiting, by SDK v1 and v2 alike). A client that
 * stopped waiting, or whose connection closed, is no person who said stop: what was begun goes on, or is taken up by
 * the next process.
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
    return new StoppedWaiting('the client has gone', { cause: reason });
  }
  const text = reason instanceof Error ? reason.message : String(reason).slice(0, 200);
  if (/timed?[ -]?out/i.test(text)) return new StoppedWaiting(text, { cause: reason });
  return reason instanceof Error ? reason : new Error(`cancelled by the client: ${text}`);
}

import { type Check, failed, passed, unknown } from './check.ts';
import { codeOf } from './network.ts';

const ANSWER_MS = 10_000;
/** Beyond this a log's times, a token's age and a certificate's dates are read wrong. */
const SKEW_S = 60;

/**
 * Asks for `/api/health`, which Coolify answers with the text `OK` without a token (recorded: access 2), and compares
 * the clocks by its `Date` header, which counts whole seconds.
 */
export async function checkHealth(base: string, signal: AbortSignal): Promise<{ health: Check; clock: Check }> {
  const before = Date.now();
  let response: Response;
  let text: string;
  try {
    response = await fetch(`${base}/api/health`, {
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]),
    });
    text = await response.text();
  } catch (error) {
    signal.throwIfAborted();
    const health = failed(
      'health',
      true,
      `no answer from ${base}/api/health (${codeOf(error)})`,
      'Look at Coolify itself: its container, its log.',
    );
    return { health, clock: unknown('clock', false, 'Coolify gave no answer to read the time from') };
  }
  return { health: healthOf(base, response, text), clock: clockOf(response.headers.get('date'), before, Date.now()) };
}

function healthOf(base: string, { status, ok, headers }: Response, text: string): Check {
  if (ok && text.trim() === 'OK') return passed('health', true, 'Coolify says OK');
  const to = headers.get('location');
  const seen =
    to === null
      ? `${base}/api/health answers ${status}, and not as Coolify does`
      : `${base}/api/health answers ${status} and sends on to ${to.slice(0, 200)}`;
  return failed(
    'health',
    true,
    seen,
    'Check that COOLIFY_API_URL is the address of Coolify itself, with the right scheme (http or https).',
  );
}

/** Pure. Times in milliseconds since 1970. */
export function clockOf(date: string | null, before: number, after: number): Check {
  const theirs = Date.parse(date ?? '');
  if (Number.isNaN(theirs)) return unknown('clock', false, 'the answer names no time');
  // Their second began at `theirs` and may have been anywhere in our request.
  const ahead = Math.max(0, theirs - after);
  const behind = Math.max(0, before - (theirs + 1000));
  const seconds = Math.round(Math.max(ahead, behind) / 1000);
  if (seconds <= SKEW_S)
    return passed('clock', false, seconds === 0 ? 'the clocks agree' : `the clocks differ by ${seconds} s`);
  const seen = `Coolify's clock is ${seconds} s ${ahead > 0 ? 'ahead of' : 'behind'} ours`;
  return failed('clock', false, seen, 'Set both clocks by NTP: times in logs and of deployments are read wrong.');
}

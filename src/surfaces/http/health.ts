import type { Clock } from '../../clock.ts';

/** What was seen of each part, by name: `ok`, or why it does not answer. */
export type Checks = Readonly<Record<string, string>>;

/** Looks at every part that the server needs. */
export type Ready = (signal: AbortSignal) => Promise<Checks>;

const OK = 'ok';

const LONGEST_LOOK_MS = 5_000;
/** Whoever asks often is answered from one look: a look costs requests of Coolify's budget, and needs no key. */
const KEPT_MS = LONGEST_LOOK_MS;

export interface Readiness {
  ready: boolean;
  checks: Checks;
}

/** The checks behind `/ready`, looked at once for all who ask at about the same time. */
export function readiness(look: Ready, clock: Clock): () => Promise<Readiness> {
  let latest: { at: number; seen: Promise<Readiness> } | undefined;
  return () => {
    if (!latest || clock.now() - latest.at > KEPT_MS) latest = { at: clock.now(), seen: lookOnce(look) };
    return latest.seen;
  };
}

async function lookOnce(look: Ready): Promise<Readiness> {
  const signal = AbortSignal.timeout(LONGEST_LOOK_MS);
  const late = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error(`no answer within ${LONGEST_LOOK_MS / 1000} s`)), {
      once: true,
    });
  });
  try {
    const checks = await Promise.race([look(signal), late]);
    return { ready: Object.values(checks).every((seen) => seen === OK), checks };
  } catch (error) {
    return { ready: false, checks: { fairlead: (error as Error).message } };
  }
}

/** What is told: that a part does not answer to all, why not to those who have a key. */
export const readinessBody = ({ ready, checks }: Readiness, version: string, withReasons: boolean) => ({
  status: ready ? 'ready' : 'not_ready',
  version,
  checks: Object.fromEntries(
    Object.entries(checks).map(([name, seen]) => [
      name,
      seen === OK ? { status: OK } : { status: 'failed', ...(withReasons && { reason: seen }) },
    ]),
  ),
});

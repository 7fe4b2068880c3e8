import { startEmulator } from 'coolify-emulator';
import { coolify } from '../src/coolify/coolify.ts';
import { compared, median, ms, type Part } from './figures.ts';

const CALLS = 200;
const WARM_UP = 30;

/** What the Coolify client costs a call: version gate, budget, schema, against a bare fetch of the same. */
export async function client(): Promise<Part> {
  const emulator = await startEmulator({ rateLimit: Number.POSITIVE_INFINITY });
  try {
    const token = emulator.tokens.root ?? '';
    // Told no limit, so that no call waits for its turn.
    const budget = {
      take: async () => () => undefined,
      pause() {},
      state: () => ({ limit: 1, remaining: 1, resetsIn: 0 }),
    };
    const ours = coolify({ baseUrl: emulator.url, token, budget: budget as never });
    const taken = { ours: [] as number[], bare: [] as number[] };
    for (let i = -WARM_UP; i < CALLS; i++) {
      if (i === 0) for (const times of Object.values(taken)) times.length = 0;
      taken.ours.push(await timed(() => ours.projects.list()));
      taken.bare.push(await timed(() => bare(`${emulator.url}/api/v1/projects`, token)));
    }
    return {
      title: 'A call of the Coolify client',
      how: `Medians of ${CALLS} calls of \`GET /projects\` in turn after ${WARM_UP} to warm up, one after the other, against the emulator.`,
      figures: [
        compared('one call', [median(taken.ours), median(taken.bare)], ms, 'bare fetch and JSON.parse of the same'),
      ],
    };
  } finally {
    await emulator.close();
  }
}

async function timed(call: () => Promise<unknown>): Promise<number> {
  const since = performance.now();
  await call();
  return performance.now() - since;
}

async function bare(url: string, token: string): Promise<unknown> {
  const answer = await fetch(url, { headers: { accept: 'application/json', authorization: `Bearer ${token}` } });
  return JSON.parse(await answer.text());
}

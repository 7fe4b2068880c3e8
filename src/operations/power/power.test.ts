import { describe, expect, it } from 'vitest';
import { CoolifyError } from '../../coolify/error.ts';
import type { RunContext } from '../context.ts';
import type { Before, Powered } from './powered.ts';
import { askToStart, waitUntilRunning } from './start.ts';
import { stopAndSee } from './stop.ts';

const refused = (message: string) =>
  new CoolifyError({ kind: 'invalid', sent: 'answered', status: 400, message, request: { method: 'POST', path: '/' } });

interface Moment {
  status: string;
  written?: string;
  container?: boolean | null;
}

/** Something at a Coolify whose time passes as it is waited for: `at` tells how it is after so many seconds. */
function world(at: (seconds: number, asked: string[]) => Moment, healthSeconds = 300) {
  let milliseconds = 0;
  const asked: string[] = [];
  const said: string[] = [];
  const now = () => at(milliseconds / 1000, asked);
  const judged = (verb: string, state: string, message: string) => async () => {
    if (now().status.startsWith(state)) throw refused(message);
    asked.push(`${verb} at ${Math.round(milliseconds / 1000)}`);
  };
  const thing: Powered = {
    name: 'cache',
    status: async () => ({ raw: now().status, written: now().written ?? null }),
    container: async () => now().container ?? null,
    start: judged('start', 'running', 'Database is already running.'),
    stop: judged('stop', 'exited', 'Database is already stopped.'),
    restart: judged('restart', 'never', ''),
    lines: async () => 'starting\nError: no space left\n',
  };
  const ctx = {
    clock: {
      now: () => milliseconds,
      async sleep(time: number) {
        milliseconds += time;
      },
    },
    settings: { healthSeconds, deploymentSeconds: 3600 },
    signal: new AbortController().signal,
    strike: (text: string) => text,
    report: ({ message }: { message: string }) => said.push(message),
  } as unknown as RunContext;
  return { ctx, thing, asked, said };
}

const ranBefore: Before = { raw: 'running:healthy', written: '08:25:01', container: true };
const results = ({ verified }: { verified: { fact: string; result: string }[] }) =>
  Object.fromEntries(verified.map(({ fact, result }) => [fact, result]));

describe('a start', () => {
  it('of what runs asks for nothing, whatever the status says', async () => {
    const { ctx, thing, asked } = world(() => ({ status: 'exited:unhealthy', container: true }));
    await askToStart(ctx, thing);
    expect(asked).toEqual([]);
  });

  it('that is refused because of a status out of date is asked again after the next look', async () => {
    const { ctx, thing, asked, said } = world((s) => ({
      status: s < 40 ? 'running:healthy' : 'exited:unhealthy',
      container: false,
    }));
    await askToStart(ctx, thing);
    expect(asked).toEqual(['start at 40']);
    expect(said[0]).toContain('out of date');
  });

  it('of a service goes back to exited before it runs, as recorded (run-databases 29–33)', async () => {
    const { ctx, thing } = world((s) => ({
      status: s < 1 ? 'exited' : s < 2 ? 'starting:unhealthy' : s < 41 ? 'exited' : 'running:unknown',
    }));
    expect(results(await waitUntilRunning(ctx, thing, null))).toEqual({ running: 'seen', healthy: 'unknown' });
  });

  it('that restarts again and again fails with the line that says why', async () => {
    const { ctx, thing } = world((s) => ({ status: 'restarting:unknown', written: `${Math.floor(s / 60)}` }));
    await expect(waitUntilRunning(ctx, thing, null)).rejects.toMatchObject({
      message: expect.stringContaining('again and again'),
      logs: ['Error: no space left'],
    });
  });

  it('that is never seen to run fails when the time is over', async () => {
    const { ctx, thing } = world(() => ({ status: 'exited:unhealthy', container: false }), 90);
    await expect(waitUntilRunning(ctx, thing, null)).rejects.toMatchObject({
      message: expect.stringContaining('within 90 s'),
    });
  });
});

describe('a restart', () => {
  it('is seen to go down and up again', async () => {
    const { ctx, thing } = world((s) =>
      s < 1
        ? { status: 'running:healthy', written: '08:25:01' }
        : s < 54
          ? { status: 'exited:unhealthy', written: '08:25:03' }
          : { status: 'running:healthy', written: '08:26:01' },
    );
    expect(results(await waitUntilRunning(ctx, thing, ranBefore))).toEqual({
      running: 'seen',
      healthy: 'seen',
      restarted: 'seen',
    });
  });

  it('that was not seen to go down is not said to have been', async () => {
    const { ctx, thing } = world((s) => ({ status: 'running:healthy', written: s < 30 ? '08:25:01' : '08:26:01' }));
    expect(results(await waitUntilRunning(ctx, thing, ranBefore))).toEqual({
      running: 'seen',
      healthy: 'seen',
      restarted: 'unknown',
    });
  });

  it('whose status was not written since proves nothing', async () => {
    const { ctx, thing } = world(() => ({ status: 'running:healthy', written: '08:25:01' }), 100);
    await expect(waitUntilRunning(ctx, thing, ranBefore)).rejects.toThrow('does not run');
  });
});

describe('a stop', () => {
  it('is over when status and container say so', async () => {
    const { ctx, thing, asked } = world((s) =>
      s < 3 ? { status: 'running:healthy', container: s < 2 } : { status: 'exited:unhealthy', container: false },
    );
    expect(results(await stopAndSee(ctx, thing))).toEqual({ container_gone: 'seen', stopped: 'seen' });
    expect(asked).toEqual(['stop at 0']);
  });

  it('of what comes back from a restart waits for the next look, and then stops it (run-databases 11–14)', async () => {
    const { ctx, thing, asked } = world((s, asked) =>
      asked.length > 0
        ? { status: 'exited:unhealthy', container: false }
        : s < 50
          ? { status: 'exited:unhealthy', container: s > 4 }
          : { status: 'running:healthy', container: true },
    );
    expect(results(await stopAndSee(ctx, thing))).toEqual({ container_gone: 'seen', stopped: 'seen' });
    expect(asked).toEqual(['stop at 51']);
  });

  it('where its log cannot be read is not said to be seen', async () => {
    const { ctx, thing } = world(() => ({ status: 'exited', container: null }));
    expect(results(await stopAndSee(ctx, thing))).toEqual({ container_gone: 'unknown', stopped: 'seen' });
  });
});

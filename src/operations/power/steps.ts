import type { Fact } from '../fields.ts';
import { LEFT_ALONE, type Steps, steps } from '../operation.ts';
import { type Before, before, type Powered, ran } from './powered.ts';
import { askToStart, waitUntilRunning, wentDown } from './start.ts';
import { stopAndSee } from './stop.ts';

/** What starting, stopping and restarting come to, the same for databases and services. `kind` is the word in titles. */
interface Ended {
  name: string;
  status: string;
  verified: Fact[];
}

export function startSteps(kind: string, thing: Powered): Steps<Ended> {
  const { name } = thing;
  return steps({ name })
    .step('start', {
      title: `start ${kind} ${name}`,
      estimate: 3,
      mark: (ctx) => before(ctx, thing),
      async run(ctx) {
        await askToStart(ctx, thing);
        return {};
      },
      undo: [
        {
          title: `stop ${name} again if it did not run before`,
          run: (ctx, { mark }) => (ran(mark) ? Promise.resolve(LEFT_ALONE) : stopAndSee(ctx, thing)),
        },
      ],
    })
    .step('wait_until_running', {
      title: 'see it running',
      estimate: 60,
      run: (ctx) => waitUntilRunning(ctx, thing, null),
    });
}

export function stopSteps(kind: string, thing: Powered): Steps<Omit<Ended, 'status'>> {
  const { name } = thing;
  return steps({ name }).step('stop', {
    title: `stop ${kind} ${name}`,
    estimate: 5,
    mark: (ctx) => before(ctx, thing),
    run: (ctx) => stopAndSee(ctx, thing),
    undo: [
      {
        title: `start ${name} again if it ran before`,
        async run(ctx, { mark }) {
          if (!ran(mark)) return LEFT_ALONE;
          await askToStart(ctx, thing);
          return waitUntilRunning(ctx, thing, null);
        },
      },
    ],
  });
}

export function restartSteps(kind: string, thing: Powered): Steps<Ended> {
  const { name } = thing;
  return steps({ name })
    .step('restart', {
      title: `restart ${kind} ${name}`,
      estimate: 5,
      irreversible: true,
      mark: (ctx) => before(ctx, thing),
      async run(ctx, _given, was: Before) {
        await thing.restart(ctx);
        return { was };
      },
      find: (ctx, _given, was) => wentDown(ctx, thing, was),
    })
    .step('wait_until_running', {
      title: 'see it go down and run again',
      estimate: 60,
      run: (ctx, { was }) => waitUntilRunning(ctx, thing, was),
    });
}

import type { Clock } from './clock.ts';

interface Timer {
  time: number;
  order: number;
  task: () => void;
}

const longestTimeout = 2_000_000_000;

/**
 * Coolify's time made from real time: `start` and a factor. What falls due is run by real timers while the clock runs by
 * itself, and in order of time by `advance` and `set`, each task seeing its own due time.
 */
export function createClock(start = Date.now(), speed = 1): Clock {
  let base = start;
  let anchor = performance.now();
  let factor = speed;
  let order = 0;
  let jumping: Promise<void> = Promise.resolve();
  let jumps = 0;
  const timers: Timer[] = [];
  let wake: NodeJS.Timeout | undefined;

  const now = () => (jumps > 0 ? base : base + (performance.now() - anchor) * factor);

  function hold(time: number) {
    base = time;
    anchor = performance.now();
  }

  function at(time: number, task: () => void): () => void {
    const timer: Timer = { time, order: order++, task };
    const later = timers.findIndex((other) => other.time > time);
    timers.splice(later === -1 ? timers.length : later, 0, timer);
    plan();
    return () => {
      const index = timers.indexOf(timer);
      if (index !== -1) timers.splice(index, 1);
    };
  }

  function plan() {
    clearTimeout(wake);
    const first = timers[0];
    if (first === undefined || factor === 0 || jumps > 0) return;
    const wait = Math.min(Math.max(0, (first.time - now()) / factor), longestTimeout);
    wake = setTimeout(runDue, wait);
  }

  function runDue() {
    while (timers[0] !== undefined && timers[0].time <= now()) timers.shift()?.task();
    plan();
  }

  function jump(target: () => number): Promise<void> {
    jumping = jumping.then(async () => {
      hold(now());
      jumps++;
      const end = Math.max(base, target());
      while (timers[0] !== undefined && timers[0].time <= end) {
        base = Math.max(base, timers[0].time);
        timers.shift()?.task();
        await new Promise(setImmediate);
      }
      jumps--;
      hold(end);
      plan();
    });
    return jumping;
  }

  function sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const abort = () => {
        cancel();
        reject(signal?.reason);
      };
      const cancel = at(now() + ms, () => {
        signal?.removeEventListener('abort', abort);
        resolve();
      });
      signal?.addEventListener('abort', abort, { once: true });
    });
  }

  function everyMinute(task: (minute: number) => void, delay = 0): () => void {
    let cancel: () => void;
    const next = (after: number) => {
      const minute = Math.floor(after / 60_000) * 60_000 + 60_000;
      cancel = at(minute + delay, () => {
        next(minute);
        task(minute);
      });
    };
    next(now() - delay);
    return () => cancel();
  }

  return {
    now,
    at,
    after: (ms, task) => at(now() + ms, task),
    sleep,
    everyMinute,
    advance: (ms) => jump(() => base + ms),
    set(time) {
      if (time < now()) {
        hold(time);
        plan();
        return Promise.resolve();
      }
      return jump(() => time);
    },
    speed(next) {
      hold(now());
      factor = next;
      plan();
    },
    get factor() {
      return factor;
    },
    close() {
      clearTimeout(wake);
      timers.length = 0;
      factor = 0;
    },
  };
}

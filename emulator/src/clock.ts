/**
 * The emulator's own time. It starts at a chosen moment, runs at a chosen speed, and can be set or advanced by the
 * control endpoint; everything that Coolify does by time (polls of the full minute, cron, the rate window, lags, the
 * pace of a deployment) hangs on it, so that a test runs a quarter of an hour in a second.
 */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Runs `task` once, at `time`; a time that has passed runs it on the next turn. Returns its cancel. */
  at(time: number, task: () => void): () => void;
  after(ms: number, task: () => void): () => void;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Runs `task` just after every full minute (`delay` ms later), also when minutes are jumped over by `advance`. */
  everyMinute(task: (minute: number) => void, delay?: number): () => void;
  /** Jumps forward, running in order what falls due; resolves when those tasks' synchronous parts have run. */
  advance(ms: number): Promise<void>;
  set(time: number): Promise<void>;
  /** How many emulated milliseconds pass in a real one; 0 stands still until advanced. */
  speed(factor: number): void;
  readonly factor: number;
  close(): void;
}

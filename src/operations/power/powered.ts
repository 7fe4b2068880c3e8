import { CoolifyError } from '../../coolify/error.ts';
import { parseStatus } from '../../coolify/status.ts';
import type { Context } from '../context.ts';

/**
 * What is started and stopped at Coolify without a deployment to follow: a database, a service. Its status is a cached
 * column, written at each stop and just after each full minute, and Coolify itself judges by it: `already stopped` is
 * also said of what comes back from a restart (recorded: run-databases 4–14, 36–39). What is there now tells its log.
 */
export interface Powered {
  name: string;
  /** What Coolify says of it, as of its last look. */
  status(ctx: Context): Promise<Told>;
  /** Whether a container of it is there now; null where that cannot be known. */
  container(ctx: Context): Promise<boolean | null>;
  start(ctx: Context): Promise<unknown>;
  stop(ctx: Context): Promise<unknown>;
  restart(ctx: Context): Promise<unknown>;
  /** The newest lines it wrote. Throws where no container of it is there. */
  lines(ctx: Context): Promise<string>;
}

export interface Told {
  /** As Coolify writes it: `running:healthy`, `exited`. */
  raw: string;
  /** When that was written, by Coolify's clock and as it writes it; null where it does not say. */
  written: string | null;
}

/** How something was right before it was started, stopped or restarted. */
export interface Before extends Told {
  container: boolean | null;
}

export async function before(ctx: Context, thing: Powered): Promise<Before> {
  const [told, container] = await Promise.all([thing.status(ctx), thing.container(ctx)]);
  return { ...told, container };
}

/** Whether it ran: its container counts, and the status only where nothing is known of that. */
export const ran = ({ container, raw }: Before): boolean => container ?? !isDown(raw);

/** Whether a status says that nothing runs; one that cannot be read says so too. */
export const isDown = (raw: string): boolean => ['exited', 'dead', 'unknown'].includes(parseStatus(raw).state);

/** Whether a call for logs found a container. Coolify answers 400 without one; older ones have no such call. */
export async function hasContainer(logs: () => Promise<string>): Promise<boolean | null> {
  try {
    await logs();
    return true;
  } catch (error) {
    if (!(error instanceof CoolifyError)) throw error;
    if (error.status === 400) return /not running/.test(error.message) ? false : null;
    if (error.kind === 'unsupported_version' || error.status === 501) return null;
    throw error;
  }
}

const STATES = [
  'running',
  'starting',
  'restarting',
  'degraded',
  'paused',
  'created',
  'removing',
  'exited',
  'dead',
] as const;
const HEALTHS = ['healthy', 'unhealthy'] as const;

export interface Status {
  state: (typeof STATES)[number] | 'unknown';
  /** `unknown` on a running container means that no health check is defined, which is no fault. */
  health: (typeof HEALTHS)[number] | 'unknown';
  /** A service part that does not count towards the service's own status. */
  excluded: boolean;
  /** As Coolify wrote it. */
  raw: string;
}

/**
 * Reads a status column: `running:healthy`, a bare `exited`, `unknown:unknown:excluded`, the older `running (healthy)`.
 * Without Sentinel the column is up to 60 s old, and `exited:unhealthy` is also what was never started (deploy-git 5).
 */
export function parseStatus(raw: string | null | undefined): Status {
  const [state, ...rest] = (raw ?? '').toLowerCase().match(/[a-z]+/g) ?? [];
  return {
    state: STATES.find((known) => known === state) ?? 'unknown',
    health: HEALTHS.find((known) => known === rest[0]) ?? 'unknown',
    excluded: rest.includes('excluded'),
    raw: raw ?? '',
  };
}

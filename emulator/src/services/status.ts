import type { Service } from '../state/service.ts';
import type { World } from '../world.ts';
import { partsOf } from './parts.ts';

const startings = new WeakMap<World, Set<string>>();

/** While compose brings a service up, Coolify says so whatever its parts say (recorded: run-databases 31). */
export function startingServices(world: World): Set<string> {
  const set = startings.get(world) ?? new Set<string>();
  startings.set(world, set);
  return set;
}

/** A service has no status of its own: it is that of its parts, without those that are left out of it (coolify.md 3.3). */
export function serviceStatus(world: World, service: Service): string {
  if (startingServices(world).has(service.uuid)) return 'starting:unhealthy';
  const parts = partsOf(world, service);
  const counted = parts.filter((part) => !part.exclude_from_status);
  if (counted.length > 0) return aggregate(counted.map((part) => part.status));
  if (parts.length === 0) return 'unknown:unknown:excluded';
  const status = aggregate(parts.map((part) => part.status));
  return status.includes(':') ? `${status}:excluded` : 'exited';
}

/** One status for several, each `state` or `state:health`, by Coolify's precedence. */
export function aggregate(statuses: readonly string[]): string {
  const some = (word: string) => statuses.some((status) => status.includes(word));
  const running = statuses.filter((status) => status.includes('running'));
  if (some('degraded') || some('restarting')) return 'degraded:unhealthy';
  if (running.length > 0 && some('exited')) return 'degraded:unhealthy';
  if (running.length > 0 && (some('starting') || some('created'))) return 'starting:unknown';
  if (running.length > 0) {
    if (running.some((status) => status.includes('unhealthy'))) return 'running:unhealthy';
    return running.some((status) => status.includes('unknown')) ? 'running:unknown' : 'running:healthy';
  }
  if (some('paused')) return 'paused:unknown';
  return some('starting') || some('created') ? 'starting:unknown' : 'exited';
}

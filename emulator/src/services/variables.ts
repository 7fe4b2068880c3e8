import type { Variable } from '../state/rows.ts';
import type { Service } from '../state/service.ts';
import { rowTime } from '../times.ts';
import { insertVariable, variablesOf } from '../variables/insert.ts';
import type { World } from '../world.ts';

export const ownerOf = (service: Service) => ({ resource_type: 'service' as const, resource_id: service.id });

/** The variable of that name, made if it is not there. */
export function keepVariable(
  world: World,
  service: Service,
  key: string,
  value: string | null,
  more: Partial<Variable> = {},
): Variable {
  return findVariable(world, service, key) ?? insertVariable(world, ownerOf(service), { key, value, ...more });
}

export function setVariable(world: World, service: Service, key: string, value: string): void {
  const row = keepVariable(world, service, key, value);
  if (row.value === value) return;
  row.value = value;
  row.updated_at = rowTime(world.clock.now());
  world.state.variables.touch(row);
}

export function findVariable(world: World, service: Service, key: string): Variable | undefined {
  return variablesOf(world, ownerOf(service)).find((row) => row.key === key);
}

/** `UPTIME_KUMA` of `uptime-kuma`. */
export function variableName(name: string): string {
  return name.replaceAll(/[-.]/g, '_').toUpperCase();
}

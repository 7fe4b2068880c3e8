import type { Service, ServiceApplication, ServiceDatabase } from '../state/service.ts';
import { rowTime } from '../times.ts';
import type { World } from '../world.ts';

/** One container of a service. */
export type Part = ServiceApplication | ServiceDatabase;

export function isApplication(part: Part): part is ServiceApplication {
  return 'fqdn' in part;
}

/** Of a service, those that are no databases first. */
export function partsOf(world: World, service: Service): Part[] {
  const { serviceApplications, serviceDatabases } = world.state;
  const isOwn = (part: Part) => part.service_id === service.id;
  return [...serviceApplications.filter(isOwn), ...serviceDatabases.filter(isOwn)];
}

export function touchPart(world: World, part: Part): void {
  part.updated_at = rowTime(world.clock.now());
  if (isApplication(part)) world.state.serviceApplications.touch(part);
  else world.state.serviceDatabases.touch(part);
}

export function touchService(world: World, service: Service): void {
  service.updated_at = rowTime(world.clock.now());
  world.state.services.touch(service);
}

import type { Service } from '../state/service.ts';
import type { World } from '../world.ts';
import { partsOf } from './parts.ts';
import { startingServices } from './status.ts';
import { modelOf } from './storages.ts';
import { ownerOf } from './variables.ts';

/** Removes a service with its parts, variables and rows of volumes; containers and the volumes themselves stay. */
export function forgetService(world: World, service: Service): void {
  const { state } = world;
  const owner = ownerOf(service);
  for (const part of partsOf(world, service)) {
    const isOwn = (row: { resource_type: string; resource_id: number }) =>
      row.resource_type === modelOf(part) && row.resource_id === part.id;
    state.volumes.removeWhere(isOwn);
    state.fileVolumes.removeWhere(isOwn);
  }
  state.variables.removeWhere((v) => v.resource_type === owner.resource_type && v.resource_id === owner.resource_id);
  state.serviceApplications.removeWhere((part) => part.service_id === service.id);
  state.serviceDatabases.removeWhere((part) => part.service_id === service.id);
  state.scheduledTasks.removeWhere((task) => task.service_id === service.id);
  state.services.remove(service);
  startingServices(world).delete(service.uuid);
}

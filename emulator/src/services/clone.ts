import { publicId } from '../ids.ts';
import { copyVolume } from '../jobs/copyVolume.ts';
import { restartService } from '../jobs/services.ts';
import type { Destination } from '../state/rows.ts';
import type { Service } from '../state/service.ts';
import { rowTime } from '../times.ts';
import type { World } from '../world.ts';
import { applyCompose } from './compose.ts';
import { type Part, partsOf } from './parts.ts';
import { modelOf } from './storages.ts';
import { ownerOf } from './variables.ts';

/**
 * A copy with tags, tasks and variables of its own; its containers come from the compose file anew (coolify.md 3.1, clone).
 * `withData` also copies what its volumes hold,
 * for which the source is stopped and started again.
 */
export function cloneService(
  world: World,
  source: Service,
  destination: Destination,
  name: string | null,
  withData: boolean,
): Service {
  const { state, clock } = world;
  const now = rowTime(clock.now());
  const uuid = publicId();
  const { id: _, ...row } = structuredClone(source);
  const copy = state.services.insert({
    ...row,
    uuid,
    name: name ?? `${source.name}-clone-${uuid}`,
    destination_id: destination.id,
    server_id: destination.server_id,
    created_at: now,
    updated_at: now,
  });
  const fresh = { created_at: now, updated_at: now };
  for (const { id: __, ...task } of state.scheduledTasks.filter((t) => t.service_id === source.id))
    state.scheduledTasks.insert({ ...task, ...fresh, uuid: publicId(), service_id: copy.id });
  const owner = ownerOf(source);
  for (const { id: __, ...variable } of state.variables.filter(
    (v) => v.resource_type === owner.resource_type && v.resource_id === owner.resource_id,
  ))
    state.variables.insert({ ...variable, ...fresh, uuid: publicId(), resource_id: copy.id });
  applyCompose(world, copy);
  if (withData)
    restartService(world, source, async () => {
      for (const [from, to] of volumePairs(world, source, copy)) await copyVolume(world, from, to);
    });
  return copy;
}

/** Volumes of the same container at the same place. */
function volumePairs(world: World, source: Service, copy: Service): [string, string][] {
  const volumesOf = (part: Part) =>
    world.state.volumes.filter((v) => v.resource_type === modelOf(part) && v.resource_id === part.id);
  const targets = partsOf(world, copy);
  return partsOf(world, source).flatMap((part) => {
    const target = targets.find(({ name }) => name === part.name);
    const own = target === undefined ? [] : volumesOf(target);
    return volumesOf(part).flatMap((volume): [string, string][] => {
      const other = own.find(({ mount_path }) => mount_path === volume.mount_path);
      return other === undefined ? [] : [[volume.name, other.name]];
    });
  });
}

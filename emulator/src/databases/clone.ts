import { publicId } from '../ids.ts';
import { copyVolume } from '../jobs/copyVolume.ts';
import { restartDatabase } from '../jobs/databases.ts';
import type { Backup } from '../state/backup.ts';
import { type Database, tableOf } from '../state/database.ts';
import type { Destination } from '../state/rows.ts';
import type { Volume } from '../state/storage.ts';
import { rowTime } from '../times.ts';
import type { World } from '../world.ts';
import { modelOf } from './kinds.ts';

/**
 * A copy with the same credentials, and tags, storages, schedules of backups and variables of its own; it is not started
 * (coolify.md 3.1, clone). `withData` also copies what its
 * volumes hold, for which the source is stopped and started again.
 */
export function cloneDatabase(
  world: World,
  source: Database,
  destination: Destination,
  name: string | null,
  withData: boolean,
): Database {
  const { state, clock } = world;
  const now = rowTime(clock.now());
  const uuid = publicId();
  const { id: _, ...row } = structuredClone(source);
  const copy = state[tableOf[source.kind]].insert({
    ...row,
    uuid,
    name: name ?? `${source.name}-clone-${uuid}`,
    status: 'exited',
    started_at: null,
    destination_id: destination.id,
    created_at: now,
    updated_at: now,
  });
  const fresh = { resource_id: copy.id, created_at: now, updated_at: now };
  const isOwn = (owned: { resource_type: string; resource_id: number }) =>
    owned.resource_type === modelOf(source) && owned.resource_id === source.id;
  const copied: [string, string][] = [];
  for (const { id: __, ...volume } of state.volumes.filter(isOwn)) {
    const volumeCopy = { ...volume, ...fresh, uuid: publicId(), name: volumeName(volume, source, copy) };
    copied.push([volume.name, state.volumes.insert(volumeCopy).name]);
  }
  for (const { id: __, ...file } of state.fileVolumes.filter(isOwn))
    state.fileVolumes.insert({ ...file, ...fresh, uuid: publicId() });
  for (const { id: __, ...variable } of state.variables.filter(
    (v) => v.resource_type === source.kind && v.resource_id === source.id,
  ))
    state.variables.insert({ ...variable, ...fresh, uuid: publicId() });
  const isSchedule = (backup: Backup) => backup.database_type === modelOf(source) && backup.database_id === source.id;
  for (const { id: __, ...backup } of state.backups.filter(isSchedule))
    state.backups.insert({ ...backup, uuid: publicId(), database_id: copy.id, created_at: now, updated_at: now });
  if (withData)
    restartDatabase(world, source, async () => {
      for (const [from, to] of copied) await copyVolume(world, from, to);
    });
  return copy;
}

/** `redis-data-<uuid>` and `<uuid>-data` carry the copy's uuid; any other name gets it in front. */
function volumeName(volume: Pick<Volume, 'name'>, source: Database, copy: Database): string {
  return volume.name.includes(source.uuid)
    ? volume.name.replace(source.uuid, copy.uuid)
    : `${copy.uuid}-${volume.name}`;
}

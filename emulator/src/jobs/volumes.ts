import type { ContainerSpec } from '../machine/machine.ts';
import type { FileVolume, Volume } from '../state/storage.ts';
import type { World } from '../world.ts';

/** Whose storages: Laravel's name of the model and the row's id, and where its files lie on the server. */
export interface VolumeOwner {
  type: string;
  id: number;
  /** `/data/coolify/applications/<uuid>` */
  folder: string;
}

/** The mounts of a container: named volumes, bound paths, and files that Coolify writes first (recorded: runtime 64–71). */
export function mountsOf(world: World, owner: VolumeOwner): NonNullable<ContainerSpec['volumes']> {
  const { volumes, fileVolumes } = world.state;
  return [
    ...volumes
      .filter((row) => belongsTo(row, owner))
      .map((volume) => ({ source: volume.host_path ?? volume.name, target: volume.mount_path })),
    ...fileVolumes
      .filter((row) => belongsTo(row, owner))
      .map((file) => ({
        source: file.fs_path,
        target: file.mount_path,
        ...(file.content === null || file.is_directory ? {} : { content: file.content }),
      })),
  ];
}

/**
 * Forgets the storages of what is deleted: its folder of files goes from the server, volumes only where asked for, bound
 * paths never (recorded: runtime 98–101).
 */
export async function removeVolumes(world: World, owner: VolumeOwner, keep: { volumes: boolean }): Promise<void> {
  const { state, machine } = world;
  const named = state.volumes.filter((row) => belongsTo(row, owner) && row.host_path === null);
  for (const source of [owner.folder, ...(keep.volumes ? [] : named.map((volume) => volume.name))])
    await world.working(machine.removeVolume(source));
  state.volumes.removeWhere((row) => belongsTo(row, owner));
  state.fileVolumes.removeWhere((row) => belongsTo(row, owner));
}

function belongsTo(row: Volume | FileVolume, owner: VolumeOwner): boolean {
  return row.resource_type === owner.type && row.resource_id === owner.id;
}

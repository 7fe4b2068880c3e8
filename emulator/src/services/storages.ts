import { publicId } from '../ids.ts';
import type { VolumeOwner } from '../jobs/volumes.ts';
import { slug } from '../slug.ts';
import type { Service } from '../state/service.ts';
import { rowTime } from '../times.ts';
import type { World } from '../world.ts';
import { record, text } from './fields.ts';
import { isApplication, type Part } from './parts.ts';
import { isPath, pathIn, readVolumeText } from './volumes.ts';

export const modelOf = (part: Part): string =>
  isApplication(part) ? 'App\\Models\\ServiceApplication' : 'App\\Models\\ServiceDatabase';

/** A container of a service as the owner of its storages. */
export function asVolumeOwner(service: Service, part: Part): VolumeOwner {
  return { type: modelOf(part), id: part.id, folder: `/data/coolify/services/${service.uuid}` };
}

/** Paths that are bound as they stand. */
const boundAsIs = ['/var/run/docker.sock', '/tmp', '/tmp/'];

/**
 * Keeps a row for each volume and bound path of a container, and returns them as they are run: names carry the service's
 * uuid, relative paths lie in its folder (recorded: services 11, 32). Named volumes are added to the file's own.
 */
export function keepVolumes(
  world: World,
  service: Service,
  part: Part,
  given: unknown[],
  declaredVolumes: Record<string, unknown>,
): unknown[] {
  return given.flatMap((volume) => {
    const long = typeof volume === 'object' && volume !== null ? record(volume) : undefined;
    const { source, target, mode } =
      long === undefined
        ? readVolumeText(text(volume))
        : { source: text(long.source), target: text(long.target), mode: undefined };
    const rebuilt = (from: string) => {
      if (long === undefined) return `${from}:${target}${mode === undefined ? '' : `:${mode}`}`;
      const { content: _, isDirectory: __, is_directory: ___, ...rest } = long;
      return { ...rest, source: from };
    };
    const bound = long === undefined ? isPath(source) : long.type === 'bind';
    if (bound) {
      if (boundAsIs.includes(source)) return [long === undefined ? volume : `${source}:${target}`];
      const path = pathIn(asVolumeOwner(service, part).folder, source);
      keepFile(world, part, path, target, long);
      return [`${path}:${target}${mode === undefined ? '' : `:${mode}`}`];
    }
    if (long !== undefined && long.type !== 'volume') return [volume];
    const remote = record(record(declaredVolumes[source]).driver_opts).type;
    if (remote === 'cifs' || remote === 'nfs') return [];
    const name = `${service.uuid}_${slug(source)}`;
    declaredVolumes[name] = { name };
    keepVolume(world, part, name, target);
    return [rebuilt(name)];
  });
}

function keepVolume(world: World, part: Part, name: string, target: string): void {
  const { volumes } = world.state;
  const model = modelOf(part);
  const found = volumes.find((v) => v.resource_type === model && v.resource_id === part.id && v.name === name);
  const now = rowTime(world.clock.now());
  if (found === undefined)
    volumes.insert({
      name,
      mount_path: target,
      host_path: null,
      container_id: null,
      resource_type: model,
      resource_id: part.id,
      created_at: now,
      updated_at: now,
      is_preview_suffix_enabled: true,
      uuid: publicId(),
    });
  else if (found.mount_path !== target) Object.assign(found, { mount_path: target, updated_at: now });
}

/** What a bound path is cannot be told: it counts as a directory unless the compose file gives a content. */
function keepFile(
  world: World,
  part: Part,
  path: string,
  target: string,
  long: Record<string, unknown> | undefined,
): void {
  const { fileVolumes } = world.state;
  const model = modelOf(part);
  const now = rowTime(world.clock.now());
  const found = fileVolumes.find(
    (f) => f.resource_type === model && f.resource_id === part.id && f.mount_path === target,
  );
  if (found !== undefined) {
    if (found.fs_path !== path) Object.assign(found, { fs_path: path, updated_at: now });
    return;
  }
  const content = typeof long?.content === 'string' ? long.content : null;
  fileVolumes.insert({
    uuid: publicId(),
    fs_path: path,
    mount_path: target,
    content,
    resource_type: model,
    resource_id: part.id,
    created_at: now,
    updated_at: now,
    is_directory: content === null,
    chown: null,
    chmod: null,
    is_based_on_git: false,
    is_preview_suffix_enabled: true,
    is_host_file: false,
  });
}

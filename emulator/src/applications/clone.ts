import { publicId } from '../ids.ts';
import { serverOf } from '../present/server.ts';
import { applicationType } from '../routes/storages.ts';
import type { Application } from '../state/application.ts';
import type { Destination } from '../state/rows.ts';
import { plainTime, rowTime } from '../times.ts';
import type { World } from '../world.ts';
import { generatedDomain } from './create.ts';
import { proxyLabels } from './labels.ts';

/**
 * A copy with settings, tags, tasks, storages and variables, never deployed. It gets a domain of its own, its labels come
 * in base64, and empty commands are read back as empty texts (recorded: organise 49, 50).
 */
export function cloneApplication(
  world: World,
  source: Application,
  destination: Destination,
  name: string | null,
  withVolumes: boolean,
): Application {
  const { state, clock } = world;
  const now = rowTime(clock.now());
  const { id: _, ...row } = structuredClone(source);
  const uuid = publicId();
  const copy = state.applications.insert({
    ...row,
    uuid,
    name: name ?? `clone-of-${source.name.slice(0, 20)}${source.name.length > 20 ? '...' : ''}-${uuid}`,
    status: 'exited',
    destination_id: destination.id,
    install_command: source.install_command ?? '',
    build_command: source.build_command ?? '',
    start_command: source.start_command ?? '',
    publish_directory: source.publish_directory ?? '/',
    last_online_at: plainTime(clock.now()),
    created_at: now,
    updated_at: now,
  });
  const server = serverOf(world, destination);
  if (server.proxy.type !== 'NONE' && source.settings.is_container_label_readonly_enabled) {
    copy.fqdn = generatedDomain(uuid, server);
    copy.custom_labels = Buffer.from(proxyLabels(copy, destination.network)).toString('base64');
  }
  copyTasks(world, source, copy, now);
  copyStorages(world, source, copy, now);
  copyVariables(world, source, copy, now);
  if (withVolumes) world.queue.add(source, { noQuestions: true });
  return copy;
}

function copyTasks({ state }: World, source: Application, copy: Application, now: string): void {
  for (const task of state.scheduledTasks.filter((row) => row.application_id === source.id)) {
    const { id: _, ...row } = task;
    state.scheduledTasks.insert({
      ...row,
      uuid: publicId(),
      application_id: copy.id,
      created_at: now,
      updated_at: now,
    });
  }
}

function copyStorages({ state }: World, source: Application, copy: Application, now: string): void {
  const isOfSource = (row: { resource_type: string; resource_id: number }) =>
    row.resource_type === applicationType && row.resource_id === source.id;
  const fresh = { resource_id: copy.id, created_at: now, updated_at: now };
  for (const { id: _, ...row } of state.volumes.filter(isOfSource))
    state.volumes.insert({ ...row, ...fresh, uuid: publicId(), name: row.name.replace(source.uuid, copy.uuid) });
  for (const { id: _, ...row } of state.fileVolumes.filter(isOfSource)) state.fileVolumes.insert({ ...row, ...fresh });
}

function copyVariables({ state }: World, source: Application, copy: Application, now: string): void {
  const own = state.variables.filter((row) => row.resource_type === 'application' && row.resource_id === source.id);
  for (const { id: _, ...row } of own)
    state.variables.insert({ ...row, uuid: publicId(), resource_id: copy.id, created_at: now, updated_at: now });
}

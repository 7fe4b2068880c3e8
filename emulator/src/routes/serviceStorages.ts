import { invalid, notFound, ok, refuse } from '../http/answer.ts';
import type { Call, Routes } from '../http/call.ts';
import { requireFields } from '../http/fields.ts';
import type { Rules } from '../http/validate.ts';
import type { JsonObject } from '../json.ts';
import { presentPart } from '../present/service.ts';
import { isApplication, type Part, partsOf } from '../services/parts.ts';
import { asVolumeOwner, modelOf } from '../services/storages.ts';
import type { Service } from '../state/service.ts';
import type { FileVolume, Volume } from '../state/storage.ts';
import { rowTime } from '../times.ts';
import { findService } from './services.ts';
import { changing, createStorage } from './storages.ts';
import { isTrue } from './variables.ts';

/** Storages of a service's containers. What is there counts as the compose file's, so nearly nothing can be changed (coolify.md 3.1; recorded: services 32). */
export const serviceStorageRoutes: Routes = {
  'GET /services/{uuid}/storages': list,
  'POST /services/{uuid}/storages': create,
  'PATCH /services/{uuid}/storages': update,
  'DELETE /services/{uuid}/storages/{storage_uuid}': remove,
};

const owning: Rules = { resource_uuid: ['required', 'string'] };
const lockedFields = ['name', 'mount_path', 'host_path', 'content'];

/** All of them, each with whose it is. */
function list(call: Call) {
  const { volumes, fileVolumes } = call.world.state;
  const parts = partsOf(call.world, findService(call));
  const rows = <R extends Volume | FileVolume>(table: R[]) =>
    table.flatMap((row) => {
      const part = parts.find((owner) => belongsTo(row, owner));
      return part === undefined ? [] : [{ row, whose: { resource_type: sortOf(part), resource_uuid: part.uuid } }];
    });
  return ok({
    persistent_storages: rows(volumes.all()).map(({ row, whose }) => ({ ...row, ...whose })),
    file_storages: rows(fileVolumes.all()).map(({ row, whose }) => ({ ...presentFile(call, row), ...whose })),
  });
}

function create(call: Call) {
  call.requireJson();
  const service = findService(call);
  const { resource_uuid: uuid, ...input } = call.input;
  if (typeof uuid !== 'string') requireFields({ resource_uuid: uuid ?? null }, owning);
  const part = partsOf(call.world, service).find((candidate) => candidate.uuid === uuid);
  if (part === undefined) throw notFound('Service resource not found.');
  const owner = { ...asVolumeOwner(service, part), uuid: part.uuid, nested: () => presentPart(part) };
  return createStorage({ ...call, input }, owner);
}

function update(call: Call) {
  call.requireJson();
  const service = findService(call);
  const { input, world } = call;
  requireFields(input, changing);
  if (!input.uuid && !input.id) throw invalid({ uuid: 'Either uuid or id is required.' });
  const row = storagesOf(call, service, input.type === 'persistent' ? 'volumes' : 'fileVolumes').find((storage) =>
    input.uuid ? storage.uuid === input.uuid : storage.id === Number(input.id),
  );
  if (row === undefined) throw notFound('Storage not found.');
  const locked = lockedFields.filter((field) => field in input);
  if (locked.length > 0)
    throw refuse(
      422,
      'This storage is read-only (managed by docker-compose or service definition). Only is_preview_suffix_enabled can be updated.',
      { read_only_fields: locked },
    );
  if (input.is_preview_suffix_enabled !== undefined) {
    row.is_preview_suffix_enabled = isTrue(input.is_preview_suffix_enabled);
    row.updated_at = rowTime(world.clock.now());
  }
  return ok('fs_path' in row ? presentFile(call, row) : { ...row });
}

function remove(call: Call): never {
  const service = findService(call);
  const rows = [...storagesOf(call, service, 'volumes'), ...storagesOf(call, service, 'fileVolumes')];
  if (!rows.some((row) => row.uuid === call.params.storage_uuid)) throw notFound('Storage not found.');
  throw refuse(
    422,
    'This storage is read-only (managed by docker-compose or service definition) and cannot be deleted.',
  );
}

function storagesOf(call: Call, service: Service, table: 'volumes' | 'fileVolumes'): (Volume | FileVolume)[] {
  const { state } = call.world;
  const parts = partsOf(call.world, service);
  return state[table].all().filter((row: Volume | FileVolume) => parts.some((part) => belongsTo(row, part)));
}

function belongsTo(row: Volume | FileVolume, part: Part): boolean {
  return row.resource_type === modelOf(part) && row.resource_id === part.id;
}

const sortOf = (part: Part) => (isApplication(part) ? 'application' : 'database');

function presentFile(call: Call, { content, ...row }: FileVolume): JsonObject {
  return { ...row, is_binary: false, is_too_large: false, ...(call.sensitive ? { content } : {}) };
}

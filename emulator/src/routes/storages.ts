import { invalid, notFound, ok, refuse, serverError } from '../http/answer.ts';
import type { Call, Handler, Routes } from '../http/call.ts';
import { requireFields } from '../http/fields.ts';
import { omit } from '../http/serialize.ts';
import type { Rule, Rules } from '../http/validate.ts';
import { publicId } from '../ids.ts';
import type { Json, JsonObject } from '../json.ts';
import { presentApplicationOfDeployment } from '../present/application.ts';
import type { Application } from '../state/application.ts';
import type { FileVolume, Volume } from '../state/storage.ts';
import { absolute, BadPath, fileMount, hostFile, shellSafe } from '../storages/paths.ts';
import { rowTime } from '../times.ts';
import { findApplication } from './applications.ts';
import { isTrue } from './variables.ts';

/** The volumes, files and directories of applications (recorded: organise 16–31, runtime 64–67). */
export const storageRoutes: Routes = {
  'GET /applications/{uuid}/storages': (call) =>
    listStorages(call, ofApplication(call, findApplication(call, 'Application not found'))),
  'POST /applications/{uuid}/storages': withBody((call) =>
    createStorage(call, ofApplication(call, findApplication(call))),
  ),
  'PATCH /applications/{uuid}/storages': withBody((call) =>
    updateStorage(call, ofApplication(call, findApplication(call, 'Application not found'))),
  ),
  'DELETE /applications/{uuid}/storages/{storage_uuid}': (call) =>
    deleteStorage(call, ofApplication(call, findApplication(call))),
};

/** Whatever has storages. */
export interface StorageOwner {
  id: number;
  uuid: string;
  /** Laravel's name of the model: `App\Models\Application`. */
  type: string;
  /** Where its files lie on the server: `/data/coolify/applications/<uuid>`. */
  folder: string;
  /** The row as it is nested in an answer. */
  nested(): JsonObject;
}

export const applicationType = 'App\\Models\\Application';

export function ofApplication(call: Call, application: Application): StorageOwner {
  return {
    id: application.id,
    uuid: application.uuid,
    type: applicationType,
    folder: `/data/coolify/applications/${application.uuid}`,
    nested: () => omit(presentApplicationOfDeployment(call.world, application), ['environment']),
  };
}

const volumeName: Rule = { regex: /^[a-zA-Z0-9][a-zA-Z0-9._-]*$/ };
const directory: Rule = { regex: /^\/([a-zA-Z0-9._\-/~@+]*)?$/ };
const creating: Rules = {
  type: ['required', 'string', 'in:persistent,file'],
  name: ['string', volumeName],
  mount_path: ['required', 'string'],
  host_path: ['string', 'nullable', directory],
  content: ['string', 'nullable'],
  is_directory: ['boolean'],
  is_host_file: ['boolean'],
  fs_path: ['string'],
};
export const changing: Rules = {
  uuid: ['string'],
  id: ['integer'],
  type: ['required', 'string', 'in:persistent,file'],
  is_preview_suffix_enabled: ['boolean'],
  name: ['string', volumeName],
  mount_path: ['string'],
  host_path: ['string', 'nullable', directory],
  content: ['string', 'nullable'],
};

export function listStorages(call: Call, owner: StorageOwner) {
  const { volumes, fileVolumes } = call.world.state;
  return ok({
    persistent_storages: volumes.filter((row) => isOf(row, owner)).map((row) => ({ ...row })),
    file_storages: fileVolumes.filter((row) => isOf(row, owner)).map((row) => presentFile(row, call.sensitive)),
  });
}

export function createStorage(call: Call, owner: StorageOwner) {
  requireFields(call.input, creating);
  return ok(call.input.type === 'persistent' ? createVolume(call, owner) : createFile(call, owner), 201);
}

/** The fresh row has the keys that were written, in that order. The same name again is a 500 of the database (recorded: organise 23). */
function createVolume(call: Call, owner: StorageOwner): JsonObject {
  const { input, world } = call;
  if (input.name === undefined || input.name === '0')
    throw invalid({ name: 'The name field is required for persistent storages.' });
  refuseForeign(input, ['content', 'is_directory', 'is_host_file', 'fs_path']);
  const name = `${owner.uuid}-${input.name}`;
  const { volumes } = world.state;
  if (volumes.find((row) => isOf(row, owner) && row.name === name) !== undefined) throw serverError();
  const now = rowTime(world.clock.now());
  const row = volumes.insert({
    name,
    mount_path: absolute(String(input.mount_path)),
    host_path: typeof input.host_path === 'string' ? absolute(input.host_path) : null,
    container_id: null,
    resource_id: owner.id,
    resource_type: owner.type,
    uuid: publicId(),
    updated_at: now,
    created_at: now,
    is_preview_suffix_enabled: true,
  });
  return omit(row, ['container_id', 'is_preview_suffix_enabled']);
}

function createFile(call: Call, owner: StorageOwner): JsonObject {
  const { input, world } = call;
  refuseForeign(input, ['name', 'host_path']);
  const asDirectory = isTrue(input.is_directory);
  const asHostFile = isTrue(input.is_host_file);
  if (asDirectory && asHostFile) throw invalid({ is_host_file: 'Host file mounts cannot also be directory mounts.' });
  const paths = asDirectory ? directoryPaths(input) : asHostFile ? hostFilePaths(input) : filePaths(input, owner);
  const { fileVolumes } = world.state;
  if (fileVolumes.find((row) => isOf(row, owner) && row.mount_path === paths.mount_path) !== undefined)
    throw serverError();
  const now = rowTime(world.clock.now());
  const row = fileVolumes.insert({
    ...paths,
    content: !asDirectory && !asHostFile && typeof input.content === 'string' ? input.content : null,
    resource_id: owner.id,
    resource_type: owner.type,
    uuid: publicId(),
    updated_at: now,
    created_at: now,
    is_directory: asDirectory,
    chown: null,
    chmod: null,
    is_based_on_git: false,
    is_preview_suffix_enabled: true,
    is_host_file: asHostFile,
  });
  const unwritten = [
    'chown',
    'chmod',
    'is_based_on_git',
    'is_preview_suffix_enabled',
    ...(asHostFile ? [] : ['is_host_file']),
    ...(asDirectory ? ['content'] : []),
  ];
  return {
    ...omit(presentFile(row, call.sensitive), unwritten),
    ...(asHostFile ? {} : { service: null, resource: owner.nested() }),
  };
}

type Paths = Pick<FileVolume, 'fs_path' | 'mount_path'>;

/** A bad path of a directory is thrown where Coolify does not catch it: 500. */
function directoryPaths(input: JsonObject): Paths {
  if (typeof input.fs_path !== 'string')
    throw invalid({ fs_path: 'The fs_path field is required for directory mounts.' });
  const paths = { fs_path: absolute(input.fs_path), mount_path: absolute(String(input.mount_path)) };
  return orBadPath(
    () => {
      shellSafe(paths.fs_path, 'storage source path');
      shellSafe(paths.mount_path, 'storage destination path');
      return paths;
    },
    () => serverError(),
  );
}

function hostFilePaths(input: JsonObject): Paths {
  const source = input.fs_path;
  if (typeof source !== 'string') throw invalid({ fs_path: 'The fs_path field is required for host file mounts.' });
  if (typeof input.content === 'string') throw invalid({ content: 'Content is not valid for host file mounts.' });
  return orBadPath(
    () => ({
      fs_path: hostFile(source, 'host file source path'),
      mount_path: fileMount(String(input.mount_path), 'host file destination path'),
    }),
    (sentence) => invalid({ mount_path: sentence }),
  );
}

function filePaths(input: JsonObject, owner: StorageOwner): Paths {
  return orBadPath(
    () => {
      const mounted = fileMount(String(input.mount_path), 'file storage path');
      return { fs_path: `${owner.folder}${mounted}`.replace(/\/$/, ''), mount_path: mounted };
    },
    (sentence) => invalid({ mount_path: sentence }),
  );
}

function orBadPath(read: () => Paths, refusal: (sentence: string) => Error): Paths {
  try {
    return read();
  } catch (error) {
    throw error instanceof BadPath ? refusal(error.message) : error;
  }
}

/** By uuid, else by id; fields of the other kind are refused (recorded: organise 26–28). */
export function updateStorage(call: Call, owner: StorageOwner) {
  const { input, world } = call;
  requireFields(input, changing);
  if (isBlank(input.uuid) && isBlank(input.id)) throw invalid({ uuid: 'Either uuid or id is required.' });
  const { volumes, fileVolumes } = world.state;
  const isWanted = (row: Volume | FileVolume) =>
    isOf(row, owner) && (isBlank(input.uuid) ? row.id === Number(input.id) : row.uuid === input.uuid);
  const persistent = input.type === 'persistent';
  const row = persistent ? volumes.find(isWanted) : fileVolumes.find(isWanted);
  if (row === undefined) throw notFound('Storage not found.');
  refuseForeign(input, persistent ? ['content'] : ['name', 'host_path']);
  const { uuid: _, id: __, type: ___, is_preview_suffix_enabled: suffix, mount_path: mount, ...columns } = input;
  Object.assign(row, columns, { updated_at: rowTime(world.clock.now()) });
  if (suffix !== undefined) row.is_preview_suffix_enabled = isTrue(suffix);
  if (typeof mount === 'string') row.mount_path = persistent ? absolute(mount) : mount;
  return ok(
    'fs_path' in row
      ? { ...presentFile(row, call.sensitive), service: owner.nested() }
      : { ...row, resource: owner.nested() },
  );
}

export function deleteStorage(call: Call, owner: StorageOwner) {
  const { volumes, fileVolumes, volumeBackups } = call.world.state;
  const isWanted = (row: Volume | FileVolume) => isOf(row, owner) && row.uuid === call.params.storage_uuid;
  const volume = volumes.find(isWanted);
  const file = fileVolumes.find(isWanted);
  if (volume === undefined && file === undefined) throw notFound('Storage not found.');
  const kind = volume === undefined ? 'directory' : 'volume';
  if (volumeBackups.find((backup) => backup.storage_uuid === call.params.storage_uuid) !== undefined)
    throw refuse(422, `Delete this ${kind} backup schedule and its archives before deleting the ${kind}.`);
  if (volume !== undefined) volumes.remove(volume);
  else if (file !== undefined) fileVolumes.remove(file);
  return ok({ message: 'Storage deleted.' });
}

function isOf(row: Volume | FileVolume, owner: StorageOwner): boolean {
  return row.resource_type === owner.type && row.resource_id === owner.id;
}

function presentFile(row: FileVolume, sensitive: boolean): JsonObject {
  const shown: JsonObject = { ...row, is_binary: false, is_too_large: false };
  return sensitive ? shown : omit(shown, ['content']);
}

function refuseForeign(input: JsonObject, fields: string[]): void {
  const present = fields.filter((field) => field in input);
  if (present.length === 0) return;
  throw invalid(
    Object.fromEntries(present.map((field) => [field, `Field '${field}' is not valid for type '${input.type}'.`])),
  );
}

function isBlank(value: Json | undefined): boolean {
  return value === undefined || value === null || value === 0 || value === '0';
}

function withBody(handler: Handler): Handler {
  return (call) => {
    call.requireJson();
    return handler(call);
  };
}

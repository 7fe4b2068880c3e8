import { isSchedule } from '../cron.ts';
import { kinds } from '../databases/kinds.ts';
import { invalid, notFound, ok, Refused } from '../http/answer.ts';
import type { Call, Handler, Routes } from '../http/call.ts';
import { apiMessages, hasErrors, type Rules, refuseUnknown, validate } from '../http/validate.ts';
import { publicId } from '../ids.ts';
import type { JsonObject } from '../json.ts';
import type { FileVolume, Volume, VolumeBackup } from '../state/storage.ts';
import { findResource, type Resource, type Sort } from './owned.ts';
import { isTrue } from './variables.ts';

/** Schedules that archive a volume or a directory; one at most for each storage (coolify.md 3.1; recorded: sweep 678–691). */
export const volumeBackupRoutes: Routes = {
  'PUT /applications/{uuid}/storages/{storage_uuid}/backups': upsert('applications'),
  'POST /applications/{uuid}/storages/{storage_uuid}/backups/run': run('applications'),
  'DELETE /applications/{uuid}/storages/{storage_uuid}/backups': remove('applications'),
  'PUT /databases/{uuid}/storages/{storage_uuid}/backups': upsert('databases'),
  'POST /databases/{uuid}/storages/{storage_uuid}/backups/run': run('databases'),
  'DELETE /databases/{uuid}/storages/{storage_uuid}/backups': remove('databases'),
  'PUT /services/{uuid}/storages/{storage_uuid}/backups': upsert('services'),
  'POST /services/{uuid}/storages/{storage_uuid}/backups/run': run('services'),
  'DELETE /services/{uuid}/storages/{storage_uuid}/backups': remove('services'),
};

const largest = 2_147_483_647;
const rules: Rules = {
  frequency: ['required', 'string', 'max:255'],
  enabled: ['boolean'],
  save_s3: ['boolean'],
  disable_local_backup: ['boolean'],
  stop_during_backup: ['boolean'],
  s3_storage_uuid: ['nullable', 'string'],
  retention_amount_locally: ['integer', 'min:0', 'max:10000'],
  retention_days_locally: ['integer', 'min:0', `max:${largest}`],
  retention_max_storage_locally: ['numeric', 'min:0', 'max:9999999999'],
  retention_amount_s3: ['integer', 'min:0', 'max:10000'],
  retention_days_s3: ['integer', 'min:0', `max:${largest}`],
  retention_max_storage_s3: ['numeric', 'min:0', 'max:9999999999'],
  timeout: ['integer', 'min:60', 'max:36000'],
};

function upsert(sort: Sort): Handler {
  return (call) => {
    call.requireJson();
    const storage = findStorage(call, sort, findResource(call, sort));
    const { input } = call;
    const { state } = call.world;
    const bucket = isTrue(input.save_s3)
      ? state.s3Storages.find((s3) => s3.uuid === input.s3_storage_uuid && s3.team_id === call.team.id && s3.is_usable)
      : undefined;
    checkSchedule(input, storage, bucket !== undefined);
    const columns = {
      team_id: call.team.id,
      frequency: String(input.frequency),
      enabled: input.enabled === undefined || isTrue(input.enabled),
      save_s3: bucket !== undefined,
      disable_local_backup: bucket !== undefined && isTrue(input.disable_local_backup),
      stop_during_backup: isTrue(input.stop_during_backup),
      s3_storage_id: bucket?.id ?? null,
      retention_amount_locally: Number(input.retention_amount_locally ?? 7),
      retention_days_locally: Number(input.retention_days_locally ?? 0),
      retention_max_storage_locally: Number(input.retention_max_storage_locally ?? 0),
      retention_amount_s3: Number(input.retention_amount_s3 ?? 7),
      retention_days_s3: Number(input.retention_days_s3 ?? 0),
      retention_max_storage_s3: Number(input.retention_max_storage_s3 ?? 0),
    };
    const known = backupOf(call, storage);
    const backup =
      known ??
      state.volumeBackups.insert({ uuid: publicId(), storage_uuid: storage.uuid, timeout: 36_000, ...columns });
    Object.assign(backup, columns, input.timeout === undefined ? {} : { timeout: Number(input.timeout) });
    const { id: _, uuid, storage_uuid, team_id: __, s3_storage_id: ___, ...shown } = backup;
    return ok(
      {
        uuid,
        message: known === undefined ? 'Storage backup schedule created.' : 'Storage backup schedule updated.',
        storage_uuid,
        storage_type: 'fs_path' in storage ? 'directory' : 'persistent',
        ...shown,
        s3_storage_uuid: bucket?.uuid ?? null,
      },
      known === undefined ? 201 : 200,
    );
  };
}

function checkSchedule(input: JsonObject, storage: Volume | FileVolume, hasBucket: boolean): void {
  const errors = refuseUnknown(validate(input, rules, apiMessages), input, Object.keys(rules));
  const add = (field: string, sentence: string) => {
    errors[field] = [...(errors[field] ?? []), sentence];
  };
  if (errors.frequency === undefined && !isSchedule(String(input.frequency)))
    add('frequency', 'The frequency must be a valid cron or human expression.');
  if (isTrue(input.disable_local_backup) && !isTrue(input.save_s3))
    add('disable_local_backup', 'Local backups can only be disabled when S3 backups are enabled.');
  if (isTrue(input.save_s3) && !hasBucket) add('s3_storage_uuid', 'Select a usable S3 storage owned by your team.');
  if ('fs_path' in storage && (!storage.is_directory || storage.is_host_file))
    add('storage_uuid', 'Only directory file storages can be backed up.');
  if (hasErrors(errors)) throw invalid(errors);
}

/** The archive itself stays on the server, where nothing of the API shows it. */
function run(sort: Sort): Handler {
  return (call) => {
    const backup = backupOf(call, findStorage(call, sort, findResource(call, sort)));
    if (backup === undefined) throw notFound('Storage backup schedule not found.');
    return ok({ message: 'Storage backup queued.', uuid: backup.uuid });
  };
}

function remove(sort: Sort): Handler {
  return (call) => {
    const backup = backupOf(call, findStorage(call, sort, findAny(call, sort)));
    if (backup === undefined) throw notFound('Storage backup schedule not found.');
    call.world.state.volumeBackups.remove(backup);
    return ok({ message: 'Storage backup schedule and archives deleted.' });
  };
}

/** Here a missing resource has one text for all sorts (recorded: sweep 690). */
function findAny(call: Call, sort: Sort): Resource {
  try {
    return findResource(call, sort);
  } catch (error) {
    throw error instanceof Refused ? notFound('Resource not found.') : error;
  }
}

function findStorage(call: Call, sort: Sort, resource: Resource): Volume | FileVolume {
  const { state } = call.world;
  const owners = ownersOf(call, sort, resource);
  const isWanted = (row: Volume | FileVolume) =>
    row.uuid === call.params.storage_uuid &&
    owners.some(({ model, id }) => row.resource_type === `App\\Models\\${model}` && row.resource_id === id);
  const storage = state.volumes.find(isWanted) ?? state.fileVolumes.find(isWanted);
  if (storage === undefined) throw notFound('Storage not found.');
  return storage;
}

/** Storages of a service belong to its containers. */
function ownersOf(call: Call, sort: Sort, resource: Resource): { model: string; id: number }[] {
  if ('kind' in resource) return [{ model: kinds[resource.kind].model, id: resource.id }];
  if (sort === 'applications') return [{ model: 'Application', id: resource.id }];
  const { serviceApplications, serviceDatabases } = call.world.state;
  return [
    ...serviceApplications
      .filter((part) => part.service_id === resource.id)
      .map(({ id }) => ({ model: 'ServiceApplication', id })),
    ...serviceDatabases
      .filter((part) => part.service_id === resource.id)
      .map(({ id }) => ({ model: 'ServiceDatabase', id })),
  ];
}

function backupOf(call: Call, storage: Volume | FileVolume): VolumeBackup | undefined {
  return call.world.state.volumeBackups.find((backup) => backup.storage_uuid === storage.uuid);
}

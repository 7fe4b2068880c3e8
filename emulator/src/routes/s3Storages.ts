import { isIP } from 'node:net';
import { notFound, ok } from '../http/answer.ts';
import type { Call, Routes } from '../http/call.ts';
import { bodyOf, requireFields } from '../http/fields.ts';
import { omit, pick, serialize } from '../http/serialize.ts';
import { apiMessages, type Messages, type Rule, type Rules } from '../http/validate.ts';
import { publicId } from '../ids.ts';
import { targetFault, UnsafeTarget } from '../notifications/targets.ts';
import { callOutside } from '../outside.ts';
import type { S3Storage } from '../state/s3.ts';
import { rowTime } from '../times.ts';
import { isTrue, textOrNull } from './variables.ts';

/** Buckets for backups (recorded: sweep 272–297). */
export const s3StorageRoutes: Routes = {
  'GET /s3-storages': (call) => ok(storagesOf(call).map((storage) => present(storage, call.sensitive))),
  'GET /s3-storages/{uuid}': (call) => ok(present(find(call), call.sensitive)),
  'POST /s3-storages': create,
  'PATCH /s3-storages/{uuid}': update,
  'DELETE /s3-storages/{uuid}': remove,
  'POST /s3-storages/{uuid}/validate': check,
};

const fields = ['name', 'description', 'endpoint', 'bucket', 'region', 'key', 'secret', 'is_usable'];
const name: readonly Rule[] = ['string', 'min:3', 'max:255', { regex: /^[\p{L}\p{M}\p{N}\s\-_.@/&()#,:+]+$/u }];
const description: readonly Rule[] = [
  'nullable',
  'string',
  'max:255',
  { regex: /^[\p{L}\p{M}\p{N}\s\-_.,!?()'"+=*@/&]+$/u },
];
const text: readonly Rule[] = ['string', 'max:255'];
const bucket: Rule = {
  check: (value) =>
    typeof value === 'string' && isBucket(value)
      ? undefined
      : 'The bucket must be a valid S3 bucket name: 3-63 lowercase letters, numbers, dots, or hyphens; start and end with a letter or number; no consecutive dots, dot-hyphen pairs, or IP address format.',
};
const messages: Messages = apiMessages;

async function create(call: Call) {
  call.requireJson();
  const body = bodyOf(call);
  const rules: Rules = {
    name: ['required', ...name],
    description,
    endpoint: ['required', ...text, ...(await faults(call))],
    bucket: ['required', bucket],
    region: ['required', ...text],
    key: ['required', ...text],
    secret: ['required', ...text],
    is_usable: ['sometimes', 'boolean'],
  };
  requireFields(body, rules, messages, fields);
  const now = rowTime(call.world.clock.now());
  const storage = call.world.state.s3Storages.insert({
    uuid: publicId(),
    name: String(body.name),
    description: textOrNull(body.description),
    region: String(body.region),
    key: String(body.key),
    secret: String(body.secret),
    bucket: String(body.bucket),
    endpoint: String(body.endpoint),
    is_usable: isTrue(body.is_usable),
    unusable_email_sent: false,
    team_id: call.team.id,
    created_at: now,
    updated_at: now,
  });
  return ok({ uuid: storage.uuid }, 201);
}

async function update(call: Call) {
  call.requireJson();
  const body = bodyOf(call);
  const rules: Rules = {
    name: ['nullable', ...name],
    description,
    endpoint: ['sometimes', ...text, ...(await faults(call))],
    bucket: ['sometimes', bucket],
    region: ['sometimes', ...text],
    key: ['sometimes', ...text],
    secret: ['sometimes', ...text],
    is_usable: ['sometimes', 'boolean'],
  };
  requireFields(body, rules, messages, fields);
  const storage = find(call);
  Object.assign(storage, pick(body, fields), { updated_at: rowTime(call.world.clock.now()) });
  if (body.is_usable !== undefined) storage.is_usable = isTrue(body.is_usable);
  call.world.state.s3Storages.touch(storage);
  return ok({ uuid: storage.uuid });
}

/** Schedules that wrote there go on without it. */
function remove(call: Call) {
  const storage = find(call);
  const { state } = call.world;
  for (const schedule of [...state.backups.all(), ...state.volumeBackups.all()])
    if (schedule.s3_storage_id === storage.id) Object.assign(schedule, { save_s3: false, s3_storage_id: null });
  state.s3Storages.remove(storage);
  return ok({ message: 'S3 storage deleted.' });
}

/** Asks the endpoint for the bucket's list, which a stand-in gives without a signature; the outcome is kept. */
async function check(call: Call) {
  const storage = find(call);
  const fault = await connectionFault(call, storage);
  storage.is_usable = fault === undefined;
  storage.updated_at = rowTime(call.world.clock.now());
  return ok({ valid: fault === undefined, message: fault ?? 'S3 storage connection is valid.' });
}

async function connectionFault(call: Call, storage: S3Storage): Promise<string | undefined> {
  const { world } = call;
  const unsafe = await targetFault(world, 'endpoint', storage.endpoint);
  if (unsafe !== undefined) return `S3 endpoint is not allowed: ${unsafe}`;
  const url = `${storage.endpoint.replace(/\/$/, '')}/${storage.bucket}?list-type=2`;
  try {
    const { status, text: answer } = await world.working(callOutside(world, url, { method: 'GET' }));
    if (status === 200 && answer.includes('<ListBucketResult')) return undefined;
    return `Unable to list contents for '', shallow listing\n\nReason: Error executing "ListObjectsV2" on "${url}"; the answer was ${status}.`;
  } catch (error) {
    if (error instanceof UnsafeTarget) return `S3 endpoint is not allowed: ${error.message}`;
    return 'Could not connect to the S3 endpoint within 15 seconds. Please verify the endpoint, bucket, credentials, region, and network/firewall settings.';
  }
}

function isBucket(value: string): boolean {
  return /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(value) && !/\.\.|\.-|-\./.test(value) && isIP(value) === 0;
}

async function faults(call: Call): Promise<Rule[]> {
  const value = bodyOf(call).endpoint ?? null;
  const fault = value === null ? undefined : await targetFault(call.world, 'endpoint', value);
  return fault === undefined ? [] : [{ check: () => fault }];
}

function storagesOf(call: Call): S3Storage[] {
  return call.world.state.s3Storages.filter((storage) => storage.team_id === call.team.id);
}

function find(call: Call): S3Storage {
  const storage = storagesOf(call).find(({ uuid }) => uuid === call.params.uuid);
  if (storage === undefined) throw notFound('S3 storage not found.');
  return storage;
}

function present(storage: S3Storage, sensitive: boolean) {
  return serialize(omit(storage, sensitive ? ['id'] : ['id', 'key', 'secret']));
}

import { type Answer, invalid, ok, refuse } from '../http/answer.ts';
import type { Call } from '../http/call.ts';
import { serialize } from '../http/serialize.ts';
import { apiMessages, hasErrors, refuseUnknown, validate } from '../http/validate.ts';
import { publicId, secret } from '../ids.ts';
import { startDatabase } from '../jobs/databases.ts';
import type { JsonObject } from '../json.ts';
import { urlsOf } from '../present/database.ts';
import { findPlacement, requireEnvironment } from '../routes/placement.ts';
import { isTrue } from '../routes/variables.ts';
import { type Database, type DatabaseKind, databaseDefaults, tableOf } from '../state/database.ts';
import { attachTags } from '../tags/attach.ts';
import { tagName } from '../tags/names.ts';
import { rowTime } from '../times.ts';
import { insertVariable } from '../variables/insert.ts';
import type { World } from '../world.ts';
import { anyCreateField, createFields, decodeConfiguration, ownRules, writeFields } from './fields.ts';
import { kinds, modelOf } from './kinds.ts';
import { refuseTakenPort } from './publicPort.ts';

const generatedLength = 64;

/**
 * `POST /databases/{kind}`: unknown fields, then where it is to be, then the public port, then the kind's own fields
 * (coolify.md 3.4; recorded: databases 1–9, 91, 98). The common rules are never evaluated.
 */
export function createDatabase(call: Call, kind: DatabaseKind): Answer {
  call.requireJson();
  const unknown = Object.keys(call.input).filter((field) => !anyCreateField.includes(field));
  if (unknown.length > 0) throw invalid(unknown);
  requireEnvironment(call);
  const input =
    isTrue(call.input.is_public) && !call.input.public_port ? { ...call.input, is_public: false } : call.input;
  const { environment, server, destination } = findPlacement(call, () =>
    refuse(422, 'You need to provide a valid environment_name or environment_uuid.'),
  );
  if (isTrue(input.is_public)) refuseTakenPort(call.world, server, Number(input.public_port));
  checkTags(input);
  checkPublicPort(input);
  const errors = refuseUnknown(validate(input, ownRules(kind), apiMessages), input, createFields(kind));
  if (hasErrors(errors)) throw invalid(errors);

  const { world } = call;
  const database = insertDatabase(world, kind, decodeConfiguration(kind, input), environment.id, destination.id);
  if (isTrue(input.instant_deploy)) startDatabase(world, database);
  if (Array.isArray(input.tags)) attachTags(world, database, input.tags);
  return ok(answerOf(world, database), 201);
}

/** The row, its volumes and, for a redis, the variables that hold its user and password (recorded: databases 64). */
function insertDatabase(
  world: World,
  kind: DatabaseKind,
  input: JsonObject,
  environmentId: number,
  destinationId: number,
): Database {
  const now = rowTime(world.clock.now());
  const uuid = publicId();
  const { columns, passwords, image, volumes } = kinds[kind];
  const drawn = Object.fromEntries(passwords.map((name) => [name, secret(generatedLength)]));
  const draft: Database = {
    ...databaseDefaults(),
    id: 0,
    kind,
    uuid,
    name: `${kind}-database-${uuid}`,
    image,
    environment_id: environmentId,
    destination_id: destinationId,
    created_at: now,
    updated_at: now,
    last_online_at: world.state.instance.installedAt,
    own: { ...columns, ...Object.fromEntries(Object.entries(drawn).filter(([name]) => name in columns)) },
  };
  writeFields(draft, input);
  const { id: _, ...row } = draft;
  const database = world.state[tableOf[kind]].insert(row);
  for (const [name, path] of Object.entries(volumes(database.image)))
    world.state.volumes.insert({
      name: `${name}-${uuid}`,
      mount_path: path,
      host_path: null,
      container_id: null,
      resource_id: database.id,
      resource_type: modelOf(database),
      uuid: publicId(),
      updated_at: now,
      created_at: now,
      is_preview_suffix_enabled: true,
    });
  if (kind === 'redis') {
    const password = typeof input.redis_password === 'string' ? input.redis_password : String(drawn.redis_password);
    const owner = { resource_type: kind, resource_id: database.id };
    insertVariable(world, owner, { key: 'REDIS_PASSWORD', value: password });
    insertVariable(world, owner, { key: 'REDIS_USERNAME', value: 'default' });
  }
  return database;
}

/** Dragonfly alone answers without its URL. */
function answerOf(world: World, database: Database): JsonObject {
  if (database.kind === 'dragonfly') return { uuid: database.uuid };
  const { internal_db_url, external_db_url } = urlsOf(world, database);
  return serialize({
    uuid: database.uuid,
    internal_db_url,
    ...(external_db_url === null ? {} : { external_db_url }),
  });
}

function checkTags(input: JsonObject): void {
  if (Array.isArray(input.tags) && input.tags.some((tag) => tagName(tag).length < 2))
    throw invalid({ tags: ['Each tag name must be at least 2 characters after sanitization.'] });
}

function checkPublicPort(input: JsonObject): void {
  const port = Number(input.public_port);
  if (input.public_port && !(port >= 1024 && port <= 65535))
    throw invalid({ public_port: 'The public port should be between 1024 and 65535.' });
}

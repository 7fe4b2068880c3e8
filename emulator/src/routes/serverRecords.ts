import { isSchedule } from '../cron.ts';
import { invalid, notFound, ok, refuse, serverError } from '../http/answer.ts';
import type { Call, Routes } from '../http/call.ts';
import { requireFields } from '../http/fields.ts';
import { apiMessages, hasErrors, type Messages, type Rule, type Rules, validate } from '../http/validate.ts';
import { deleteDatabase } from '../jobs/databases.ts';
import { deleteService } from '../jobs/services.ts';
import { deleteApplication } from '../jobs/stopping.ts';
import { validateServer } from '../jobs/validation.ts';
import { isServerAddress } from '../servers/address.ts';
import { insertServer } from '../servers/insert.ts';
import { randomName } from '../servers/names.ts';
import { changeProxy, isProxyType } from '../servers/proxyTypes.ts';
import { resourcesOn } from '../servers/resources.ts';
import { allDatabases } from '../state/database.ts';
import type { PrivateKey } from '../state/rows.ts';
import type { Server } from '../state/server.ts';
import { rowTime } from '../times.ts';
import type { Resource } from './owned.ts';
import { findServer } from './servers.ts';
import { isTrue } from './variables.ts';

/** Servers made, changed, looked at and removed (recorded: servers 11–43). */
export const serverRecordRoutes: Routes = {
  'POST /servers': create,
  'PATCH /servers/{uuid}': update,
  'DELETE /servers/{uuid}': remove,
  'POST /servers/{uuid}/validate': check,
};

const address: Rule = {
  check: (value) =>
    value === null || value === '' || isServerAddress(String(value))
      ? undefined
      : 'The ip must be a valid IPv4 address, IPv6 address, or hostname.',
};
const messages: Messages = {
  ...apiMessages,
  'user.regex': 'The User may only contain letters, numbers, dots, hyphens, and underscores.',
};
const shared: Rules = {
  description: ['string', 'nullable'],
  port: ['integer', 'nullable', 'between:1,65535'],
  user: ['nullable', 'string', { regex: /^[a-zA-Z0-9._-]+$/ }],
  is_build_server: ['boolean', 'nullable'],
  instant_validate: ['boolean', 'nullable'],
  proxy_type: ['string', 'nullable'],
};
const creating: Rules = {
  name: ['string', 'max:255'],
  ip: ['string', 'required', address],
  private_key_uuid: ['string', 'required'],
  ...shared,
};
const advanced: Rules = {
  concurrent_builds: ['integer', 'min:1'],
  dynamic_timeout: ['integer', 'min:1'],
  deployment_queue_limit: ['integer', 'min:1'],
  server_disk_usage_notification_threshold: ['integer', 'min:1', 'max:100'],
  server_disk_usage_check_frequency: ['string'],
  connection_timeout: ['integer', 'min:1', 'max:300'],
};
const changing: Rules = {
  name: ['string', 'max:255', 'nullable'],
  ip: ['string', 'nullable', address],
  private_key_uuid: ['string', 'nullable'],
  ...shared,
  ...advanced,
  is_terminal_enabled: ['boolean', 'nullable'],
};

function create(call: Call) {
  call.requireJson();
  const { input, world } = call;
  requireFields(input, creating, messages);
  requireProxyType(call);
  const key = findKey(call);
  const ip = String(input.ip);
  if (world.state.servers.find((server) => server.ip === ip && server.deleted_at === null) !== undefined)
    throw refuse(400, 'A server with this IP/Domain is already in use.');
  const server = insertServer(
    world,
    {
      name: typeof input.name === 'string' ? input.name : randomName(),
      description: typeof input.description === 'string' ? input.description : '',
      ip,
      port: Number(input.port ?? 22),
      user: typeof input.user === 'string' ? input.user : 'root',
      team_id: call.team.id,
      private_key_id: key.id,
    },
    String(input.proxy_type ?? 'TRAEFIK').toUpperCase(),
    isTrue(input.is_build_server),
  );
  if (isTrue(input.instant_validate)) world.background(() => validateServer(world, server));
  return ok({ uuid: server.uuid }, 201);
}

function update(call: Call) {
  call.requireJson();
  const { input, world } = call;
  requireFields(input, changing, messages);
  const server = findServer(call);
  requireProxyType(call);
  const key = (input.private_key_uuid ?? null) === null ? undefined : findKey(call);
  const frequency = input.server_disk_usage_check_frequency;
  if (frequency !== undefined && !isSchedule(String(frequency)))
    throw invalid({
      server_disk_usage_check_frequency: ['Invalid Cron / Human expression for Disk Usage Check Frequency.'],
    });
  if (isTrue(input.is_build_server) && !server.settings.is_build_server && resourcesOn(world, server).length > 0)
    throw invalid({
      is_build_server: ['A server with existing resources cannot be configured as a build server.'],
    });
  writeColumns(call, server, key);
  writeSettings(call, server);
  if (typeof input.proxy_type === 'string') changeProxy(server, input.proxy_type);
  if (isTrue(input.instant_validate)) world.background(() => validateServer(world, server));
  return ok({ uuid: server.uuid }, 201);
}

/** Columns that the database wants filled are a 500 when they come empty; an address that changes leaves the old one behind. */
function writeColumns(call: Call, server: Server, key: PrivateKey | undefined): void {
  const { input } = call;
  for (const field of ['name', 'ip', 'port', 'user'] as const) if (input[field] === null) throw serverError();
  if (input.ip !== undefined && input.ip !== server.ip) server.ip_previous = server.ip;
  for (const field of ['name', 'description', 'ip', 'user'] as const)
    if (input[field] !== undefined) Object.assign(server, { [field]: input[field] });
  if (input.port !== undefined) server.port = Number(input.port);
  if (key !== undefined) server.private_key_id = key.id;
  server.updated_at = rowTime(call.world.clock.now());
}

function writeSettings(call: Call, server: Server): void {
  const changes: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(call.input)) {
    if (field in advanced) changes[field] = field === 'server_disk_usage_check_frequency' ? value : Number(value);
    if (field === 'is_build_server' || field === 'is_terminal_enabled') changes[field] = isTrue(value);
  }
  if (Object.keys(changes).length > 0)
    Object.assign(server.settings, changes, { updated_at: rowTime(call.world.clock.now()) });
}

/** Gone for every caller at once; with `force` its resources go first, in their own time. */
function remove(call: Call) {
  const server = findServer(call);
  const { world } = call;
  const force = ['1', 'true', 'on', 'yes'].includes(String(call.query.force ?? '').toLowerCase());
  const resources = resourcesOn(world, server);
  if (resources.length > 0 && !force)
    throw refuse(
      400,
      'Server has resources. Use ?force=true to delete all resources and the server, or delete resources manually first.',
    );
  if (server.is_coolify_host) throw refuse(400, 'Local server cannot be deleted.');
  server.deleted_at = rowTime(world.clock.now());
  world.background(async () => {
    const { state } = world;
    const gone = { volumes: false };
    const doomed = <R extends Resource>(rows: R[]) => rows.filter((row) => resources.includes(row));
    for (const row of doomed(state.applications.all())) deleteApplication(world, row, gone);
    for (const row of doomed(allDatabases(state))) deleteDatabase(world, row, gone);
    for (const row of doomed(state.services.all())) deleteService(world, row, gone);
    while (resourcesOn(world, server).length > 0) await world.clock.sleep(500, world.closing);
    state.destinations.removeWhere((destination) => destination.server_id === server.id);
    state.sharedVariables.removeWhere((row) => row.type === 'server' && row.owner_id === server.id);
    state.servers.remove(server);
  });
  return ok({ message: 'Server deleted.' });
}

function check(call: Call) {
  const server = findServer(call);
  const errors = validate(call.input, { install: ['boolean'] }, apiMessages);
  if (hasErrors(errors)) throw invalid(errors);
  call.world.background(() => validateServer(call.world, server));
  const installs = isTrue(call.input.install);
  return ok({ message: installs ? 'Validation and installation started.' : 'Validation started.' }, 201);
}

function requireProxyType({ input }: Call): void {
  if (typeof input.proxy_type === 'string' && !isProxyType(input.proxy_type)) throw refuse(422, 'Invalid proxy type.');
}

function findKey(call: Call): PrivateKey {
  const key = call.world.state.privateKeys.find(
    (row) => row.uuid === call.input.private_key_uuid && row.team_id === call.team.id,
  );
  if (key === undefined) throw notFound('Private key not found.');
  return key;
}

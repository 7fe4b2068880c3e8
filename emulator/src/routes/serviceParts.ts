import { conflictRefusal, findConflicts, parseDomains } from '../applications/domains.ts';
import { refuseTakenPort } from '../databases/publicPort.ts';
import { invalid, notFound, ok, refuse } from '../http/answer.ts';
import type { Call, Routes } from '../http/call.ts';
import { requireFields } from '../http/fields.ts';
import { flag } from '../http/flag.ts';
import type { Rules } from '../http/validate.ts';
import { containerOfPart, restartPart, startPart, stopPart } from '../jobs/services.ts';
import type { JsonObject } from '../json.ts';
import { destinationOf, serverOf } from '../present/server.ts';
import { presentPart, presentPartAlone } from '../present/service.ts';
import { changeImage, rewriteDomainVariables } from '../services/change.ts';
import { isApplication, type Part, partsOf, touchPart } from '../services/parts.ts';
import { setDomains } from '../services/urls.ts';
import type { Server } from '../state/server.ts';
import type { Service, ServiceApplication, ServiceDatabase } from '../state/service.ts';
import { containerLogs } from './logs.ts';
import { findService } from './services.ts';
import { isTrue, textOrNull } from './variables.ts';

/** The containers of a service, one by one: applications and databases (coolify.md 3.5; recorded: services 36–40). */
export const servicePartRoutes: Routes = {
  'GET /services/{uuid}/applications': (call) => ok(ownParts(call, 'application').map(presentPart)),
  'GET /services/{uuid}/applications/{app_uuid}': show('application'),
  'PATCH /services/{uuid}/applications/{app_uuid}': updateApplication,
  'GET /services/{uuid}/applications/{app_uuid}/logs': logs('application'),
  'POST /services/{uuid}/applications/{app_uuid}/logs': logs('application'),
  'POST /services/{uuid}/applications/{app_uuid}/start': act('application', 'deploy', startPart),
  'POST /services/{uuid}/applications/{app_uuid}/restart': act('application', 'restart', restartPart),
  'POST /services/{uuid}/applications/{app_uuid}/stop': act('application', 'stop', stopPart),
  'GET /services/{uuid}/databases': (call) => ok(ownParts(call, 'database').map(presentPart)),
  'GET /services/{uuid}/databases/{database_uuid}': show('database'),
  'PATCH /services/{uuid}/databases/{database_uuid}': updateDatabase,
  'GET /services/{uuid}/databases/{database_uuid}/logs': logs('database'),
  'POST /services/{uuid}/databases/{database_uuid}/start': act('database', 'deploy', startPart),
  'POST /services/{uuid}/databases/{database_uuid}/restart': act('database', 'restart', restartPart),
  'POST /services/{uuid}/databases/{database_uuid}/stop': act('database', 'stop', stopPart),
};

type Sort = 'application' | 'database';

function ownParts(call: Call, sort: Sort): Part[] {
  return partsOf(call.world, findService(call)).filter((part) => isApplication(part) === (sort === 'application'));
}

function findPart(call: Call, sort: Sort): { service: Service; part: Part } {
  const wanted = sort === 'application' ? call.params.app_uuid : call.params.database_uuid;
  const part = ownParts(call, sort).find(({ uuid }) => uuid === wanted);
  if (part === undefined) throw notFound(`Service ${sort} not found.`);
  return { service: findService(call), part };
}

function show(sort: Sort) {
  return (call: Call) => {
    const { service, part } = findPart(call, sort);
    return ok(presentPartAlone(call.world, part, service, false));
  };
}

function logs(sort: Sort) {
  return (call: Call) => {
    const { service, part } = findPart(call, sort);
    requireFunctional(serverOf(call.world, destinationOf(call.world, service)));
    const container = containerOfPart(call.world, service, part);
    if (container?.state().status !== 'running') throw refuse(400, `Service ${sort} container is not running.`);
    return containerLogs(call, container);
  };
}

function act(sort: Sort, name: string, carryOut: (world: Call['world'], service: Service, part: Part) => void) {
  return (call: Call) => {
    const { service, part } = findPart(call, sort);
    requireFunctional(serverOf(call.world, destinationOf(call.world, service)));
    carryOut(call.world, service, part);
    return ok({ message: `Service ${sort} ${name} request queued.` });
  };
}

function requireFunctional(server: Server): void {
  if (!server.settings.is_reachable || !server.settings.is_usable) throw refuse(400, 'Server is not functional.');
}

const applicationRules: Rules = {
  url: ['nullable', 'string'],
  noindex_domains: ['sometimes', 'array', 'nullable'],
  'noindex_domains.*': ['string'],
  human_name: ['nullable', 'string', 'max:255'],
  description: ['nullable', 'string'],
  image: ['nullable', 'string'],
  exclude_from_status: ['sometimes', 'boolean'],
  is_log_drain_enabled: ['sometimes', 'boolean'],
  is_gzip_enabled: ['sometimes', 'boolean'],
  is_stripprefix_enabled: ['sometimes', 'boolean'],
  is_force_https_enabled: ['sometimes', 'boolean'],
};

/** The query is no part of the fields: `force_domain_override` stands there (recorded: services 38, 39). */
function updateApplication(call: Call) {
  call.requireJson();
  const { service, part } = findPart(call, 'application');
  const fields = bodyOf(call);
  requireFields(fields, applicationRules, {});
  const before = JSON.stringify(part);
  if (fields.url !== undefined) changeUrl(call, part as ServiceApplication, textOrNull(fields.url));
  if (fields.noindex_domains !== undefined)
    (part as ServiceApplication).noindex_domains = Array.isArray(fields.noindex_domains)
      ? fields.noindex_domains.map(String)
      : null;
  refuseLogDrain(fields);
  writeParts(part, fields, [
    'exclude_from_status',
    'is_gzip_enabled',
    'is_stripprefix_enabled',
    'is_force_https_enabled',
  ]);
  if (typeof fields.image === 'string') changeImage(call.world, service, part, fields.image);
  if (JSON.stringify(part) !== before) touchPart(call.world, part);
  rewriteDomainVariables(call.world, service, part);
  return ok(presentPartAlone(call.world, part, service, true));
}

const databaseRules: Rules = {
  human_name: ['nullable', 'string', 'max:255'],
  description: ['nullable', 'string'],
  image: ['sometimes', 'string'],
  exclude_from_status: ['sometimes', 'boolean'],
  is_log_drain_enabled: ['sometimes', 'boolean'],
  is_public: ['sometimes', 'boolean'],
  public_port: ['nullable', 'integer', 'min:1', 'max:65535'],
  public_port_timeout: ['nullable', 'integer', 'min:1'],
};

function updateDatabase(call: Call) {
  call.requireJson();
  const { service, part } = findPart(call, 'database');
  const database = part as ServiceDatabase;
  const fields = bodyOf(call);
  requireFields(fields, databaseRules, {});
  refuseLogDrain(fields);
  const isPublic = fields.is_public === undefined ? database.is_public : isTrue(fields.is_public);
  const port = Number(fields.public_port ?? database.public_port ?? 0);
  if (isPublic && port === 0)
    throw invalid({ public_port: ['A public port is required when the database is public.'] });
  if (isPublic) refuseTakenPort(call.world, serverOf(call.world, destinationOf(call.world, service)), port, database);
  const before = JSON.stringify(database);
  writeParts(database, fields, ['exclude_from_status', 'is_public']);
  for (const field of ['public_port', 'public_port_timeout'] as const)
    if (fields[field] !== undefined)
      Object.assign(database, { [field]: fields[field] === null ? null : Number(fields[field]) });
  if (typeof fields.image === 'string') changeImage(call.world, service, database, fields.image);
  if (JSON.stringify(database) !== before) touchPart(call.world, database);
  rewriteDomainVariables(call.world, service, database);
  return ok(presentPartAlone(call.world, database, service, true));
}

function changeUrl(call: Call, part: ServiceApplication, url: string | null): void {
  const { domains, errors } = parseDomains((url ?? '').replaceAll(/^,|,$/g, ''));
  if (errors.length > 0) throw invalid(errors);
  const forced = flag(call.query.force_domain_override, false);
  const conflicts = forced ? [] : findConflicts(call.world, domains, call.team.id, part.uuid);
  if (conflicts.length > 0) throw conflictRefusal(conflicts);
  setDomains(call, part, domains);
}

function writeParts(part: Part, fields: JsonObject, flags: readonly string[]): void {
  for (const field of ['human_name', 'description'] as const)
    if (fields[field] !== undefined) part[field] = textOrNull(fields[field]);
  for (const field of flags) if (fields[field] !== undefined) Object.assign(part, { [field]: isTrue(fields[field]) });
}

function refuseLogDrain(fields: JsonObject): void {
  if (isTrue(fields.is_log_drain_enabled))
    throw invalid({ is_log_drain_enabled: ['Log drain is not enabled on the server for this service.'] });
}

function bodyOf(call: Call): JsonObject {
  return Object.fromEntries(Object.entries(call.input).filter(([field]) => !(field in call.query)));
}

import { isBase64 } from '../applications/labels.ts';
import { invalid, serverError } from '../http/answer.ts';
import type { Rule, Rules } from '../http/validate.ts';
import type { Json, JsonObject } from '../json.ts';
import { isTrue } from '../routes/variables.ts';
import { type Database, type DatabaseKind, databaseKinds } from '../state/database.ts';
import { kinds, ownFields } from './kinds.ts';

/** The fields of every kind that end in a column of the same name. */
const columns = [
  'name',
  'description',
  'image',
  'public_port',
  'public_port_timeout',
  'is_public',
  'limits_memory',
  'limits_memory_swap',
  'limits_memory_swappiness',
  'limits_memory_reservation',
  'limits_cpus',
  'limits_cpuset',
  'limits_cpu_shares',
] as const satisfies readonly (keyof Database)[];

const healthChecks = [
  'health_check_enabled',
  'health_check_interval',
  'health_check_timeout',
  'health_check_retries',
  'health_check_start_period',
] as const satisfies readonly (keyof Database)[];

const placement = ['project_uuid', 'environment_name', 'environment_uuid', 'server_uuid', 'destination_uuid'];

/** What a create of this kind takes; one of another kind's fields is refused later than an unknown one (recorded: databases 3, 97). */
export const createFields = (kind: DatabaseKind): string[] => [
  ...columns,
  ...placement,
  'instant_deploy',
  'tags',
  ...ownFields(kind),
];
export const anyCreateField: readonly string[] = [...new Set(databaseKinds.flatMap(createFields))];
export const updateFields = (kind: DatabaseKind): string[] => [
  ...columns,
  ...healthChecks,
  'instant_deploy',
  ...ownFields(kind),
];

/** Fields of other resources that Coolify takes out of an update before it looks at what is left. */
const droppedOnUpdate = [
  ...placement,
  ...['type', 'domains', 'instant_deploy', 'docker_compose_raw', 'tags', 'github_app_uuid', 'private_key_uuid'],
  ...['use_build_server', 'use_build_secrets', 'is_static', 'is_spa', 'is_auto_deploy_enabled'],
  ...['is_force_https_enabled', 'is_preview_deployments_enabled', 'connect_to_docker_network'],
  ...['force_domain_override', 'autogenerate_domain', 'is_container_label_escape_enabled'],
  ...['is_preserve_repository_enabled', 'include_source_commit_in_build', 'is_git_submodules_enabled'],
  ...['is_git_lfs_enabled', 'is_git_shallow_clone_enabled', 'disable_build_cache', 'inject_build_args_to_dockerfile'],
  ...['is_env_sorting_enabled', 'is_pr_deployments_public_enabled', 'stop_grace_period', 'docker_images_to_keep'],
  ...['is_gzip_enabled', 'is_stripprefix_enabled', 'is_raw_compose_deployment_enabled', 'is_log_drain_enabled'],
  ...['is_gpu_enabled', 'gpu_driver', 'gpu_count', 'gpu_device_ids', 'gpu_options'],
  ...['is_consistent_container_name_enabled', 'custom_internal_name'],
];

export function withoutDropped(input: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(input).filter(([field]) => !droppedOnUpdate.includes(field)));
}

/** What an update looks at before the database is looked up; a create never evaluates these (coolify.md 3.4). */
export const updateRules: Rules = {
  name: ['string', 'max:255'],
  description: ['string', 'nullable'],
  image: ['string'],
  is_public: ['boolean'],
  public_port: ['numeric', 'nullable'],
  public_port_timeout: ['integer', 'nullable', 'min:1'],
  limits_memory: ['string'],
  limits_memory_swap: ['string'],
  limits_memory_swappiness: ['numeric'],
  limits_memory_reservation: ['string'],
  limits_cpus: ['string'],
  limits_cpuset: ['string', 'nullable'],
  limits_cpu_shares: ['numeric'],
};

export const healthCheckRules: Rules = {
  health_check_enabled: ['boolean'],
  health_check_interval: ['integer', 'min:1'],
  health_check_timeout: ['integer', 'min:1'],
  health_check_retries: ['integer', 'min:1'],
  health_check_start_period: ['integer', 'min:0'],
};

const identifier: readonly Rule[] = ['nullable', 'string', 'min:1', 'max:63', { regex: /^[A-Za-z_]\w{0,62}$/ }];
const password: readonly Rule[] = [
  'nullable',
  'string',
  'min:1',
  'max:128',
  { regex: /^[A-Za-z0-9!@#%^*()_+\-=[\]{}:,.?/~]+$/ },
];

/** The rules of the fields that only this kind has (recorded: databases 94, 98; bad-input 59, 60). */
export function ownRules(kind: DatabaseKind): Rules {
  const { identifiers, passwords, texts, configuration } = kinds[kind];
  const rules = (fields: readonly string[], list: readonly Rule[]) => fields.map((field) => [field, list] as const);
  return Object.fromEntries([
    ...rules(identifiers, identifier),
    ...rules(passwords, password),
    ...rules([...texts, ...(configuration === undefined ? [] : [configuration])], ['string']),
  ]);
}

/** The configuration file comes in base64 and is kept as text (recorded: databases 95, 96, 100). Throws the 422. */
export function decodeConfiguration(kind: DatabaseKind, input: JsonObject): JsonObject {
  const field = kinds[kind].configuration;
  if (field === undefined || input[field] === undefined) return input;
  const text = decoded(input[field]);
  if (text === undefined) throw invalid({ [field]: `The ${field} should be base64 encoded.` });
  return { ...input, [field]: text };
}

function decoded(value: Json | undefined): string | undefined {
  if (typeof value !== 'string' || !isBase64(value)) return undefined;
  const bytes = Buffer.from(value, 'base64');
  const text = bytes.toString('utf8');
  return Buffer.from(text).equals(bytes) ? text : undefined;
}

/** Writes a request's fields into the row; true when it has changed. Throws the database's 500 for what does not fit a column. */
export function writeFields(database: Database, input: JsonObject): boolean {
  const before = JSON.stringify(database);
  const row = database as unknown as JsonObject;
  for (const field of [...columns, ...healthChecks])
    if (input[field] !== undefined) row[field] = asColumn(field, input[field], row[field]);
  for (const field of Object.keys(database.own))
    if (input[field] !== undefined) database.own[field] = asColumn(field, input[field], database.own[field]);
  return JSON.stringify(database) !== before;
}

/** The width of Coolify's text columns. */
const width = 255;
const canBeNull = ['description', 'public_port', 'limits_cpuset'];
const marked = ['name', 'description'];

function asColumn(field: string, value: Json, current: Json | undefined): Json {
  if (marked.includes(field)) return fitting(String(value ?? '').replaceAll(/<[^>]*>?/g, ''));
  if (value === null) {
    if (current !== null && !canBeNull.includes(field)) throw serverError();
    return null;
  }
  if (typeof current === 'boolean') return isTrue(value);
  if (typeof current === 'number' || field === 'public_port') {
    if (!Number.isFinite(Number(value))) throw serverError();
    return Math.round(Number(value));
  }
  if (typeof value === 'object') throw serverError();
  return columns.includes(field as never) ? fitting(String(value)) : String(value);
}

function fitting(text: string): string {
  if (text.length > width) throw serverError();
  return text;
}

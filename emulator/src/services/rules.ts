import { isBase64 } from '../applications/labels.ts';
import { invalid, serverError } from '../http/answer.ts';
import type { Rules } from '../http/validate.ts';
import { isObject, type Json } from '../json.ts';
import { BadPath, shellSafe } from '../storages/paths.ts';
import { list, record } from './fields.ts';
import { readVolumeText } from './volumes.ts';
import { readYaml, writeYaml, YAMLParseError } from './yaml.ts';

const urlFields = ['name', 'url'];
const urlItem = (value: Json) =>
  isObject(value) && Object.keys(value).every((field) => urlFields.includes(field))
    ? undefined
    : 'An item in the urls array has invalid fields. Only name and url fields are supported.';

const shared: Rules = {
  name: ['string', 'max:255'],
  description: ['string', 'nullable'],
  instant_deploy: ['boolean'],
  urls: ['array', 'nullable'],
  'urls.*': [{ check: urlItem }],
  'urls.*.name': ['string', 'required'],
  'urls.*.url': ['string', 'nullable'],
  force_domain_override: ['boolean'],
  is_container_label_escape_enabled: ['boolean'],
};

/** `POST /services` (recorded: services 3, 9; sweep 1011); the messages are Laravel's own. */
export const createRules: Rules = {
  type: ['string', 'required_without:docker_compose_raw'],
  docker_compose_raw: ['string', 'required_without:type'],
  project_uuid: ['string', 'required'],
  environment_name: ['string', 'nullable'],
  environment_uuid: ['string', 'nullable'],
  server_uuid: ['string', 'required'],
  destination_uuid: ['string', 'nullable'],
  ...shared,
  tags: ['array', 'nullable'],
  'tags.*': ['string', 'min:2'],
};

export const updateRules: Rules = {
  ...shared,
  connect_to_docker_network: ['boolean'],
  docker_compose_raw: ['string', 'nullable'],
};

/**
 * The compose file that a request brings in base64, in Coolify's own layout. Throws its refusals: no base64, no services,
 * names or paths that a shell would read; text that is no YAML is a 500 (recorded: services 6–8).
 */
export function readGivenCompose(given: Json | undefined): string {
  const text = decoded(given);
  if (text === undefined) throw refused('The docker_compose_raw should be base64 encoded.');
  const file = parsed(text);
  if (!isObject(record(file).services)) throw refused('Docker Compose file must contain a "services" section');
  checkServices(record(record(file).services));
  return writeYaml(file);
}

function decoded(given: Json | undefined): string | undefined {
  if (typeof given !== 'string' || !isBase64(given)) return undefined;
  const bytes = Buffer.from(given, 'base64');
  const text = bytes.toString('utf8');
  return Buffer.from(text).equals(bytes) ? text : undefined;
}

function parsed(text: string): unknown {
  try {
    return readYaml(text);
  } catch (error) {
    throw error instanceof YAMLParseError ? serverError() : error;
  }
}

function checkServices(services: Record<string, unknown>): void {
  for (const [name, service] of Object.entries(services)) {
    orRefused(
      () => shellSafe(name, 'service name'),
      (sentence) =>
        `Invalid Docker Compose service name: ${sentence} Service names must not contain shell metacharacters.`,
    );
    for (const volume of list(record(service).volumes)) {
      const long = typeof volume === 'object' ? record(volume) : undefined;
      const { source, target } = long ?? readVolumeText(String(volume));
      const where = long === undefined ? 'definition' : 'definition (array syntax)';
      orRefused(
        () => {
          if (typeof source === 'string' && !/^\$\{[a-zA-Z_]\w*\}[/\w.-]*$/.test(source))
            shellSafe(source, 'volume source');
          if (typeof target === 'string') shellSafe(target, 'volume target');
        },
        (sentence) =>
          `Invalid Docker volume ${where}: ${sentence} Please use safe path names without shell metacharacters.`,
      );
    }
  }
}

function orRefused(check: () => void, sentence: (reason: string) => string): void {
  try {
    check();
  } catch (error) {
    throw error instanceof BadPath ? refused(sentence(error.message)) : error;
  }
}

const refused = (sentence: string) => invalid({ docker_compose_raw: sentence });

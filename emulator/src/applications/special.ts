import { invalid } from '../http/answer.ts';
import type { JsonObject } from '../json.ts';
import { isTrue } from '../routes/variables.ts';
import type { Application } from '../state/application.ts';
import { isBase64 } from './labels.ts';

const encoded = ['dockerfile', 'docker_compose_raw', 'custom_labels', 'custom_nginx_configuration'];

/**
 * Coolify's hand-written checks, whose errors are plain sentences instead of arrays. On update they come before the rules
 * (recorded: apps-image 25, 53, 65; apps-git 45).
 */
export function checkSpecialFields(input: JsonObject, application?: Application): void {
  if (application !== undefined && input.ports_exposes !== undefined) {
    const ports = String(input.ports_exposes ?? '').split(',');
    if (ports.some((port) => !/^\d+$/.test(port.trim())))
      throw invalid({ ports_exposes: 'The ports_exposes should be a comma separated list of numbers.' });
  }
  if (typeof input.ports_mappings === 'string') {
    const hosts = input.ports_mappings.split(',').map((pair) => pair.split(':')[0]);
    if (new Set(hosts).size !== hosts.length)
      throw invalid({ ports_mappings: 'The first number before : should be unique between mappings.' });
  }
  for (const field of encoded) {
    const value = input[field];
    if (typeof value === 'string' && !isBase64(value))
      throw invalid({ [field]: `The ${field} should be base64 encoded.` });
  }
  checkBasicAuth(input, application);
}

function checkBasicAuth(input: JsonObject, application?: Application): void {
  if (!isTrue(input.is_http_basic_auth_enabled)) return;
  const errors: JsonObject = {};
  for (const field of ['http_basic_auth_username', 'http_basic_auth_password'] as const) {
    const value = input[field] === undefined ? application?.[field] : input[field];
    if (value === undefined || value === null) errors[field] = `The ${field} is required.`;
  }
  if (Object.keys(errors).length > 0) throw invalid(errors);
}

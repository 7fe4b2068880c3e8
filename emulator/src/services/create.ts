import { type Answer, invalid, notFound, ok, refuse } from '../http/answer.ts';
import type { Call } from '../http/call.ts';
import { requireFields } from '../http/fields.ts';
import { publicId, secret } from '../ids.ts';
import { startService } from '../jobs/services.ts';
import { findPlacement, requireEnvironment } from '../routes/placement.ts';
import { isTrue } from '../routes/variables.ts';
import { attachTags } from '../tags/attach.ts';
import { tagName } from '../tags/names.ts';
import { rowTime } from '../times.ts';
import { applyCompose } from './compose.ts';
import { forgetService } from './forget.ts';
import { createRules, readGivenCompose } from './rules.ts';
import { serviceTypes } from './serviceTypes.ts';
import { onDestinationNetwork, templates } from './templates.ts';
import { applyUrls, domainsOfService } from './urls.ts';
import { readYaml, writeYaml } from './yaml.ts';

/** `POST /services`: a one-click type or a compose file, not both (coolify.md 3.5; recorded: services 1–10). */
export function createService(call: Call): Answer {
  call.requireJson();
  const { input, world } = call;
  requireFields(input, createRules, {});
  if (Array.isArray(input.tags) && input.tags.some((tag) => tagName(tag).length < 2))
    throw invalid({ tags: ['Each tag name must be at least 2 characters after sanitization.'] });
  const type = typeof input.type === 'string' ? input.type : undefined;
  if (type !== undefined && typeof input.docker_compose_raw === 'string')
    throw refuse(422, 'You cannot provide both service type and docker_compose_raw. Use one or the other.');
  requireEnvironment(call);
  const { environment, server, destination } = findPlacement(call, () => notFound('Environment not found.'));
  const compose = type === undefined ? readGivenCompose(input.docker_compose_raw) : templateOf(type);

  const now = rowTime(world.clock.now());
  const uuid = publicId();
  const service = world.state.services.insert({
    uuid,
    name: withoutMarkup(input.name ?? (type === undefined ? `service-${secret(10)}` : `${type}-${uuid}`)),
    environment_id: environment.id,
    created_at: now,
    updated_at: now,
    server_id: server.id,
    description: withoutMarkup(input.description),
    docker_compose_raw: compose,
    docker_compose: '',
    destination_type: 'App\\Models\\StandaloneDocker',
    destination_id: destination.id,
    deleted_at: null,
    connect_to_docker_network: type !== undefined && onDestinationNetwork.includes(type),
    config_hash: null,
    service_type: type ?? null,
    is_container_label_escape_enabled:
      input.is_container_label_escape_enabled === undefined || isTrue(input.is_container_label_escape_enabled),
    compose_parsing_version: '5',
    tags: [],
  });
  applyCompose(world, service);
  const refusal = input.urls === undefined ? undefined : applyUrls(call, service);
  if (refusal !== undefined) {
    forgetService(world, service);
    throw refusal;
  }
  if (Array.isArray(input.tags)) attachTags(world, service, input.tags);
  if (isTrue(input.instant_deploy)) startService(world, service);
  return ok({ uuid, domains: domainsOfService(call, service) }, 201);
}

/** Throws Coolify's 404 with all types, and the emulator's own 501 for one whose compose file it does not have. */
function templateOf(type: string): string {
  if (!serviceTypes.includes(type))
    throw refuse(404, 'Invalid service type.', { valid_service_types: [...serviceTypes] });
  const template = templates[type];
  if (template === undefined)
    throw refuse(
      501,
      `The Coolify emulator does not know the compose file of the one-click service "${type}": send it as docker_compose_raw instead.`,
    );
  return writeYaml(readYaml(template));
}

export function withoutMarkup(value: unknown): string {
  return String(value ?? '').replaceAll(/<[^>]*>?/g, '');
}

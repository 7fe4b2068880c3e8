import { omit, serialize } from '../http/serialize.ts';
import type { JsonObject } from '../json.ts';
import type { Application } from '../state/application.ts';
import type { Environment, Team } from '../state/rows.ts';
import type { World } from '../world.ts';
import { destinationOf, known, presentDestination, serverOf } from './server.ts';

/** What only read:sensitive sees of an application (recorded: apps-image 31, 32). */
const secretColumns = [
  'custom_labels',
  'docker_compose',
  'docker_compose_raw',
  'dockerfile',
  'http_basic_auth_password',
  'manual_webhook_secret_bitbucket',
  'manual_webhook_secret_gitea',
  'manual_webhook_secret_github',
  'manual_webhook_secret_gitlab',
  'private_key_id',
];
const notColumns = ['settings', 'tags'];

/** `GET /applications/{uuid}`: the list's keys, `settings`, and the environment up to the team. */
export function presentApplication(world: World, application: Application, sensitive: boolean): JsonObject {
  const row = omit(presentApplicationRow(world, application, sensitive, sensitive), ['id', 'domain_dns_statuses']);
  return serialize({
    ...row,
    environment: presentEnvironmentOf(world, application),
    settings: { ...application.settings },
  });
}

/** One row of `GET /applications`. */
export function presentApplicationListed(world: World, application: Application, sensitive: boolean): JsonObject {
  return serialize(
    omit(presentApplicationRow(world, application, sensitive, sensitive), ['id', 'domain_dns_statuses']),
  );
}

/**
 * The raw row with what Coolify appends, as in `/resources` or an environment; there, the server's secrets are hidden
 * from everyone (recorded: apps-image 41, projects 36).
 */
export function presentApplicationRow(
  world: World,
  application: Application,
  sensitive: boolean,
  serverSecrets = false,
): JsonObject {
  const destination = destinationOf(world, application);
  const server = serverOf(world, destination);
  return {
    ...omit(application, sensitive ? notColumns : [...notColumns, ...secretColumns]),
    status: shownStatus(application.status),
    additional_servers_count: 0,
    additional_networks_count: 0,
    server_status: server.settings.is_reachable && server.settings.is_usable,
    additional_servers: [],
    destination: presentDestination(world, destination, serverSecrets),
  };
}

/** As nested in `GET /deployments/{uuid}`: without secrets, for anyone (recorded: deploy-git 3). */
export function presentApplicationOfDeployment(world: World, application: Application): JsonObject {
  const row = omit(presentApplicationRow(world, application, true), [
    'domain_dns_statuses',
    ...secretColumns.filter((column) => column !== 'private_key_id'),
  ]);
  return { ...row, environment: presentEnvironmentOf(world, application) };
}

/** A bare status is read back with `:unhealthy` (coolify.md 3.3). */
export function shownStatus(status: string): string {
  return status.includes(':') ? status : `${status}:unhealthy`;
}

/** The environment with its project and team, as the policy's loading leaves it in an answer. */
export function presentEnvironmentOf(world: World, row: { environment_id: number }): JsonObject {
  const environment = environmentOf(world, row);
  const project = known(world.state.projects.get(environment.project_id), 'project', environment.project_id);
  const team: Team = known(world.state.teams.get(project.team_id), 'team', project.team_id);
  return { ...environment, project: { ...project, team: { ...team } } };
}

export function environmentOf(world: World, row: { environment_id: number }): Environment {
  return known(world.state.environments.get(row.environment_id), 'environment', row.environment_id);
}

export function teamIdOf(world: World, row: { environment_id: number }): number {
  const environment = environmentOf(world, row);
  return known(world.state.projects.get(environment.project_id), 'project', environment.project_id).team_id;
}

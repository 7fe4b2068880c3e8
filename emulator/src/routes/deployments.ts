import { notFound, ok, refuse, serverError } from '../http/answer.ts';
import type { Call, Routes } from '../http/call.ts';
import { hasErrors, isInteger, validate } from '../http/validate.ts';
import { startDatabase } from '../jobs/databases.ts';
import { alreadyQueued, isActive, isOf, queueFull } from '../jobs/queue.ts';
import { startService } from '../jobs/services.ts';
import type { JsonObject } from '../json.ts';
import { teamIdOf } from '../present/application.ts';
import { presentDeployment, presentDeploymentListed, presentDeploymentRow } from '../present/deployment.ts';
import type { Application } from '../state/application.ts';
import { allDatabases } from '../state/database.ts';
import type { Deployment } from '../state/rows.ts';
import { findTag } from '../tags/attach.ts';
import { plainTime } from '../times.ts';
import type { Resource } from './owned.ts';

/** Deployments, and `POST /deploy` over one or many resources (recorded: deploy-image, deploy-git, deploy-queue). */
export const deploymentRoutes: Routes = {
  'POST /deploy': deploy,
  'GET /deployments': listActive,
  'GET /deployments/{uuid}': (call) => ok(presentDeployment(call.world, find(call), call.sensitive)),
  'POST /deployments/{uuid}/cancel': cancel,
  'GET /deployments/applications/{uuid}': history,
};

function find(call: Call): Deployment {
  const { state } = call.world;
  const deployment = state.deployments.find((d) => d.deployment_uuid === call.params.uuid);
  const application = state.applications.get(Number(deployment?.application_id ?? -1));
  if (deployment === undefined || application === undefined || teamIdOf(call.world, application) !== call.team.id)
    throw notFound('Deployment not found.');
  return deployment;
}

/**
 * Only what is queued or running. Coolify sorts by id and keeps the keys of the database's own order, in which a row that was
 * written last stands last: an array when both orders agree, else an object with numbers as keys (recorded: deploy-image 76–79).
 */
function listActive(call: Call) {
  const servers = call.world.state.servers
    .filter((server) => server.team_id === call.team.id)
    .map((server) => server.id);
  const active = call.world.state.deployments.filter((d) => isActive(d) && servers.includes(d.server_id));
  const stored = [...active].sort((a, b) => a.updated_at.localeCompare(b.updated_at));
  const rows = active.map(
    (deployment) => [stored.indexOf(deployment), presentDeploymentListed(deployment, call.sensitive)] as const,
  );
  const inOrder = rows.every(([key], index) => key === index);
  return ok(inOrder ? rows.map(([, row]) => row) : Object.fromEntries(rows));
}

async function cancel(call: Call) {
  const deployment = find(call);
  if (!isActive(deployment)) throw refuse(400, `Deployment cannot be cancelled. Current status: ${deployment.status}`);
  await call.world.queue.cancel(deployment);
  return ok({
    message: 'Deployment cancelled successfully.',
    deployment_uuid: deployment.deployment_uuid,
    status: 'cancelled-by-user',
  });
}

function history(call: Call) {
  const errors = validate(call.input, {
    skip: ['nullable', 'integer', 'min:0'],
    take: ['nullable', 'integer', 'min:1'],
  });
  if (hasErrors(errors)) {
    const all = Object.values(errors).flat();
    const more = all.length - 1;
    throw refuse(422, `${all[0]}${more > 0 ? ` (and ${more} more error${more > 1 ? 's' : ''})` : ''}`, { errors });
  }
  const application = call.world.state.applications.find(
    (a) => a.uuid === call.params.uuid && teamIdOf(call.world, a) === call.team.id,
  );
  if (application === undefined) throw notFound('Application not found');
  const all = call.world.state.deployments.filter((d) => isOf(d, application)).reverse();
  const skip = isInteger(call.input.skip) ? Number(call.input.skip) : 0;
  const take = isInteger(call.input.take) ? Number(call.input.take) : 10;
  return ok({
    count: all.length,
    deployments: all.slice(skip, skip + take).map((d) => presentDeploymentRow(d, call.sensitive)),
  });
}

function deploy(call: Call) {
  const { uuid, tag, force, docker_tag: dockerTag } = call.input;
  const pullRequest = Number(call.input.pull_request_id ?? call.input.pr ?? 0);
  if (typeof uuid === 'object' && uuid !== null) throw serverError();
  if (uuid !== undefined && uuid !== null && tag !== undefined && tag !== null)
    throw refuse(400, 'You can only use uuid or tag, not both.');
  if (tag !== undefined && tag !== null && pullRequest > 0) throw refuse(400, 'You can only use tag or pr, not both.');
  if (dockerTag !== undefined && dockerTag !== null && tag !== undefined && tag !== null)
    throw refuse(400, 'You can only use tag or docker_tag, not both.');
  if (dockerTag !== undefined && dockerTag !== null && pullRequest <= 0)
    throw refuse(400, 'docker_tag requires pull_request_id.');
  const forced = force === true || force === 'true' || force === '1' || force === 1;
  if (tag !== undefined && tag !== null) return deployByTag(call, String(tag), forced);
  if (uuid === undefined || uuid === null) throw refuse(400, 'You must provide uuid or tag.');
  return deployByUuid(call, String(uuid), forced, pullRequest);
}

/** Unknown uuids are left out without a word; only when none is known the answer is 404. */
function deployByUuid(call: Call, list: string, force: boolean, pullRequest: number) {
  const deployments: JsonObject[] = [];
  for (const uuid of list.split(',').map((part) => part.trim())) {
    const resource = ofTeam(call).find((row) => row.uuid === uuid);
    if (resource === undefined) continue;
    if (pullRequest > 0 && !isApplication(resource)) throw serverError();
    if (pullRequest > 0)
      deployments.push({ message: `Pull request ${pullRequest} not found for this resource.`, resource_uuid: uuid });
    else deployments.push(deployOne(call, resource, force));
  }
  if (deployments.length === 0) throw notFound('No resources found.');
  return ok({ deployments });
}

/** Applications and services that hold a tag, never databases; a tag that nothing holds is told in a 200 (coolify.md 3.2). */
function deployByTag(call: Call, list: string, force: boolean) {
  const messages: string[] = [];
  const details: JsonObject[] = [];
  for (const name of list.split(',').filter(Boolean)) {
    if (findTag(call.world, call.team.id, name) === undefined) continue;
    const tagged = ofTeam(call).filter((row) => row.tags.includes(name) && !('kind' in row));
    if (tagged.length === 0) messages.push(`No resources found for tag ${name}.`);
    for (const resource of tagged) {
      const { message, resource_uuid, deployment_uuid } = deployOne(call, resource, force);
      messages.push(String(message));
      if (deployment_uuid !== undefined) details.push({ resource_uuid: resource_uuid ?? null, deployment_uuid });
    }
  }
  if (messages.length === 0) throw notFound('No resources found with this tag.');
  return ok({ message: messages, ...(details.length === 0 ? {} : { details }) });
}

function deployOne(call: Call, resource: Resource, force: boolean): JsonObject {
  if (isApplication(resource)) return deployApplication(call, resource, force);
  const started = { resource_uuid: resource.uuid };
  if (!('kind' in resource)) {
    startService(call.world, resource);
    return { message: `Service ${resource.name} started. It could take a while, be patient.`, ...started };
  }
  startDatabase(call.world, resource);
  resource.started_at ??= plainTime(call.world.clock.now());
  return { message: `Database ${resource.name} started.`, ...started };
}

/** A skipped one gets a uuid that is stored nowhere (recorded: deploy-image 8, 71). */
function deployApplication(call: Call, application: Application, force: boolean): JsonObject {
  const { outcome, uuid } = call.world.queue.add(application, { force });
  if (outcome === 'full') throw refuse(429, queueFull, {}, { 'retry-after': '60' });
  const message = outcome === 'skipped' ? alreadyQueued : `Application ${application.name} deployment queued.`;
  return { message, resource_uuid: application.uuid, deployment_uuid: uuid };
}

function ofTeam(call: Call): Resource[] {
  const { state } = call.world;
  const all: Resource[] = [...state.applications.all(), ...state.services.all(), ...allDatabases(state)];
  return all.filter((row) => teamIdOf(call.world, row) === call.team.id);
}

function isApplication(resource: Resource): resource is Application {
  return 'build_pack' in resource;
}

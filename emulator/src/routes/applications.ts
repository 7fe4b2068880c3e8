import { applyFields } from '../applications/apply.ts';
import { createApplication } from '../applications/create.ts';
import { parseDomains, refuseConflicts } from '../applications/domains.ts';
import { updateFields, updateRules } from '../applications/fields.ts';
import { proxyLabels } from '../applications/labels.ts';
import { checkSpecialFields } from '../applications/special.ts';
import { invalid, notFound, ok, refuse } from '../http/answer.ts';
import type { Call, Routes } from '../http/call.ts';
import { apiMessages, hasErrors, refuseUnknown, validate } from '../http/validate.ts';
import { containersOf } from '../jobs/containers.ts';
import { alreadyQueued, type DeploymentRequest, isOf, queueFull } from '../jobs/queue.ts';
import { deleteApplication, stopApplication } from '../jobs/stopping.ts';
import type { Json } from '../json.ts';
import { presentApplication, presentApplicationListed, teamIdOf } from '../present/application.ts';
import { destinationOf, serverOf } from '../present/server.ts';
import type { Application } from '../state/application.ts';
import { dockerTime, rowTime } from '../times.ts';
import { isTrue } from './variables.ts';

/** Applications in every variant: made, read, changed, run, removed (recorded: apps-image, apps-git, deploy-*). */
export const applicationRoutes: Routes = {
  'GET /applications': list,
  'POST /applications/public': (call) => createApplication(call, 'public'),
  'POST /applications/private-github-app': (call) => createApplication(call, 'private-github-app'),
  'POST /applications/private-deploy-key': (call) => createApplication(call, 'private-deploy-key'),
  'POST /applications/dockerfile': (call) => createApplication(call, 'dockerfile'),
  'POST /applications/dockerimage': (call) => createApplication(call, 'dockerimage'),
  'GET /applications/{uuid}': (call) => ok(presentApplication(call.world, findApplication(call), call.sensitive)),
  'PATCH /applications/{uuid}': update,
  'DELETE /applications/{uuid}': remove,
  'POST /applications/{uuid}/start': start,
  'POST /applications/{uuid}/restart': restart,
  'POST /applications/{uuid}/stop': stop,
  'GET /applications/{uuid}/logs': logs,
  'GET /applications/{uuid}/rollback-images': rollbackImages,
  'POST /applications/{uuid}/rollback': rollback,
};

/** The application named in the path, of the caller's team. Throws the 404, whose text ends with a dot or not. */
export function findApplication(call: Call, message = 'Application not found.'): Application {
  const application = call.world.state.applications.find((a) => a.uuid === call.params.uuid);
  if (application === undefined || teamIdOf(call.world, application) !== call.team.id) throw notFound(message);
  return application;
}

function list(call: Call) {
  const { tag } = call.query;
  const own = call.world.state.applications.filter((a) => teamIdOf(call.world, a) === call.team.id && hasTag(a, tag));
  own.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : b.id - a.id));
  return ok(own.map((application) => presentApplicationListed(call.world, application, call.sensitive)));
}

function hasTag(application: Application, tag: Json | undefined): boolean {
  return tag === undefined || tag === null || (typeof tag === 'string' && application.tags.includes(tag));
}

function update(call: Call) {
  call.requireJson();
  const application = findApplication(call, 'Application not found');
  const { world, input } = call;
  checkSpecialFields(input, application);
  const errors = refuseUnknown(validate(input, updateRules, apiMessages), input, updateFields);
  if (hasErrors(errors)) throw invalid(errors);
  if (application.build_pack === 'dockercompose' && typeof input.domains === 'string') {
    throw invalid({ domains: ['Use docker_compose_domains instead of domains for Docker Compose applications.'] });
  }
  changeDomains(call, application);
  applyFields(application, input);
  if (input.is_static !== undefined && isTrue(input.is_static)) application.ports_exposes = '80';
  application.updated_at = rowTime(world.clock.now());
  if (isTrue(input.instant_deploy)) world.queue.add(application);
  return ok({ uuid: application.uuid });
}

/** New domains throw own labels away; without a proxy they are ignored (coolify.md 3.1; recorded: apps-image 45–49, runtime 58). */
function changeDomains(call: Call, application: Application): void {
  const { world, input } = call;
  if (input.domains === undefined) return;
  const destination = destinationOf(world, application);
  const server = serverOf(world, destination);
  if (server.proxy.type === 'NONE' || server.settings.is_build_server) return;
  const { domains, errors } = parseDomains(String(input.domains ?? ''));
  if (errors.length > 0) throw invalid(errors);
  if (!isTrue(input.force_domain_override)) refuseConflicts(world, domains, call.team.id, application);
  application.fqdn = domains.length === 0 ? null : domains.join(',');
  if (application.settings.is_container_label_readonly_enabled)
    application.custom_labels = proxyLabels(application, destination.network);
}

function remove(call: Call) {
  const application = findApplication(call, 'Application not found');
  deleteApplication(call.world, application, {
    volumes: call.input.delete_volumes === 'false' || call.input.delete_volumes === false,
  });
  return ok({ message: 'Application deletion request queued.' });
}

function start(call: Call) {
  const application = findApplication(call);
  const { outcome, uuid } = call.world.queue.add(application, {
    force: isTrue(call.input.force),
    noQuestions: isTrue(call.input.instant_deploy),
  });
  if (outcome === 'skipped') return ok({ message: alreadyQueued });
  return ok({ message: 'Deployment request queued.', deployment_uuid: uuid });
}

function restart(call: Call) {
  const application = findApplication(call);
  const { outcome, uuid } = call.world.queue.add(application, { restartOnly: true });
  if (outcome === 'skipped') return ok({ message: alreadyQueued });
  return ok({ message: 'Restart request queued.', deployment_uuid: uuid });
}

function stop(call: Call) {
  stopApplication(call.world, findApplication(call));
  return ok({ message: 'Application stopping request queued.' });
}

/** Of the first container, whatever the cached status says (recorded: deploy-image 16–20, 37, 54; deploy-git 6). */
function logs(call: Call) {
  const application = findApplication(call);
  const container = containersOf(call.world, application).find((c) =>
    ['running', 'restarting'].includes(c.state().status),
  );
  if (container === undefined) throw refuse(400, 'Application is not running.');
  const asked = Number.parseInt(String(call.input.lines ?? '100'), 10);
  const lines = Number.isNaN(asked) || asked <= 0 ? 100 : Math.min(asked, 10_000);
  return ok({ logs: container.logs({ lines, timestamps: isTrue(call.input.show_timestamps) }) });
}

/** `current` looks for a container named like the uuid, so it is only known with a constant name (coolify.md 7). */
function rollbackImages(call: Call) {
  const application = findApplication(call);
  const { machine, state } = call.world;
  const repository =
    application.build_pack === 'dockerimage' ? (application.docker_registry_image_name ?? '') : application.uuid;
  const running = containersOf(call.world, application).find((container) => container.name === application.uuid);
  const current = running?.image.slice(running.image.lastIndexOf(':') + 1) ?? null;
  const deployed = state.deployments.find((d) => isOf(d, application) && d.status === 'finished') !== undefined;
  const images = deployed ? machine.images(repository) : [];
  return ok({
    current,
    images: images.map((image) => ({
      tag: image.tag,
      created_at: dockerTime(image.createdAt),
      is_current: image.tag === current,
    })),
  });
}

function rollback(call: Call) {
  call.requireJson();
  const errors = refuseUnknown(
    validate(call.input, { commit: ['required', 'string', 'max:255', { regex: /^[\w][\w.-]*$/ }] }, apiMessages),
    call.input,
    ['commit'],
  );
  if (hasErrors(errors)) throw invalid(errors);
  const application = findApplication(call);
  const request: DeploymentRequest = { commit: String(call.input.commit), rollback: true };
  const { outcome, uuid } = call.world.queue.add(application, request);
  if (outcome === 'full') throw refuse(400, queueFull);
  return ok({ message: 'Rollback deployment queued.', deployment_uuid: uuid });
}

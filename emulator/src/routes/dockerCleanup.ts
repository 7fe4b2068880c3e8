import { isSchedule } from '../cron.ts';
import { invalid, ok } from '../http/answer.ts';
import type { Call, Routes } from '../http/call.ts';
import { requireFields } from '../http/fields.ts';
import { pick } from '../http/serialize.ts';
import type { Rules } from '../http/validate.ts';
import { cleanUp } from '../jobs/dockerCleanup.ts';
import { writeSettings } from '../servers/settings.ts';
import type { Server } from '../state/server.ts';
import { findServer } from './servers.ts';
import { isTrue } from './variables.ts';

/** When and how a server's Docker is cleared (recorded: webhooks 23, sweep 357–375). */
export const dockerCleanupRoutes: Routes = {
  'GET /servers/{uuid}/docker-cleanup': (call) => ok(present(findServer(call))),
  'PATCH /servers/{uuid}/docker-cleanup': update,
  'POST /servers/{uuid}/docker-cleanup/run': run,
  'GET /servers/{uuid}/docker-cleanup/executions': executions,
};

const flags: Rules = { delete_unused_volumes: ['boolean'], delete_unused_networks: ['boolean'] };
const rules: Rules = {
  docker_cleanup_frequency: ['string'],
  docker_cleanup_threshold: ['integer', 'min:1', 'max:99'],
  force_docker_cleanup: ['boolean'],
  ...flags,
  disable_application_image_retention: ['boolean'],
};
const shown = 20;

function update(call: Call) {
  call.requireJson();
  const server = findServer(call);
  const { input } = call;
  requireFields(input, rules);
  const frequency = input.docker_cleanup_frequency;
  if (frequency !== undefined && !isSchedule(String(frequency)))
    throw invalid({ docker_cleanup_frequency: ['Invalid Cron / Human expression for Docker Cleanup Frequency.'] });
  writeSettings(call, server);
  return ok(present(server));
}

function run(call: Call) {
  const server = findServer(call);
  const { input, world } = call;
  requireFields(input, flags);
  const volumes =
    input.delete_unused_volumes === undefined
      ? server.settings.delete_unused_volumes
      : isTrue(input.delete_unused_volumes);
  world.background(() => cleanUp(world, server, { manual: true, volumes }));
  return ok({
    message: 'Manual cleanup job started. Depending on the amount of data, this might take a while.',
  });
}

/** The newest first. */
function executions(call: Call) {
  const server = findServer(call);
  const own = call.world.state.cleanupExecutions.filter((execution) => execution.server_id === server.id);
  const keys = ['uuid', 'status', 'message', 'finished_at', 'created_at', 'updated_at'];
  return ok(
    own
      .reverse()
      .slice(0, shown)
      .map((execution) => pick(execution, keys)),
  );
}

const present = (server: Server) => pick(server.settings, Object.keys(rules));

import { invalid, ok, refuse } from '../http/answer.ts';
import type { Call, Routes } from '../http/call.ts';
import { requireFields } from '../http/fields.ts';
import { pick } from '../http/serialize.ts';
import { hasErrors, type Rules, validate } from '../http/validate.ts';
import { isFunctional } from '../jobs/reachability.ts';
import { applyPush } from '../jobs/sentinelPush.ts';
import type { JsonObject } from '../json.ts';
import { writeSettings } from '../servers/settings.ts';
import type { Server } from '../state/server.ts';
import { plainTime } from '../times.ts';
import { findServer } from './servers.ts';
import { isTrue } from './variables.ts';

/** Coolify's agent on a server: its settings, and what it pushes (recorded: sweep 385–393, 1274–1276). */
export const sentinelRoutes: Routes = {
  'GET /servers/{uuid}/sentinel': (call) => ok(present(findServer(call), call.sensitive)),
  'PATCH /servers/{uuid}/sentinel': update,
  'POST /sentinel/push': push,
};

const rules: Rules = {
  is_sentinel_enabled: ['boolean'],
  is_metrics_enabled: ['boolean'],
  is_sentinel_debug_enabled: ['boolean'],
  sentinel_token: ['string', 'max:500', { regex: /^[a-zA-Z0-9._\-+=/]+$/ }],
  sentinel_metrics_refresh_rate_seconds: ['integer', 'min:1'],
  sentinel_metrics_history_days: ['integer', 'min:1'],
  sentinel_push_interval_seconds: ['integer', 'min:10'],
  sentinel_custom_url: ['nullable', 'url'],
};

function update(call: Call) {
  call.requireJson();
  const server = findServer(call);
  const { input } = call;
  requireFields(input, rules);
  const enables = isTrue(input.is_sentinel_enabled) && !server.settings.is_sentinel_enabled;
  if (enables && server.settings.is_build_server)
    throw invalid({ is_sentinel_enabled: ['Sentinel cannot be enabled on build servers.'] });
  writeSettings(call, server);
  if (input.is_sentinel_enabled !== undefined && !isTrue(input.is_sentinel_enabled))
    Object.assign(server.settings, { is_metrics_enabled: false, is_sentinel_debug_enabled: false });
  return ok(present(server, call.sensitive));
}

/** The token is the server's own and says which server it is; any other is no token of Coolify's. */
function push(call: Call) {
  if (call.authorization === undefined) throw refuse(401, 'Unauthorized');
  const token = call.authorization.replaceAll('Bearer ', '');
  const server = call.world.state.servers.find((s) => s.settings.sentinel_token === token && s.deleted_at === null);
  if (server === undefined) throw refuse(401, 'Invalid token');
  if (!isFunctional(server)) throw refuse(401, 'Server is not functional');
  const errors = validate(call.input, {
    containers: [
      {
        check: (_, field, data) => (field in data ? undefined : 'The containers field must be present.'),
        implicit: true,
      },
      'array',
    ],
  });
  if (hasErrors(errors)) throw invalid(errors);
  server.sentinel_updated_at = plainTime(call.world.clock.now());
  applyPush(call.world, server, call.input);
  return ok({ message: 'ok' });
}

function present(server: Server, sensitive: boolean): JsonObject {
  const keys = [
    'is_sentinel_enabled',
    'is_metrics_enabled',
    'is_sentinel_debug_enabled',
    'sentinel_metrics_refresh_rate_seconds',
    'sentinel_metrics_history_days',
    'sentinel_push_interval_seconds',
  ];
  return {
    ...pick(server.settings, keys),
    sentinel_updated_at: server.sentinel_updated_at,
    ...(sensitive ? pick(server.settings, ['sentinel_token', 'sentinel_custom_url']) : {}),
  };
}

import { isBase64 } from '../applications/labels.ts';
import { invalid, ok } from '../http/answer.ts';
import type { Call, Routes } from '../http/call.ts';
import { requireFields } from '../http/fields.ts';
import { restartProxy, saveConfiguration } from '../jobs/proxy.ts';
import { isFunctional } from '../jobs/reachability.ts';
import type { JsonObject } from '../json.ts';
import { targetFault } from '../notifications/targets.ts';
import { changeProxy, isProxyType } from '../servers/proxyTypes.ts';
import type { Server } from '../state/server.ts';
import { rowTime } from '../times.ts';
import { findServer } from './servers.ts';
import { isTrue } from './variables.ts';

/** A server's proxy (recorded: servers 8, 45–48). */
export const proxyRoutes: Routes = {
  'GET /servers/{uuid}/proxy': (call) => ok(present(findServer(call), call.sensitive)),
  'PATCH /servers/{uuid}/proxy': update,
  'PUT /servers/{uuid}/proxy/configuration': configure,
  'POST /servers/{uuid}/proxy/restart': restart,
};

async function update(call: Call) {
  call.requireJson();
  const { input, world } = call;
  const given = input.redirect_url ?? null;
  const fault = given === null ? undefined : await targetFault(world, 'redirect_url', given);
  requireFields(input, {
    redirect_enabled: ['boolean'],
    redirect_url: ['nullable', 'string', ...(fault === undefined ? [] : [{ check: () => fault }])],
    generate_exact_labels: ['boolean'],
    proxy_type: ['string', 'nullable'],
  });
  const server = findServer(call);
  const type = input.proxy_type ?? null;
  if (type !== null && !isProxyType(type)) throw invalid({ proxy_type: ['Invalid proxy type.'] });
  const now = rowTime(world.clock.now());
  if (input.redirect_enabled !== undefined)
    server.proxy = { ...server.proxy, redirect_enabled: isTrue(input.redirect_enabled) };
  if (input.redirect_url !== undefined)
    server.proxy = { ...server.proxy, redirect_url: given === null ? null : String(given) };
  if (input.generate_exact_labels !== undefined)
    Object.assign(server.settings, { generate_exact_labels: isTrue(input.generate_exact_labels), updated_at: now });
  if (type !== null) changeProxy(server, String(type));
  server.updated_at = now;
  return ok(present(server, call.sensitive));
}

/** Plain or in base64, which is taken apart; nothing else is looked at. */
function configure(call: Call) {
  call.requireJson();
  requireFields(call.input, { configuration: ['required', 'string'] });
  const server = findServer(call);
  const given = String(call.input.configuration);
  const configuration = isBase64(given) ? decode(given) : given;
  if (configuration.trim() === '') throw invalid({ configuration: ['The configuration field is required.'] });
  saveConfiguration(call.world, server, configuration);
  return ok({ ...present(server, call.sensitive), message: 'Proxy configuration saved.' });
}

function decode(given: string): string {
  const text = Buffer.from(given, 'base64').toString('utf8');
  if (text.includes('\uFFFD'))
    throw invalid({ configuration: ['The configuration should be valid base64-encoded UTF-8 text.'] });
  return text;
}

function restart(call: Call) {
  const server = findServer(call);
  if (isFunctional(server)) call.world.background(() => restartProxy(call.world, server));
  return ok({ message: 'Proxy restart queued.' });
}

function present(server: Server, sensitive: boolean): JsonObject {
  const { proxy, settings } = server;
  return {
    proxy_type: proxy.type ?? null,
    status: proxy.status ?? null,
    redirect_enabled: proxy.redirect_enabled,
    redirect_url: proxy.redirect_url ?? null,
    generate_exact_labels: settings.generate_exact_labels,
    ...(sensitive ? { configuration: proxy.last_saved_proxy_configuration ?? null } : {}),
  };
}

import { ok, refuse } from '../http/answer.ts';
import type { Call, Routes } from '../http/call.ts';
import { requireFields } from '../http/fields.ts';
import type { JsonObject } from '../json.ts';
import type { Server } from '../state/server.ts';
import { rowTime } from '../times.ts';
import { findServer } from './servers.ts';
import { isTrue } from './variables.ts';

/** Whether a server is reached through a Cloudflare tunnel (recorded: sweep 394–411). */
export const cloudflareTunnelRoutes: Routes = {
  'GET /servers/{uuid}/cloudflare-tunnel': (call) => ok(present(findServer(call))),
  'PATCH /servers/{uuid}/cloudflare-tunnel': (call) => {
    call.requireJson();
    const server = findRemote(call);
    requireFields(call.input, { is_cloudflare_tunnel: ['required', 'boolean'] });
    turn(call, server, isTrue(call.input.is_cloudflare_tunnel));
    return ok(present(server));
  },
  'POST /servers/{uuid}/cloudflare-tunnel/enable': (call) => {
    const server = findRemote(call);
    turn(call, server, true);
    return ok({ message: 'Cloudflare Tunnel enabled.', ...present(server) });
  },
  'POST /servers/{uuid}/cloudflare-tunnel/disable': (call) => {
    const server = findRemote(call);
    const next = turn(call, server, false)
      ? 'Server IP restored to its previous IP address.'
      : 'Action required: Update the server IP address to its real IP address if needed.';
    return ok({ message: `Cloudflare Tunnel disabled. ${next}`, ...present(server) });
  },
};

function findRemote(call: Call): Server {
  const server = findServer(call);
  if (server.ip === 'host.docker.internal' || server.id === 0)
    throw refuse(422, 'Cloudflare Tunnel cannot be configured on the localhost server.');
  return server;
}

/** Without the tunnel the address from before comes back; true when there was one. */
function turn(call: Call, server: Server, on: boolean): boolean {
  const now = rowTime(call.world.clock.now());
  Object.assign(server.settings, { is_cloudflare_tunnel: on, updated_at: now });
  if (on || server.ip_previous === null) return false;
  const { ip, ip_previous: previous } = server;
  Object.assign(server, { ip: previous, ip_previous: ip, updated_at: now });
  return true;
}

function present(server: Server): JsonObject {
  return {
    is_cloudflare_tunnel: server.settings.is_cloudflare_tunnel,
    ip: server.ip,
    ip_previous: server.ip_previous,
  };
}

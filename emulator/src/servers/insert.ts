import { encrypted, publicId } from '../ids.ts';
import { type Server, serverDefaults, serverSettingsDefaults } from '../state/server.ts';
import { rowTime } from '../times.ts';
import type { World } from '../world.ts';

/** A new server with what Coolify makes beside it: settings, a destination, its two shared variables (recorded: servers 27). */
export function insertServer(
  world: World,
  given: Pick<Server, 'name' | 'description' | 'ip' | 'port' | 'user' | 'team_id' | 'private_key_id'>,
  proxyType: string,
  buildServer: boolean,
): Server {
  const { state } = world;
  const now = rowTime(world.clock.now());
  const settingsId = Math.max(0, ...state.servers.all().map((server) => server.settings.id)) + 1;
  const server = state.servers.insert({
    ...serverDefaults(now),
    ...given,
    proxy: { redirect_enabled: true, type: proxyType, status: 'exited' },
    sentinel_updated_at: state.instance.installedAt,
    settings: {
      ...serverSettingsDefaults(now),
      id: settingsId,
      server_id: -1,
      wildcard_domain: null,
      is_build_server: buildServer,
      is_sentinel_enabled: true,
      sentinel_token: encrypted(),
      sentinel_custom_url: null,
    },
  });
  server.settings.server_id = server.id;
  state.destinations.insert({
    uuid: publicId(),
    name: 'coolify',
    network: 'coolify',
    server_id: server.id,
    created_at: now,
    updated_at: now,
  });
  for (const [key, value] of [
    ['COOLIFY_SERVER_UUID', server.uuid],
    ['COOLIFY_SERVER_NAME', server.name],
  ] as const) {
    state.sharedVariables.insert({
      type: 'server',
      owner_id: server.id,
      team_id: server.team_id,
      key,
      value,
      comment: null,
      is_literal: true,
      is_multiline: false,
      is_shown_once: false,
      created_at: now,
      updated_at: now,
    });
  }
  return server;
}

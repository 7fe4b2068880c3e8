import { crc32 } from 'node:zlib';
import { notify } from '../notifications/notify.ts';
import type { Server } from '../state/server.ts';
import { rowTime } from '../times.ts';
import type { World } from '../world.ts';

/** The emulator manages Coolify's own host; every other server is one where nothing listens. */
export function answersNow(world: World, server: Server): boolean {
  return server.is_coolify_host && !world.faults.unreachable.has(server.uuid);
}

/** Whether Coolify would use the server, by what it saw last. */
export function isFunctional(server: Server): boolean {
  const { is_reachable, is_usable, force_disabled } = server.settings;
  return is_reachable && is_usable && !force_disabled;
}

/** Whether the server's agent pushes: then Coolify does not look for itself. */
export function isWatched(world: World, server: Server): boolean {
  const { is_sentinel_enabled: enabled, sentinel_push_interval_seconds: interval } = server.settings;
  const last = Date.parse(`${server.sentinel_updated_at.replace(' ', 'T')}Z`);
  return enabled && world.clock.now() - last < Math.max(120, interval * 3) * 1000;
}

/** A server that stays away is looked at ever more seldom: after 2, 5 and 11 looks in vain, each 3rd, 6th and 12th minute. */
export function isLeftAlone(server: Server, minute: number): boolean {
  const count = server.unreachable_count;
  const interval = count <= 2 ? 1 : count <= 5 ? 3 : count <= 11 ? 6 : 12;
  return (new Date(minute).getUTCMinutes() + crc32(String(server.id))) % interval !== 0;
}

/** What SSH says of a server where nothing listens (recorded: servers 30). */
export function refusedBy(server: Server): string {
  return `ssh: connect to host ${server.ip} port ${server.port}: Connection refused`;
}

/** The look of each minute; the team hears of a server that was away twice, and of one that is back (recorded: webhooks 26–28). */
export function checkConnection(world: World, server: Server): boolean {
  const reachable = answersNow(world, server);
  writeReachability(world, server, reachable, reachable);
  if (reachable) server.unreachable_count = 0;
  else server.unreachable_count++;
  tellReachability(world, server);
  return reachable;
}

/**
 * A second look, which Coolify takes a little later and with patience: it can see a server again that the first did not, without
 * calling it usable or forgetting how often it was away (recorded: webhooks 31, 32).
 */
export function checkAgain(world: World, server: Server): boolean {
  const reachable = answersNow(world, server);
  if (server.settings.is_reachable !== reachable)
    writeReachability(world, server, reachable, server.settings.is_usable);
  tellReachability(world, server);
  return reachable;
}

function writeReachability(world: World, server: Server, reachable: boolean, usable: boolean): void {
  Object.assign(server.settings, {
    is_reachable: reachable,
    is_usable: usable,
    updated_at: rowTime(world.clock.now()),
  });
}

function tellReachability(world: World, server: Server): void {
  const { is_reachable: reachable } = server.settings;
  const due = reachable
    ? server.unreachable_notification_sent
    : server.unreachable_count >= 2 && !server.unreachable_notification_sent;
  if (!due) return;
  server.unreachable_notification_sent = !reachable;
  server.updated_at = rowTime(world.clock.now());
  notify(world, server.team_id, reachable ? 'server_reachable' : 'server_unreachable', {
    success: reachable,
    message: reachable ? 'Server revived' : 'Server unreachable',
    event: reachable ? 'server_reachable' : 'server_unreachable',
    server_name: server.name,
    server_uuid: server.uuid,
    url: serverUrl(world, server),
  });
}

export function serverUrl(world: World, server: Server): string {
  return `${world.state.instance.publicUrl}/server/${server.uuid}`;
}

import { md5 } from '../ids.ts';
import type { Server } from '../state/server.ts';
import { rowTime } from '../times.ts';
import type { World } from '../world.ts';
import { traefikConfiguration } from './traefik.ts';

/** Puts a configuration in force: what is saved and what is applied are then the same. */
export function applyConfiguration(world: World, server: Server, status: string): void {
  const { state } = world;
  const own = state.destinations.filter((d) => d.server_id === server.id).map((d) => d.network);
  const networks = [...new Set([...own, ...state.instance.dockerNetworks])];
  const configuration = server.proxy.last_saved_proxy_configuration ?? traefikConfiguration(networks);
  saveConfiguration(world, server, configuration);
  server.proxy = { ...server.proxy, status, last_applied_settings: hashOf(configuration) };
}

export function saveConfiguration(world: World, server: Server, configuration: string): void {
  server.proxy = {
    ...server.proxy,
    last_saved_proxy_configuration: configuration,
    last_saved_settings: hashOf(configuration),
  };
  server.updated_at = rowTime(world.clock.now());
}

/** Stops and starts the proxy of a server that can be used. */
export async function restartProxy(world: World, server: Server): Promise<void> {
  const { clock } = world;
  await clock.sleep(300, world.closing);
  applyConfiguration(world, server, 'restarting');
  await clock.sleep(4000, world.closing);
  server.proxy = { ...server.proxy, status: 'running' };
  server.updated_at = rowTime(clock.now());
}

const hashOf = (configuration: string) => md5(Buffer.from(configuration).toString('base64'));

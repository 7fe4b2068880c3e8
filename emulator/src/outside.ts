import { request as plain } from 'node:http';
import { request as secure } from 'node:https';
import { resolveTarget, type Target } from './notifications/targets.ts';
import type { World } from './world.ts';

export interface OutsideRequest {
  method: 'GET' | 'POST';
  headers?: Record<string, string>;
  body?: string;
}

/**
 * Calls a URL as Coolify would, where the target is allowed; names that the emulator was given are called in plain HTTP at
 * the place they stand for. Resolves with any answer's status, rejects when there is none, or with `UnsafeTarget`.
 */
export async function callOutside(world: World, url: string, request: OutsideRequest): Promise<number> {
  return await send(await resolveTarget(world, url), url, request, world);
}

async function send(target: Target, url: string, request: OutsideRequest, world: World): Promise<number> {
  const { protocol, host, hostname, pathname, search } = new URL(url);
  const isStandIn = world.hosts[hostname] !== undefined;
  const open = protocol === 'https:' && !isStandIn ? secure : plain;
  return await new Promise<number>((resolve, reject) => {
    const outgoing = open({
      ...target,
      servername: hostname,
      method: request.method,
      path: `${pathname}${search}`,
      headers: { host, 'user-agent': 'GuzzleHttp/7', ...request.headers },
      signal: world.closing,
      timeout: 15_000,
    });
    outgoing.on('response', (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode ?? 0));
      response.on('error', reject);
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error(`${host} did not answer`)));
    outgoing.on('error', reject);
    outgoing.end(request.body);
  });
}

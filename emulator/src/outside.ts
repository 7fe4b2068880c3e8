import { request as plain } from 'node:http';
import { request as secure } from 'node:https';
import { resolveTarget, type Target } from './notifications/targets.ts';
import type { World } from './world.ts';

export interface OutsideRequest {
  method: 'GET' | 'POST';
  headers?: Record<string, string>;
  body?: string;
}

export interface OutsideAnswer {
  status: number;
  text: string;
}

/** Characters of an answer that are kept. */
const longest = 100_000;

/**
 * Calls a URL as Coolify would, where the target is allowed; names that the emulator was given are called in plain HTTP at
 * the place they stand for. Resolves with any answer, rejects when there is none, or with `UnsafeTarget`.
 */
export async function callOutside(world: World, url: string, request: OutsideRequest): Promise<OutsideAnswer> {
  return await send(await resolveTarget(world, url), url, request, world);
}

async function send(target: Target, url: string, request: OutsideRequest, world: World): Promise<OutsideAnswer> {
  const { protocol, host, hostname, pathname, search } = new URL(url);
  const isStandIn = world.hosts[hostname] !== undefined;
  const open = protocol === 'https:' && !isStandIn ? secure : plain;
  return await new Promise<OutsideAnswer>((resolve, reject) => {
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
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        if (text.length < longest) text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      response.on('error', reject);
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error(`${host} did not answer`)));
    outgoing.on('error', reject);
    outgoing.end(request.body);
  });
}

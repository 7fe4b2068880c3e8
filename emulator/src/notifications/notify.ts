import { request as plain } from 'node:http';
import { request as secure } from 'node:https';
import type { JsonObject } from '../json.ts';
import type { World } from '../world.ts';
import { eventField, type NotificationEvent } from './channels.ts';
import { settingsOf } from './settings.ts';
import { resolveTarget, UnsafeTarget } from './targets.ts';

const tries = 5;
const backoff = 10_000;

/**
 * Tells a team's webhook, when it is on and wants the event: unsigned JSON, tried again only when no connection came about
 * (coolify.md 6.1; recorded: webhooks 17–31). The other channels lead to services outside and are not called.
 */
export function notify(world: World, teamId: number, event: NotificationEvent, payload: JsonObject): void {
  const { values } = settingsOf(world, teamId, 'webhook');
  const url = values.webhook_url;
  if (values.webhook_enabled !== true || values[eventField('webhook', event)] !== true || typeof url !== 'string')
    return;
  world.background(() => deliver(world, url, payload));
}

async function deliver(world: World, url: string, payload: JsonObject): Promise<void> {
  await world.clock.sleep(50, world.closing);
  for (let attempt = 1; ; attempt++) {
    try {
      return await world.working(post(world, url, payload));
    } catch (error) {
      if (error instanceof UnsafeTarget || world.closing.aborted) return;
      if (attempt === tries) throw error;
      await world.clock.sleep(backoff, world.closing);
    }
  }
}

/** Resolves with any answer; rejects when there is no connection, or {@link UnsafeTarget} when the URL must not be called. */
async function post(world: World, url: string, payload: JsonObject): Promise<void> {
  const target = await resolveTarget(world, url);
  const { protocol, host, hostname, pathname, search } = new URL(url);
  const body = JSON.stringify(payload);
  await new Promise<void>((resolve, reject) => {
    const request = (protocol === 'https:' ? secure : plain)({
      ...target,
      servername: hostname,
      method: 'POST',
      path: `${pathname}${search}`,
      headers: {
        host,
        'user-agent': 'GuzzleHttp/7',
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
      },
      signal: world.closing,
      timeout: 30_000,
    });
    request.on('response', (response) => {
      response.resume();
      response.on('end', resolve);
      response.on('error', reject);
    });
    request.on('timeout', () => request.destroy(new Error(`${host} did not answer`)));
    request.on('error', reject);
    request.end(body);
  });
}

import type { JsonObject } from '../json.ts';
import { callOutside } from '../outside.ts';
import type { World } from '../world.ts';
import { eventField, type NotificationEvent } from './channels.ts';
import { settingsOf } from './settings.ts';
import { UnsafeTarget } from './targets.ts';

const tries = 5;
const backoff = 10_000;
const headers = { 'content-type': 'application/json' };

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
      await world.working(callOutside(world, url, { method: 'POST', headers, body: JSON.stringify(payload) }));
      return;
    } catch (error) {
      if (error instanceof UnsafeTarget || world.closing.aborted) return;
      if (attempt === tries) throw error;
      await world.clock.sleep(backoff, world.closing);
    }
  }
}

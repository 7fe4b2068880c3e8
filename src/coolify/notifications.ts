import { z } from 'zod';
import { get, patch } from './endpoint.ts';

/**
 * The settings of one channel: `<channel>_enabled`, its address, and a switch for each event, named
 * `<event>_<channel>_notifications`. What is secret (for the webhook its `webhook_url`) is absent without read:sensitive.
 */
const notificationSettings = z.looseObject({
  id: z.number().nullish(),
  team_id: z.number().nullish(),
  webhook_enabled: z.boolean().nullish(),
  webhook_url: z.string().nullish(),
});
export type NotificationSettings = z.output<typeof notificationSettings>;

/** The token's own team. Deliveries by webhook are unsigned, without id or time: an unguessable path is all that tells them. */
export const notifications = {
  get: get('/notifications/{channel:email|discord|slack|telegram|pushover|webhook}')
    .since('4.3.0')
    .answers(notificationSettings),
  /** A webhook's host must resolve and must not be private, unless the instance allows it. Answers all settings. */
  update: patch('/notifications/{channel:email|discord|slack|telegram|pushover|webhook}')
    .body<Record<string, string | number | boolean | null>>()
    .since('4.3.0')
    .answers(notificationSettings),
};

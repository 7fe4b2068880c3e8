import type { JsonObject } from '../json.ts';

export type Channel = 'email' | 'discord' | 'slack' | 'telegram' | 'pushover' | 'webhook';

/** What a team has set for one channel; `values` are the columns as the API names them. */
export interface NotificationSettings {
  id: number;
  channel: Channel;
  team_id: number;
  values: JsonObject;
}

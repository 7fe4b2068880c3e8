import type { JsonObject } from '../json.ts';

export type Channel = 'email' | 'discord' | 'slack' | 'telegram' | 'pushover' | 'webhook';

/** What a team has set for one channel; `values` are the columns as the API names them. */
export interface NotificationSettings {
  id: number;
  channel: Channel;
  /** Its id as the API shows it: each channel has a table of its own, with a row for each team in their order. */
  number: number;
  team_id: number;
  values: JsonObject;
}

import type { Channel, NotificationSettings } from '../state/notification.ts';
import type { World } from '../world.ts';
import { fieldsOf } from './channels.ts';

/** A team's settings of a channel, made at the first look. */
export function settingsOf(world: World, teamId: number, channel: Channel): NotificationSettings {
  const { notificationSettings } = world.state;
  return (
    notificationSettings.find((row) => row.channel === channel && row.team_id === teamId) ??
    notificationSettings.insert({
      channel,
      number: world.state.teams.all().findIndex((team) => team.id === teamId) + 1,
      team_id: teamId,
      values: Object.fromEntries(Object.entries(fieldsOf(channel)).map(([name, { initial }]) => [name, initial])),
    })
  );
}

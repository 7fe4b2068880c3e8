import { refuse } from './answer.ts';
import type { Call } from './call.ts';

/** What Coolify's policies keep from plain members, whatever their token may do (coolify.md 1.4). Throws the 403. */
export function requireAdmin(call: Call): void {
  const { memberships } = call.world.state;
  const own = memberships.find((m) => m.user_id === call.token.user_id && m.team_id === call.team.id);
  if (own?.role === 'member')
    throw refuse(403, 'You are not authorized to perform this action.', { error: 'Unauthorized' });
}

import { notFound, ok } from '../http/answer.ts';
import type { Call, Routes } from '../http/call.ts';
import { omit, serialize } from '../http/serialize.ts';
import type { JsonObject } from '../json.ts';
import type { Team } from '../state/rows.ts';
import type { State } from '../state/state.ts';

const current = (call: Call) => ok(presentTeam(call.team));
const currentMembers = (call: Call) => ok(members(call.world.state, call.team));

/** A token sees the one team that it belongs to. */
export const teamRoutes: Routes = {
  'GET /teams': (call) => ok([presentTeam(call.team)]),
  'GET /team': current,
  'GET /team/members': currentMembers,
  'GET /teams/current': current,
  'GET /teams/current/members': currentMembers,
  'GET /teams/{id}': (call) => ok(presentTeam(byId(call))),
  'GET /teams/{id}/members': (call) => ok(members(call.world.state, byId(call))),
};

/** A word is read as the number 0, as PHP does (recorded: sweep 119–124). */
function byId(call: Call): Team {
  const id = Number.parseInt(call.params.id ?? '', 10) || 0;
  if (id !== call.team.id) throw notFound('Team not found.');
  return call.team;
}

function presentTeam(team: Team): JsonObject {
  return serialize(omit(team, ['custom_server_limit']));
}

function members(state: State, team: Team): JsonObject[] {
  const users = state.memberships.filter((m) => m.team_id === team.id).map((m) => state.users.get(m.user_id));
  return users
    .filter((user) => user !== undefined)
    .map((user) =>
      serialize({
        id: user.id,
        name: user.name,
        avatar_path: null,
        avatar_s3_storage_id: null,
        avatar_storage_type: null,
        email: user.email,
        email_verified_at: user.created_at,
        force_password_reset: false,
        marketing_emails: true,
        pending_email: null,
        two_factor_confirmed_at: null,
        created_at: user.created_at,
        updated_at: user.created_at,
      }),
    );
}

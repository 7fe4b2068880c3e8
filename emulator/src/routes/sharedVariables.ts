import { invalid, notFound, ok, refuse, serverError } from '../http/answer.ts';
import type { Call, Handler, Routes } from '../http/call.ts';
import { pick, serialize } from '../http/serialize.ts';
import { apiMessages, hasErrors, refuseUnknown, validate } from '../http/validate.ts';
import type { JsonObject } from '../json.ts';
import type { SharedVariable } from '../state/rows.ts';
import { rowTime } from '../times.ts';
import { findEnvironment, findProject } from './projects.ts';
import { findServer } from './servers.ts';
import { isTrue, textOrNull, variableRules } from './variables.ts';

type Owner = Pick<SharedVariable, 'type' | 'owner_id'>;

const team = (call: Call): Owner => ({ type: 'team', owner_id: call.team.id });
const project = (call: Call): Owner => ({ type: 'project', owner_id: findProject(call).id });
const environment = (call: Call): Owner => ({
  type: 'environment',
  owner_id: findEnvironment(call, findProject(call)).id,
});
const server = (call: Call): Owner => ({ type: 'server', owner_id: findServer(call).id });

/** Variables shared within a team, project, environment or server (recorded: envs 57–100, sweep 102–172). */
export const sharedVariableRoutes: Routes = {
  'GET /team/envs': list(team),
  'POST /team/envs': create(team),
  'PATCH /team/envs/{env_id}': update(team),
  'DELETE /team/envs/{env_id}': remove(team),
  'GET /projects/{uuid}/envs': list(project),
  'POST /projects/{uuid}/envs': create(project),
  'PATCH /projects/{uuid}/envs/{env_id}': update(project),
  'DELETE /projects/{uuid}/envs/{env_id}': remove(project),
  'GET /projects/{uuid}/environments/{environment_name_or_uuid}/envs': list(environment),
  'POST /projects/{uuid}/environments/{environment_name_or_uuid}/envs': create(environment),
  'PATCH /projects/{uuid}/environments/{environment_name_or_uuid}/envs/{env_id}': update(environment),
  'DELETE /projects/{uuid}/environments/{environment_name_or_uuid}/envs/{env_id}': remove(environment),
  'GET /servers/{uuid}/envs': list(server),
  'POST /servers/{uuid}/envs': create(server),
  'PATCH /servers/{uuid}/envs/{env_id}': update(server),
  'DELETE /servers/{uuid}/envs/{env_id}': remove(server),
};

const { key, value, is_literal, is_multiline, is_shown_once, comment } = variableRules as Record<
  string,
  readonly string[]
>;
const changing = {
  value: value ?? [],
  is_literal: is_literal ?? [],
  is_multiline: is_multiline ?? [],
  is_shown_once: is_shown_once ?? [],
  comment: comment ?? [],
};
const creating = { key: key ?? [], ...changing };

function list(owner: (call: Call) => Owner): Handler {
  return (call) => {
    const { type, owner_id } = owner(call);
    const rows = call.world.state.sharedVariables.filter((row) => row.type === type && row.owner_id === owner_id);
    return ok(rows.map((row) => present(row, call.sensitive)));
  };
}

function create(owner: (call: Call) => Owner): Handler {
  return (call) => {
    const { type, owner_id } = owner(call);
    call.requireJson();
    check(call.input, creating);
    const { sharedVariables } = call.world.state;
    const { input } = call;
    if (
      sharedVariables.find((row) => row.type === type && row.owner_id === owner_id && row.key === input.key) !==
      undefined
    ) {
      throw refuse(409, 'Environment variable already exists. Use PATCH request to update it.');
    }
    const now = rowTime(call.world.clock.now());
    const row = sharedVariables.insert({
      type,
      owner_id,
      team_id: call.team.id,
      key: String(input.key),
      value: textOrNull(input.value),
      comment: textOrNull(input.comment),
      is_literal: isTrue(input.is_literal),
      is_multiline: isTrue(input.is_multiline),
      is_shown_once: isTrue(input.is_shown_once),
      created_at: now,
      updated_at: now,
    });
    return ok({ id: row.id }, 201);
  };
}

function update(owner: (call: Call) => Owner): Handler {
  return (call) => {
    const of = owner(call);
    requireNumber(call);
    call.requireJson();
    check(call.input, changing);
    const row = find(call, of);
    Object.assign(row, pick(call.input, Object.keys(changing)), { updated_at: rowTime(call.world.clock.now()) });
    return ok(present(row, call.sensitive));
  };
}

function remove(owner: (call: Call) => Owner): Handler {
  return (call) => {
    const of = owner(call);
    requireNumber(call);
    call.world.state.sharedVariables.remove(find(call, of));
    return ok({ message: 'Environment variable deleted.' });
  };
}

/** The database cannot compare a word with a numeric id (recorded: sweep 110–116). */
function requireNumber(call: Call): void {
  if (!/^\d+$/.test(call.params.env_id ?? '')) throw serverError();
}

function find(call: Call, { type, owner_id }: Owner): SharedVariable {
  const row = call.world.state.sharedVariables.get(Number(call.params.env_id));
  if (row === undefined || row.type !== type || row.owner_id !== owner_id)
    throw notFound('Environment variable not found.');
  return row;
}

function check(input: JsonObject, rules: Record<string, readonly string[]>): void {
  const errors = refuseUnknown(validate(input, rules, apiMessages), input, Object.keys(rules));
  if (hasErrors(errors)) throw invalid(errors);
}

function present(row: SharedVariable, sensitive: boolean): JsonObject {
  const keys = [
    'id',
    'comment',
    'is_literal',
    'is_multiline',
    'is_shown_once',
    'key',
    'type',
    'created_at',
    'updated_at',
  ];
  return serialize(pick(row, sensitive && !row.is_shown_once ? [...keys, 'value'] : keys));
}

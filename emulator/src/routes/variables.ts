import { invalid, notFound, ok, refuse, serverError } from '../http/answer.ts';
import type { Call, Routes } from '../http/call.ts';
import { serialize } from '../http/serialize.ts';
import { apiMessages, hasErrors, type Rules, refuseUnknown, validate } from '../http/validate.ts';
import { publicId } from '../ids.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import type { Application } from '../state/application.ts';
import type { Variable } from '../state/rows.ts';
import type { State } from '../state/state.ts';
import { rowTime } from '../times.ts';
import { findApplication } from './applications.ts';
import { coolifyVersion } from './instance.ts';

/** The variables of an application, each production one with its preview twin (recorded: envs 1–56). */
export const variableRoutes: Routes = {
  'GET /applications/{uuid}/envs': list,
  'POST /applications/{uuid}/envs': create,
  'PATCH /applications/{uuid}/envs/bulk': updateMany,
  'PATCH /applications/{uuid}/envs': update,
  'DELETE /applications/{uuid}/envs/{env_uuid}': remove,
};

const fields = [
  'key',
  'value',
  'is_preview',
  'is_literal',
  'is_multiline',
  'is_shown_once',
  'is_runtime',
  'is_buildtime',
  'comment',
];
export const variableRules: Rules = {
  key: ['required', 'string', { regex: /^[A-Za-z_][A-Za-z0-9_.]*$/ }],
  value: ['string', 'nullable'],
  is_preview: ['boolean'],
  is_literal: ['boolean'],
  is_multiline: ['boolean'],
  is_shown_once: ['boolean'],
  is_runtime: ['boolean'],
  is_buildtime: ['boolean'],
  comment: ['string', 'nullable', 'max:256'],
};
const exists = () => refuse(409, 'Environment variable already exists. Use PATCH request to update it.');

function list(call: Call) {
  const application = findApplication(call, 'Application not found');
  const rows = rowsOf(call.world.state, application);
  return ok(
    [...rows.filter((row) => !row.is_preview), ...rows.filter((row) => row.is_preview)].map((row) =>
      presentVariable(row, call.sensitive),
    ),
  );
}

function create(call: Call) {
  const application = findApplication(call, 'Application not found');
  const errors = refuseUnknown(validate(call.input, variableRules, apiMessages), call.input, fields);
  if (hasErrors(errors)) throw invalid(errors);
  const { state } = call.world;
  if (find(state, application, String(call.input.key), isTrue(call.input.is_preview)) !== undefined) throw exists();
  return ok({ uuid: insertVariable(call, application, call.input).uuid }, 201);
}

/** Replaces the row: flags that are not sent fall back, and a locked one cannot be told to stay locked (recorded: envs 36–41). */
function update(call: Call) {
  call.requireJson();
  const application = findApplication(call, 'Application not found');
  const errors = refuseUnknown(validate(call.input, variableRules, apiMessages), call.input, fields);
  if (hasErrors(errors)) throw invalid(errors);
  const row = find(call.world.state, application, String(call.input.key), isTrue(call.input.is_preview));
  if (row === undefined) throw notFound('Environment variable not found.');
  const { input } = call;
  for (const lock of ['is_shown_once', 'is_multiline'] as const)
    if (row[lock] && input[lock] === undefined) throw serverError();
  Object.assign(row, {
    value: textOrNull(input.value),
    is_literal: isTrue(input.is_literal),
    is_multiline: isTrue(input.is_multiline),
    is_shown_once: isTrue(input.is_shown_once),
    ...(input.is_runtime === undefined ? {} : { is_runtime: isTrue(input.is_runtime) }),
    ...(input.is_buildtime === undefined ? {} : { is_buildtime: isTrue(input.is_buildtime) }),
    ...(input.comment === undefined ? {} : { comment: textOrNull(input.comment) }),
    updated_at: rowTime(call.world.clock.now()),
  });
  return ok(presentVariable(row, call.sensitive), 201);
}

/** Writes one after the other: what came before a bad item stays (recorded: envs 43–49). */
function updateMany(call: Call) {
  call.requireJson();
  const application = findApplication(call, 'Application not found');
  const { data } = call.input;
  if (data === undefined || data === null || (Array.isArray(data) && data.length === 0))
    throw refuse(400, 'Bulk data is required.');
  const answers: JsonObject[] = [];
  for (const item of Array.isArray(data) ? data : [data]) {
    const given = isObject(item) ? item : {};
    const errors = validate(given, variableRules, apiMessages);
    if (hasErrors(errors)) throw invalid(errors);
    answers.push(upsert(call, application, given));
  }
  return ok(answers, 201);
}

function upsert(call: Call, application: Application, given: JsonObject): JsonObject {
  const row = find(call.world.state, application, String(given.key), isTrue(given.is_preview));
  if (row === undefined) {
    const {
      is_required: _,
      order: __,
      ...fresh
    } = presentVariable(insertVariable(call, application, given), call.sensitive);
    return fresh;
  }
  const flags = ['is_literal', 'is_multiline', 'is_shown_once', 'is_runtime', 'is_buildtime'] as const;
  for (const flag of flags) if (given[flag] !== undefined) row[flag] = isTrue(given[flag]);
  row.value = textOrNull(given.value);
  if (given.comment !== undefined) row.comment = textOrNull(given.comment);
  row.updated_at = rowTime(call.world.clock.now());
  return presentVariable(row, call.sensitive);
}

function remove(call: Call) {
  const application = findApplication(call);
  const row = rowsOf(call.world.state, application).find((variable) => variable.uuid === call.params.env_uuid);
  if (row === undefined) throw notFound('Environment variable not found.');
  call.world.state.variables.remove(row);
  return ok({ message: 'Environment variable deleted.' });
}

/** Makes the row, and for a production one its preview twin, which is never locked (recorded: envs 29, 31). */
function insertVariable(call: Call, application: Application, given: JsonObject): Variable {
  const variable = {
    key: String(given.key),
    value: textOrNull(given.value),
    comment: textOrNull(given.comment),
    is_preview: isTrue(given.is_preview),
    is_literal: isTrue(given.is_literal),
    is_multiline: isTrue(given.is_multiline),
    is_shown_once: isTrue(given.is_shown_once),
    is_runtime: given.is_runtime === undefined || isTrue(given.is_runtime),
    is_buildtime: given.is_buildtime === undefined || isTrue(given.is_buildtime),
  };
  return insertWithTwin(call.world.state, application, variable, rowTime(call.world.clock.now()));
}

type NewVariable = Pick<Variable, 'key' | 'value'> & Partial<Variable>;

/** The row of an application, and for a production one its preview twin. */
export function insertWithTwin(state: State, application: Application, given: NewVariable, now: string): Variable {
  const make = (more: Partial<Variable>) =>
    state.variables.insert({
      resource_type: 'application',
      resource_id: application.id,
      comment: null,
      is_preview: false,
      is_literal: false,
      is_multiline: false,
      is_shown_once: false,
      is_runtime: true,
      is_buildtime: true,
      is_required: false,
      is_shared: false,
      is_coolify: given.key.startsWith('SERVICE_'),
      is_buildpack_control: /^(NIXPACKS|RAILPACK)_/.test(given.key),
      order: null,
      created_at: now,
      updated_at: now,
      ...given,
      ...more,
      uuid: publicId(),
    });
  const row = make({});
  const twin = state.variables.find(
    (v) => v.resource_type === 'application' && v.resource_id === application.id && v.key === given.key && v.is_preview,
  );
  if (!row.is_preview && twin === undefined) make({ is_preview: true, is_shown_once: false });
  return row;
}

/** A row in an answer; a locked one shows its value to nobody. */
export function presentVariable(row: Variable, sensitive: boolean): JsonObject {
  const { id: _, resource_type: __, resource_id: ___, value, ...rest } = row;
  const quoted = (row.is_literal || row.is_multiline) && value !== null ? `'${value}'` : (value ?? '');
  return serialize({
    ...rest,
    is_really_required: row.is_required && (value ?? '') === '',
    version: coolifyVersion,
    ...(sensitive && !row.is_shown_once ? { value, real_value: quoted } : {}),
  });
}

function rowsOf(state: State, application: Application): Variable[] {
  return state.variables.filter((v) => v.resource_type === 'application' && v.resource_id === application.id);
}

function find(state: State, application: Application, key: string, preview: boolean): Variable | undefined {
  return rowsOf(state, application).find((row) => row.key === key && row.is_preview === preview);
}

export function isTrue(value: Json | undefined): boolean {
  return value === true || value === 1 || value === '1' || value === 'true';
}

export function textOrNull(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

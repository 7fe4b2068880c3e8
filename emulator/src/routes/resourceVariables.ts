import { invalid, notFound, ok, refuse, serverError } from '../http/answer.ts';
import type { Call } from '../http/call.ts';
import { omit } from '../http/serialize.ts';
import { apiMessages, hasErrors, type Rules, validate } from '../http/validate.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import type { Variable } from '../state/rows.ts';
import { rowTime } from '../times.ts';
import { insertVariable, type VariableOwner, variablesOf } from '../variables/insert.ts';
import { isTrue, presentVariable, textOrNull, variableRules } from './variables.ts';

const { value, is_literal, is_multiline, is_shown_once, comment } = variableRules;
const rules = {
  key: ['required', 'string', 'max:255', { regex: /^[A-Za-z_][A-Za-z0-9_.]*$/ }],
  ...{ value, is_literal, is_multiline, is_shown_once, comment },
} as Rules;
const flags = ['is_literal', 'is_multiline', 'is_shown_once'] as const;
/** What an item of a bulk may set on its row beside key and value. */
const fillable = [...flags, 'is_preview', 'is_runtime', 'is_buildtime', 'is_required', 'comment'] as const;

/** The variables of a database or service; the resource is looked up before the body (recorded: services 19–25, sweep 932–944). */
export function listVariables(call: Call, owner: VariableOwner) {
  return ok(variablesOf(call.world, owner).map((row) => present(call, row)));
}

/** Unknown fields are passed over; the fresh row lacks the columns that the request does not write (recorded: services 21). */
export function createVariable(call: Call, owner: VariableOwner) {
  const { input } = call;
  check(input);
  if (find(call, owner, input.key) !== undefined)
    throw refuse(409, 'Environment variable already exists. Use PATCH request to update it.');
  const row = insertVariable(call.world, owner, {
    key: String(input.key),
    value: textOrNull(input.value),
    comment: textOrNull(input.comment),
    ...Object.fromEntries(flags.map((flag) => [flag, isTrue(input[flag])])),
  });
  return ok(omit(present(call, row), ['is_preview', 'is_required', 'order']), 201);
}

/** Sets the value, and of the rest what is given. */
export function updateVariable(call: Call, owner: VariableOwner) {
  const { input } = call;
  check(input);
  const row = find(call, owner, input.key);
  if (row === undefined) throw notFound('Environment variable not found.');
  write(call, row, { ...input, value: input.value ?? null }, [...flags, 'comment']);
  return ok(present(call, row), 201);
}

/** Writes one after the other: what came before a bad item stays. */
export function updateVariables(call: Call, owner: VariableOwner) {
  const { data } = call.input;
  if (!data || (Array.isArray(data) && data.length === 0)) throw refuse(400, 'Bulk data is required.');
  if (typeof data !== 'object') throw serverError();
  const answers: JsonObject[] = [];
  for (const item of Array.isArray(data) ? data : Object.values(data)) {
    if (!isObject(item)) throw serverError();
    check(item);
    answers.push(upsert(call, owner, item));
  }
  return ok(answers, 201);
}

export function deleteVariable(call: Call, owner: VariableOwner) {
  const row = variablesOf(call.world, owner).find((variable) => variable.uuid === call.params.env_uuid);
  if (row === undefined) throw notFound('Environment variable not found.');
  call.world.state.variables.remove(row);
  return ok({ message: 'Environment variable deleted.' });
}

/** A row just made shows only the columns that its item wrote (recorded: services 24). */
function upsert(call: Call, owner: VariableOwner, item: JsonObject): JsonObject {
  const row = find(call, owner, item.key);
  if (row !== undefined) {
    write(call, row, item, fillable);
    return present(call, row);
  }
  const given = fillable.filter((field) => item[field] !== undefined);
  const fresh = insertVariable(call.world, owner, {
    key: String(item.key),
    value: textOrNull(item.value),
    ...columnsOf(item, given),
  });
  const always = ['is_runtime', 'is_buildtime'];
  const unwritten = fillable.filter((field) => !given.includes(field) && !always.includes(field));
  return omit(present(call, fresh), [...unwritten, 'order', ...(item.value === undefined ? ['value'] : [])]);
}

function write(call: Call, row: Variable, given: JsonObject, fields: readonly string[]): void {
  const before = JSON.stringify(row);
  if (given.value !== undefined) row.value = textOrNull(given.value);
  Object.assign(row, columnsOf(given, fields));
  if (JSON.stringify(row) === before) return;
  row.updated_at = rowTime(call.world.clock.now());
  call.world.state.variables.touch(row);
}

function columnsOf(given: JsonObject, fields: readonly string[]): Partial<Variable> {
  const present = fields.filter((field) => given[field] !== undefined);
  const value = (field: string, content: Json | undefined) =>
    field === 'comment' ? textOrNull(content) : isTrue(content);
  return Object.fromEntries(present.map((field) => [field, value(field, given[field])]));
}

/** A key is made a text before it is looked at. */
function check(given: JsonObject): void {
  if (typeof given.key === 'object' && given.key !== null) throw serverError();
  const key = given.key === undefined ? {} : { key: String(given.key ?? '') };
  const errors = validate({ ...given, ...key }, rules, apiMessages);
  if (hasErrors(errors)) throw invalid(errors);
}

function find(call: Call, owner: VariableOwner, wanted: Json | undefined): Variable | undefined {
  return variablesOf(call.world, owner).find((row) => row.key === wanted);
}

/** A locked value is hidden from everyone, but not a database's (coolify.md 1.6). */
function present(call: Call, row: Variable): JsonObject {
  const locked = row.is_shown_once && row.resource_type === 'service';
  return { ...presentVariable({ ...row, is_shown_once: locked }, call.sensitive), is_shown_once: row.is_shown_once };
}

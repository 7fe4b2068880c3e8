import type { JsonObject } from '../json.ts';
import { invalid } from './answer.ts';
import type { Call } from './call.ts';
import { apiMessages, hasErrors, type Messages, type Rules, refuseUnknown, validate } from './validate.ts';

/** Coolify's usual check of a request: its rules, and no field beside those that it names. Throws the 422. */
export function requireFields(
  input: JsonObject,
  rules: Rules,
  messages: Messages = apiMessages,
  allowed: readonly string[] = Object.keys(rules).filter((field) => !field.includes('.')),
): void {
  const errors = refuseUnknown(validate(input, rules, messages), input, allowed);
  if (hasErrors(errors)) throw invalid(errors);
}

/** What came in the body alone: some operations look nowhere else. */
export function bodyOf(call: Call): JsonObject {
  return Object.fromEntries(
    Object.entries(call.input).filter(([field, value]) => JSON.stringify(call.query[field]) !== JSON.stringify(value)),
  );
}

import type { JsonObject } from '../json.ts';
import { invalid } from './answer.ts';
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

import { isObject, type Json, type JsonObject } from '../json.ts';

/**
 * Laravel's validation, as far as Coolify uses it. A field's rules are names as Laravel writes them (`required`, `string`,
 * `min:3`, `in:a,b`) or objects where a name cannot say it. Fields may hold `*`: `urls.*.name`.
 */
export type Rule =
  | string
  | { regex: RegExp; message?: string }
  | { check: (value: Json, field: string, data: JsonObject) => string | string[] | undefined; implicit?: true };
export type Rules = Record<string, readonly Rule[]>;
export type Errors = Record<string, string[]>;

/** Coolify's own text for a missing field where `customApiValidator` is used; else Laravel's. */
export const apiMessages: Messages = { required: 'This field is required.' };
/** By rule (`required`) or by field and rule (`name.min`); `:attribute` is filled in. */
export type Messages = Record<string, string>;

/** The sentences by field, in the order of the rules; empty when everything passes. */
export function validate(data: JsonObject, rules: Rules, messages: Messages = {}): Errors {
  const errors: Errors = Object.create(null);
  for (const [pattern, list] of Object.entries(rules)) {
    for (const [field, found] of expand(data, pattern.split('.'))) {
      const sentences = validateField(data, field, pattern, found, list, messages);
      if (sentences.length > 0) errors[field] = sentences;
    }
  }
  return errors;
}

/** Adds Coolify's sentence for every field that is not in the list. */
export function refuseUnknown(errors: Errors, data: JsonObject, allowed: readonly string[]): Errors {
  for (const field of Object.keys(data))
    if (!allowed.includes(field)) errors[field] = [...(errors[field] ?? []), 'This field is not allowed.'];
  return errors;
}

export function hasErrors(errors: Errors): boolean {
  return Object.keys(errors).length > 0;
}

function validateField(
  data: JsonObject,
  field: string,
  pattern: string,
  found: Json | undefined,
  rules: readonly Rule[],
  messages: Messages,
): string[] {
  const sentences: string[] = [];
  const names = rules.map((rule) => (typeof rule === 'string' ? rule : ''));
  const present = found !== undefined;
  if (names.includes('sometimes') && !present) return [];
  const kind = names.some((name) => name === 'integer' || name === 'numeric')
    ? 'number'
    : names.includes('array')
      ? 'array'
      : 'string';

  for (const rule of rules) {
    const { name, argument } = parse(rule);
    const implicit = name.startsWith('required') || (typeof rule === 'object' && 'implicit' in rule);
    if (!implicit && !present) continue;
    if (!implicit && found === null && names.includes('nullable')) continue;
    const problem = fault(rule, name, argument, field, found ?? null, kind, data);
    if (problem === undefined) continue;
    for (const sentence of typeof problem === 'string' ? [problem] : problem) {
      const own = messages[`${pattern}.${name}`] ?? messages[name];
      sentences.push((own ?? sentence).replace(':attribute', attribute(field)));
    }
    if (implicit || names.includes('bail')) break;
  }
  return sentences;
}

function fault(
  rule: Rule,
  name: string,
  argument: string,
  field: string,
  value: Json,
  kind: 'number' | 'array' | 'string',
  data: JsonObject,
): string | string[] | undefined {
  const the = `The ${attribute(field)} field`;
  if (typeof rule === 'object') {
    if ('check' in rule) return rule.check(value, field, data);
    const text = typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
    return text !== undefined && rule.regex.test(text) ? undefined : (rule.message ?? `${the} format is invalid.`);
  }
  switch (name) {
    case 'required':
      return isMissing(value) ? `${the} is required.` : undefined;
    case 'required_without':
      return isMissing(value) && isMissing(data[argument] ?? null)
        ? `${the} is required when ${attribute(argument)} is not present.`
        : undefined;
    case 'string':
      return typeof value === 'string' ? undefined : `${the} must be a string.`;
    case 'boolean':
      return [true, false, 0, 1, '0', '1'].includes(value as never) ? undefined : `${the} must be true or false.`;
    case 'integer':
      return isInteger(value) ? undefined : `${the} must be an integer.`;
    case 'numeric':
      return isNumeric(value) ? undefined : `${the} must be a number.`;
    case 'array':
      return typeof value === 'object' && value !== null ? undefined : `${the} must be an array.`;
    case 'in':
      return argument.split(',').includes(String(value)) ? undefined : `The selected ${attribute(field)} is invalid.`;
    case 'min':
      return size(value, kind) >= Number(argument)
        ? undefined
        : `${the} must ${bound('at least', argument, value, kind)}`;
    case 'max':
      return size(value, kind) <= Number(argument)
        ? undefined
        : `${the} must ${bound('not be greater than', argument, value, kind)}`;
    case 'between': {
      const [least, most] = argument.split(',').map(Number) as [number, number];
      const measured = size(value, kind);
      return measured >= least && measured <= most
        ? undefined
        : `${the} must be between ${least} and ${most}${kind === 'string' ? ' characters' : ''}.`;
    }
    case 'url':
      return isUrl(value) ? undefined : `${the} must be a valid URL.`;
    case 'uuid':
      return /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(String(value))
        ? undefined
        : `${the} must be a valid UUID.`;
    case 'email':
      return typeof value === 'string' && /^[^\s@]+@[^\s@]+$/.test(value)
        ? undefined
        : `${the} must be a valid email address.`;
    case 'ip':
      return typeof value === 'string' && /^(\d{1,3}\.){3}\d{1,3}$|:/.test(value)
        ? undefined
        : `${the} must be a valid IP address.`;
    case 'nullable':
    case 'sometimes':
    case 'bail':
      return undefined;
    default:
      throw new Error(`The emulator knows no validation rule "${name}".`);
  }
}

function parse(rule: Rule): { name: string; argument: string } {
  if (typeof rule === 'object') return { name: 'regex' in rule ? 'regex' : 'check', argument: '' };
  const colon = rule.indexOf(':');
  return colon === -1 ? { name: rule, argument: '' } : { name: rule.slice(0, colon), argument: rule.slice(colon + 1) };
}

function attribute(field: string): string {
  return field.replaceAll('_', ' ');
}

function isMissing(value: Json): boolean {
  return (
    value === null ||
    value === '' ||
    (Array.isArray(value) && value.length === 0) ||
    (isObject(value) && Object.keys(value).length === 0)
  );
}

export function isInteger(value: Json | undefined): boolean {
  return (
    (typeof value === 'number' && Number.isInteger(value)) ||
    value === true ||
    (typeof value === 'string' && /^[+-]?(0|[1-9]\d*)$/.test(value))
  );
}

function isNumeric(value: Json): boolean {
  return (
    typeof value === 'number' || (typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value)))
  );
}

function isUrl(value: Json): boolean {
  return typeof value === 'string' && /^[a-z][a-z\d+.-]*:\/\/[^\s/?#]+/i.test(value) && URL.canParse(value);
}

/** Laravel's `getSize`: the number where the rules say number, else how many items or characters. */
function size(value: Json, kind: 'number' | 'array' | 'string'): number {
  if (kind === 'number' && isNumeric(value)) return Number(value);
  if (Array.isArray(value)) return value.length;
  if (isObject(value)) return Object.keys(value).length;
  return [...(value === null ? '' : value === true ? '1' : value === false ? '' : String(value))].length;
}

function bound(
  how: 'at least' | 'not be greater than',
  limit: string,
  value: Json,
  kind: 'number' | 'array' | 'string',
): string {
  if (kind === 'number') return how === 'at least' ? `be at least ${limit}.` : `not be greater than ${limit}.`;
  if (kind === 'array' || (typeof value === 'object' && value !== null))
    return how === 'at least' ? `have at least ${limit} items.` : `not have more than ${limit} items.`;
  return how === 'at least' ? `be at least ${limit} characters.` : `not be greater than ${limit} characters.`;
}

function expand(data: Json | undefined, path: string[], prefix = ''): [string, Json | undefined][] {
  const [head, ...rest] = path;
  if (head === undefined) return [[prefix, data]];
  const join = (name: string) => (prefix === '' ? name : `${prefix}.${name}`);
  if (head === '*') {
    const items = Array.isArray(data) ? data.entries() : isObject(data) ? Object.entries(data) : [];
    return [...items].flatMap(([name, inner]) => expand(inner, rest, join(String(name))));
  }
  const inner = isObject(data) && Object.hasOwn(data, head) ? data[head] : undefined;
  return expand(inner, rest, join(head));
}

import { isObject, type Json, type JsonObject } from '../json.ts';
import { refuse } from './answer.ts';

export interface RawBody {
  text: string;
  contentType: string;
}

const deepest = 512;

/** Laravel's query string: `a[]=x` and `a[b]=x` make arrays and objects. */
export function parseQuery(search: string): JsonObject {
  const query: JsonObject = {};
  for (const [name, value] of new URLSearchParams(search)) {
    const [, base = name, inner] = /^([^[]+)\[([^\]]*)\]/.exec(name) ?? [];
    if (inner === undefined) query[name] = value;
    else if (inner === '') query[base] = [...(Array.isArray(query[base]) ? query[base] : []), value];
    else query[base] = { ...(isObject(query[base]) ? query[base] : {}), [inner]: value };
  }
  return query;
}

/** The fields that a request brings in its body; what is not an object counts as field `0` (recorded: bad-input 5, 6). */
export function parseBody(body: RawBody): JsonObject {
  if (!isJson(body.contentType)) return body.contentType.includes('x-www-form-urlencoded') ? parseQuery(body.text) : {};
  const value = decode(body.text);
  if (value === undefined || value === null) return {};
  if (isObject(value)) return value;
  return Object.fromEntries((Array.isArray(value) ? value : [value]).map((item, index) => [String(index), item]));
}

/**
 * Coolify's `validateIncomingRequest`, which most writing operations call first. Only `{}` is "Empty"; no body, `null`
 * and `[]` are "Invalid" (recorded: bad-input 2–6, 13–15). Throws the 400.
 */
export function requireJsonBody(body: RawBody): void {
  if (!isJson(body.contentType)) throw badRequest('Content-Type must be application/json.');
  const value = decode(body.text);
  if (value === undefined || value === null || value === false || (Array.isArray(value) && value.length === 0))
    throw badRequest('Invalid JSON.');
  if (isObject(value) && Object.keys(value).length === 0) throw badRequest('Empty JSON.');
}

/** Laravel's TrimStrings and ConvertEmptyStringsToNull, at any depth. */
export function clean(value: Json): Json {
  if (typeof value === 'string') {
    const trimmed = value.replace(/^[\s\0\uFEFF\u200B\u200E]+|[\s\0\uFEFF\u200B\u200E]+$/gu, '');
    return trimmed === '' ? null : trimmed;
  }
  if (Array.isArray(value)) return value.map(clean);
  if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, clean(inner)]));
  return value;
}

function badRequest(error: string) {
  return refuse(400, 'Invalid request.', { error });
}

function isJson(contentType: string): boolean {
  return /\/json|\+json/.test(contentType);
}

/** PHP's `json_decode`: refuses lone surrogates and more than 512 levels; undefined when it does. */
function decode(source: string): Json | undefined {
  let value: Json;
  try {
    value = JSON.parse(source, (key, inner) => {
      if (!key.isWellFormed() || (typeof inner === 'string' && !inner.isWellFormed()))
        throw new SyntaxError('lone surrogate');
      return inner;
    });
  } catch {
    return undefined;
  }
  return depth(value) > deepest ? undefined : value;
}

function depth(value: Json): number {
  let level: Json[] = [value];
  let levels = 0;
  while (level.some((item) => typeof item === 'object' && item !== null)) {
    levels++;
    if (levels > deepest) return levels;
    level = level.flatMap((item) => (typeof item === 'object' && item !== null ? Object.values(item) : []));
  }
  return levels;
}

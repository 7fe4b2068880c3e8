import type { Json, JsonObject } from '../json.ts';

/**
 * Coolify's `serializeApiResponse`: keys in order of the alphabet, times at the end, and `id`, `uuid`, `description`, `name`
 * at the front when they are not empty (recorded: access 8, 92). Nested objects stay as they are.
 */
export function serialize(row: JsonObject): JsonObject {
  const result: JsonObject = {};
  const take = (key: string) => {
    const value = row[key];
    if (value !== undefined) result[key] = value;
  };
  for (const key of ['id', 'uuid', 'description', 'name']) if (!isEmpty(row[key])) take(key);
  for (const key of Object.keys(row).sort())
    if (!(key in result) && key !== 'created_at' && key !== 'updated_at') take(key);
  take('created_at');
  take('updated_at');
  return result;
}

/** Numbers are never empty here: team 0 leads with its id. */
function isEmpty(value: Json | undefined): boolean {
  return value === undefined || value === null || value === '';
}

export function omit(row: object, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(row as JsonObject).filter(([key]) => !keys.includes(key)));
}

export function pick(row: object, keys: readonly string[]): JsonObject {
  const source = row as JsonObject;
  return Object.fromEntries(keys.filter((key) => key in source).map((key) => [key, source[key] as Json]));
}

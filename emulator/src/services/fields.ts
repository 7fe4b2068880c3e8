/** What a compose file holds: texts, numbers, lists and mappings, none of them to be relied on. */
export type Fields = Record<string, unknown>;
/** Variables of a container by name, in the order of the file. */
export type Pairs = Map<string, unknown>;

/** A mapping, or a list of `NAME=value`, where a name alone has no value. */
export function pairs(given: unknown): Pairs {
  if (!Array.isArray(given)) return new Map(Object.entries(record(given)));
  const entries = given.map((entry): [string, string] => {
    const [name = '', ...rest] = text(entry).split('=');
    return [name, rest.join('=')];
  });
  return new Map(entries.filter(([name]) => name !== ''));
}

export const record = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
export const list = (value: unknown): unknown[] =>
  Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
/** As PHP writes a value into a text. */
export const text = (value: unknown): string =>
  value === null || value === undefined || value === false ? '' : value === true ? '1' : String(value);

const FIELDS = 50;
const SENTENCES = 10;
const LENGTH = 300;
const DEPTH = 4;

/** The key for what concerns the request as a whole and no single field. */
export const WHOLE_REQUEST = '*';

const NOT_ALLOWED = 'This field is not allowed.';

/**
 * Brings every form in which Coolify sends `errors` into one: sentences by field.
 * An object of arrays is the rule; an object of strings (apps-image 25, databases 8), an array of the names of unknown
 * fields (databases 3), an array of sentences (apps-image 49) and no `errors` at all (services 5) are seen as well.
 */
export function normaliseFields(errors: unknown, strike: (text: string) => string = (text) => text) {
  const fields = new Map<string, string[]>();
  const add = (field: string, sentence: unknown) => {
    if (sentence === null || sentence === undefined || (!fields.has(field) && fields.size >= FIELDS)) return;
    const sentences = fields.get(field) ?? [];
    if (sentences.length < SENTENCES) sentences.push(bound(strike(String(sentence)), LENGTH));
    fields.set(field, sentences);
  };
  const walk = (value: unknown, field: string, depth: number) => {
    if (Array.isArray(value)) {
      for (const item of value.slice(0, SENTENCES * FIELDS)) {
        if (typeof item === 'object') walk(item, field, depth + 1);
        else if (field === '' && isFieldName(item)) add(item, NOT_ALLOWED);
        else add(field || WHOLE_REQUEST, item);
      }
    } else if (typeof value === 'object' && value !== null) {
      if (depth >= DEPTH) return;
      for (const [key, inner] of Object.entries(value).slice(0, FIELDS)) {
        const name = bound(strike(key), LENGTH);
        walk(inner, field === '' ? name : `${field}.${name}`, depth + 1);
      }
    } else add(field || WHOLE_REQUEST, value);
  };
  walk(errors, '', 0);
  return Object.fromEntries(fields);
}

/** Cuts a text to so many characters, and shows that it was cut. */
export function bound(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

const isFieldName = (item: unknown): item is string => typeof item === 'string' && /^[A-Za-z_][\w.-]{0,99}$/.test(item);

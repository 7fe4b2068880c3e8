import { parse, YAMLParseError } from 'yaml';

/**
 * A YAML text as Coolify reads it. Throws {@link YAMLParseError} for what is no YAML.
 */
export function readYaml(text: string): unknown {
  return parse(text, { merge: true });
}

export { YAMLParseError };

/** How many levels are written as blocks; deeper ones stand in one line. */
const deepest = 10;

/**
 * YAML in the layout in which Coolify keeps compose files: two spaces a level, lists one level in, single quotes around
 * whatever could be read as something else, `{  }` for what is empty (recorded: services 11, 16).
 */
export function writeYaml(value: unknown): string {
  if (!isFilled(value)) return inline(value);
  return block(value, 0, deepest);
}

function block(value: object, indent: number, levels: number): string {
  const pad = ' '.repeat(indent);
  const line = (head: string, item: unknown) =>
    isFilled(item) && levels > 1
      ? `${pad}${head}\n${block(item, indent + 2, levels - 1)}`
      : `${pad}${head} ${inline(item)}\n`;
  if (Array.isArray(value)) return value.map((item) => line('-', item)).join('');
  return Object.entries(value)
    .map(([key, item]) => line(`${keyText(key)}:`, item))
    .join('');
}

function inline(value: unknown): string {
  if (Array.isArray(value) && value.length > 0) return `[${value.map(inline).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const pairs = Object.entries(value).map(([key, item]) => `${keyText(key)}: ${inline(item)}`);
    return `{ ${pairs.join(', ')} }`;
  }
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'string') return text(value);
  return String(value);
}

function isFilled(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}

/** A key of digits is a number to PHP. */
function keyText(key: string): string {
  return /^(0|-?[1-9]\d*)$/.test(key) ? key : text(key);
}

const reserved = ['null', '~', 'true', 'false', 'y', 'n', 'yes', 'no', 'on', 'off'];
const misleading = /[\s'":{}[\],&*#?]|^[-?|<>=!%@`]/u;
const numeric = /^[\s]*[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?[\s]*$/i;
const likeNumber = /^[0-9]+[_0-9]*$|^0x[\da-f_]+$/i;
const likeTime = /^\d{4}-\d\d?-\d\d?(?:(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d\d?(?::\d\d)?))?)?$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what needs escaping
const unprintable = /[\x00-\x1f\x7f\x85\xa0\u2028\u2029]/;

function text(value: string): string {
  if (value === '') return "''";
  if (numeric.test(value) && !/[\f\n\r\t\v]/.test(value)) return `'${value}'`;
  if (unprintable.test(value)) return `"${[...value].map(escaped).join('')}"`;
  const plain =
    !reserved.includes(value.toLowerCase()) &&
    !misleading.test(value) &&
    !likeNumber.test(value) &&
    !likeTime.test(value);
  return plain ? value : `'${value.replaceAll("'", "''")}'`;
}

const escapes: Record<string, string> = {
  '\\': '\\\\',
  '"': '\\"',
  '\0': '\\0',
  '\x07': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\x1b': '\\e',
  '\x7f': '\\x7f',
  '\x85': '\\N',
  '\xa0': '\\_',
  '\u2028': '\\L',
  '\u2029': '\\P',
};

function escaped(char: string): string {
  const code = char.charCodeAt(0);
  return escapes[char] ?? (code < 0x20 ? `\\x${code.toString(16).padStart(2, '0')}` : char);
}

import { cellOf, type Row, tableLines } from './table.ts';
import { plain, type Style } from './terminal.ts';

/** Lines that a person reads for what an operation gave: facts first to last, lists as tables, texts as they stand. */
export function valueLines(value: Row, style: Style): string[] {
  return Object.entries(value).flatMap(([name, part]) => {
    if (part === null || part === undefined) return [];
    if (isFacts(part)) return part.flatMap((fact) => factLines(fact, style));
    if (isRows(part)) return [...(rowsOnly(value) ? [] : [`${name}:`]), ...tableLines(part, style)];
    if (Array.isArray(part) && part.length === 0) return [`${name}: none`];
    if (typeof part === 'string' && part.trim().includes('\n'))
      return [`${name}:`, ...indent(plain(part).trimEnd().split('\n'))];
    if (isObject(part)) return [`${name}:`, ...indent(valueLines(part, style))];
    if (name === 'next_cursor') return [style.dim(`There is more: the same command with --cursor ${cellOf(part)}`)];
    return [`${name}: ${/url$/.test(name) ? style.cyan(cellOf(part)) : cellOf(part)}`];
  });
}

/** A thing that was to be seen: whether it was, by whose word, and why it cannot be told. */
interface Fact {
  fact: string;
  result: 'seen' | 'not_seen' | 'unknown';
  value?: string;
  source?: string;
  reason?: string;
}

function factLines({ fact, result, value, source, reason }: Fact, style: Style): string[] {
  const mark = { seen: style.green('seen    '), not_seen: style.red('not seen'), unknown: style.yellow('unknown ') }[
    result
  ];
  const because = reason === undefined ? '' : `, ${plain(reason)}`;
  const by = source === undefined ? '' : style.dim(` (${plain(source)})`);
  return [
    `${mark}  ${plain(fact).replaceAll('_', ' ')}${value === undefined ? '' : `: ${cellOf(value)}`}${because}${by}`,
  ];
}

const isFacts = (value: unknown): value is Fact[] =>
  isRows(value) &&
  value.every(
    ({ fact, result }) => typeof fact === 'string' && ['seen', 'not_seen', 'unknown'].includes(String(result)),
  );

const isRows = (value: unknown): value is Row[] => Array.isArray(value) && value.length > 0 && value.every(isObject);

const isObject = (value: unknown): value is Row => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A list's answer is its table; a heading would only be in the way of a shell. */
const rowsOnly = (value: Row): boolean =>
  Object.entries(value).every(([name, part]) => isRows(part) || ['count', 'total', 'next_cursor'].includes(name)) &&
  Object.values(value).filter(isRows).length === 1;

export const indent = (lines: readonly string[]): string[] => lines.map((line) => `  ${line}`);

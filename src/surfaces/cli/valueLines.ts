import { cellOf, type Row, tableLines } from './table.ts';
import { plain, type Style } from './terminal.ts';

/** Lines that a person reads for what an operation gave: facts first to last, lists as tables, texts as they stand. */
export function valueLines(value: Row, style: Style): string[] {
  return Object.entries(value).flatMap(([name, part]) => {
    if (part === null || part === undefined) return [];
    if (isFacts(part)) return part.flatMap((fact) => factLines(fact, style));
    if (isRows(part)) return part.length === 0 ? [`${name}: none`] : [`${name}:`, ...indent(rowLines(part, style))];
    if (typeof part === 'string' && part.trim().includes('\n')) {
      return [`${name}:`, ...indent(plain(part).trimEnd().split('\n'))];
    }
    if (isObject(part)) return [`${name}:`, ...indent(valueLines(part, style))];
    if (name === 'next_cursor') return [style.dim(`There is more: the same command with --cursor ${cellOf(part)}`)];
    return [`${name}: ${/url$/.test(name) ? style.cyan(cellOf(part)) : cellOf(part)}`];
  });
}

/**
 * A list's rows and what is said beside them, apart, so that a shell reads rows and nothing else. Undefined for what
 * is more than a list.
 */
export function listOf(output: Row): { rows: readonly Row[]; beside: Row } | undefined {
  const [list, ...more] = Object.entries(output).filter(([name]) => !BESIDE_ROWS.has(name));
  if (!list || more.length > 0 || !isRows(list[1])) return undefined;
  const [name, rows] = list;
  return { rows, beside: { ...output, [name]: rows.length === 0 ? [] : null } };
}

/** What a list says about itself. */
const BESIDE_ROWS = new Set(['name', 'total', 'count', 'left_out', 'next_cursor', 'note']);

export const rowLines = (rows: readonly Row[], style: Style): string[] =>
  rows.every((row) => typeof row.message === 'string' && 'timestamp' in row)
    ? rows.map(
        ({ timestamp, level, message }) =>
          `${style.dim(cellOf(timestamp))} ${cellOf(level).padEnd(7)} ${cellOf(message)}`,
      )
    : tableLines(rows, style);

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
  value.length > 0 &&
  value.every(
    ({ fact, result }) => typeof fact === 'string' && ['seen', 'not_seen', 'unknown'].includes(String(result)),
  );

const isRows = (value: unknown): value is Row[] => Array.isArray(value) && value.every(isObject);

const isObject = (value: unknown): value is Row => typeof value === 'object' && value !== null && !Array.isArray(value);

export const indent = (lines: readonly string[]): string[] => lines.map((line) => `  ${line}`);

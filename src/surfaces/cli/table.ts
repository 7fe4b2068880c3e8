import { plain, type Style } from './terminal.ts';

export type Row = Readonly<Record<string, unknown>>;

/** Rows under their headings, columns aligned by blanks, one row a line: `awk`, `sort` and `cut` can read it. */
export function tableLines(rows: readonly Row[], style: Style): string[] {
  if (rows.length === 0) return [];
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))].filter((column) =>
    rows.some((row) => row[column] !== undefined && row[column] !== null && isCell(row[column])),
  );
  const lines = [
    columns.map((column) => column.toUpperCase()),
    ...rows.map((row) => columns.map((c) => cellOf(row[c]))),
  ];
  const widths = columns.map((_, i) => Math.max(...lines.map((line) => lengthOf(line[i]!))));
  const aligned = lines.map((line) =>
    line
      .map((cell, i) => cell + ' '.repeat(widths[i]! - lengthOf(cell)))
      .join('  ')
      .trimEnd(),
  );
  return aligned.map((line, i) => (i === 0 ? style.dim(line) : line));
}

/** A value on one line. */
export function cellOf(value: unknown): string {
  if (value === null || value === undefined || value === '') return '-';
  if (Array.isArray(value) && value.every((item) => !isObject(item)))
    return value.length > 0 ? value.map(cellOf).join(', ') : '-';
  return plain(typeof value === 'object' ? JSON.stringify(value) : String(value)).replace(/\s*\n\s*/g, ' ');
}

const isCell = (value: unknown): boolean => !isObject(value) && !(Array.isArray(value) && value.some(isObject));
const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);
const lengthOf = (text: string): number => [...text].length;

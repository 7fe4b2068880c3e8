import { Refusal } from '../refusal.ts';

/** About 2,000 tokens of JSON; a token of names, uuids and punctuation is a little under three characters. */
const BUDGET_CHARACTERS = 5200;

export interface Page<Row> {
  rows: Row[];
  total: number;
  next_cursor: string | null;
}

/**
 * A page of a list that stays within its budget whatever is asked for. The cursor names the last row given by its key,
 * so that rows which come and go in between neither repeat nor hide others. `rows` must be sorted by `key`.
 */
export function pageOf<Row>(
  rows: readonly Row[],
  key: (row: Row) => string,
  limit: number,
  cursor?: string,
): Page<Row> {
  const after = cursor === undefined ? undefined : decode(cursor);
  const start = after === undefined ? 0 : rows.findIndex((row) => key(row) > after);
  const page: Row[] = [];
  let size = 0;
  for (const row of start < 0 ? [] : rows.slice(start, start + limit)) {
    size += JSON.stringify(row).length + 1;
    if (size > BUDGET_CHARACTERS && page.length > 0) break;
    page.push(row);
  }
  const last = page.at(-1);
  const more = last !== undefined && start + page.length < rows.length;
  return { rows: page, total: rows.length, next_cursor: more ? encode(key(last)) : null };
}

const encode = (key: string): string => Buffer.from(key, 'utf8').toString('base64url');

function decode(cursor: string): string {
  const key = Buffer.from(cursor, 'base64url').toString('utf8');
  if (encode(key) === cursor) return key;
  throw new Refusal(
    'invalid_input',
    'This cursor is none that a list gave.',
    'Use next_cursor of the page before, or none.',
  );
}

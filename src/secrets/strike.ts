import { formsOf } from './forms.ts';

/** Stands where a secret stood. */
export const STRUCK = '[secret]';

/** Takes known secrets out of whatever is about to leave. */
export interface Striker {
  /** From now on the value is struck out, if it is worth it (see `worth.ts`); so are its parts and other spellings. */
  learn(name: string, value: string): void;
  strike(text: string): string;
  /** Strikes the strings of a JSON value, keys too; everything else stays as it is. */
  strikeDeep<T>(value: T): T;
}

/** Known texts by how they begin: a look-up at each place of a text finds the few that may start there. */
type Known = Map<string, string[]>;
/** No text that is worth striking is shorter. */
const HEAD = 4;

export function createStriker(): Striker {
  const known: Known = new Map();
  add(known, STRUCK);

  function strike(text: string): string {
    let before = text;
    for (;;) {
      const after = strikeOnce(before, known);
      // What was put in may make a secret with its neighbours ("ab[" beside "[secret]"): until there is none.
      if (after === before) return after;
      before = after;
    }
  }

  function strikeValue(value: unknown): unknown {
    if (typeof value === 'string') return strike(value);
    if (Array.isArray(value)) return value.map(strikeValue);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [strike(key), strikeValue(inner)]));
  }

  return {
    learn(name, value) {
      // "cret" would strike the very mark that says that something was struck.
      for (const form of formsOf(name, value)) if (!STRUCK.includes(form)) add(known, form);
    },
    strike,
    strikeDeep: <T>(value: T) => strikeValue(value) as T,
  };
}

function add(known: Known, text: string): void {
  const head = text.slice(0, HEAD);
  const alike = known.get(head) ?? [];
  if (alike.includes(text)) return;
  known.set(
    head,
    [...alike, text].sort((a, b) => b.length - a.length),
  );
}

/** Secrets that overlap become one mark: what is left of the one must not show the rest of the other. */
function strikeOnce(text: string, known: Known): string {
  let result = '';
  let copied = 0;
  let from = -1;
  let to = -1;
  for (let at = 0; at + HEAD <= text.length; at++) {
    const found = known.get(text.slice(at, at + HEAD))?.find((candidate) => text.startsWith(candidate, at));
    if (found === undefined) continue;
    if (from >= 0 && at >= to) {
      result += text.slice(copied, from) + STRUCK;
      copied = to;
      from = -1;
    }
    if (from < 0) from = at;
    to = Math.max(to, at + found.length);
  }
  return from < 0 ? text : result + text.slice(copied, from) + STRUCK + text.slice(to);
}

import { Refusal } from '../refusal.ts';

/** Something that a caller may mean. `where` tells two of one name apart: the project it is in. */
export interface Candidate {
  uuid: string;
  name: string;
  where?: string | null;
}

/** Coolify's own ids are 24 characters; those brought from elsewhere may be dashed UUIDs or short words. */
const LIKE_UUID = /^[a-z0-9]{20,32}$|^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
export const looksLikeUuid = (wanted: string): boolean => LIKE_UUID.test(wanted);

/**
 * The one of `all` that is meant by its uuid, or by a name that is its alone. Pure.
 * @throws Refusal with the candidates where several are meant, with the nearest names where none is; `list` is the
 * operation that lists them.
 */
export function meant<T extends Candidate>(kind: string, wanted: string, all: readonly T[], list: string): T {
  const exact = all.filter(({ uuid }) => uuid === wanted);
  const fitting = exact.length > 0 ? exact : all.filter(({ name }) => name === wanted);
  const [first, second] = fitting;
  if (first && !second) return first;
  if (first) {
    const told = fitting.slice(0, 10).map(({ uuid, name, where }) => `${name}${where ? ` in ${where}` : ''} (${uuid})`);
    throw new Refusal(
      'ambiguous',
      `${fitting.length} ${kind}s are called ${wanted}: ${told.join('; ')}.`,
      'Give the uuid.',
      {
        candidates: fitting.slice(0, 10).map(({ uuid, name }) => ({ uuid, name })),
      },
    );
  }
  const near = nearest(wanted, all);
  const next = near.length > 0 ? `There are ${near.join(', ')}.` : `List them with ${list}.`;
  throw new Refusal('not_found', `There is no ${kind} ${wanted.slice(0, 100)}.`, next);
}

function nearest(wanted: string, all: readonly Candidate[]): string[] {
  const text = wanted.toLowerCase();
  const close = (name: string) => name.includes(text) || text.includes(name) || name.startsWith(text.slice(0, 3));
  return [...new Set(all.map(({ name }) => name).filter((name) => close(name.toLowerCase())))].slice(0, 5);
}

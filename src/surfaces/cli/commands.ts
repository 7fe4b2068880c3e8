import type { Catalog, Found } from '../../gateway/catalog.ts';
import { type Flag, flagsOf } from './flags.ts';
import { nearest } from './nearest.ts';
import { UsageError } from './usage.ts';

/** What was asked for: an operation, under the name by which the gateway is to be called. */
export interface Command {
  /** The operation's name, or the alias that was typed. */
  name: string;
  found: Found;
  flags: Flag[];
}

/** The operations as nouns with verbs, in the order of the registry. */
export function nounsOf({ listed }: Catalog): Map<string, { verb: string; name: string; title: string }[]> {
  const nouns = new Map<string, { verb: string; name: string; title: string }[]>();
  for (const { operation } of listed) {
    const verbs = nouns.get(operation.noun) ?? [];
    verbs.push({ verb: operation.verb, name: operation.name, title: operation.title });
    nouns.set(operation.noun, verbs);
  }
  return nouns;
}

/** The noun as the registry has it: singular and plural are the same word. */
export function nounLike(catalog: Catalog, word: string): string | undefined {
  return [...nounsOf(catalog).keys()].find((noun) => noun === word || noun === `${word}s` || `${noun}s` === word);
}

export function hasVerb(catalog: Catalog, noun: string, verb: string): boolean {
  const like = nounLike(catalog, noun);
  return (
    like !== undefined &&
    nounsOf(catalog)
      .get(like)!
      .some((known) => known.verb === verb)
  );
}

/**
 * The command that the first words name, `<noun> <verb>` or an operation's name or alias, and what comes after them.
 * Throws {@link UsageError} with the nearest right one.
 */
export function findCommand(catalog: Catalog, argv: readonly string[]): { command: Command; rest: string[] } {
  const [first = '', second] = argv;
  const noun = nounLike(catalog, first);
  const verbs = noun === undefined ? [] : nounsOf(catalog).get(noun)!;
  const verb = verbs.find((known) => known.verb === second);
  if (verb) return { command: commandOf(catalog, verb.name), rest: argv.slice(2) };
  if (namesOf(catalog).includes(first)) return { command: commandOf(catalog, first), rest: argv.slice(1) };
  if (noun !== undefined)
    throw unknownVerb(
      noun,
      second,
      verbs.map((known) => known.verb),
    );
  const near = nearest(first, [...nounsOf(catalog).keys(), ...namesOf(catalog)]);
  throw new UsageError(
    `There is no command ${first}.`,
    near ? `Did you mean fairlead ${near}?` : 'See what there is: fairlead help.',
  );
}

export function commandOf(catalog: Catalog, name: string): Command {
  const found = catalog.find(name);
  return { name, found, flags: flagsOf(found.input) };
}

function unknownVerb(noun: string, verb: string | undefined, known: string[]): UsageError {
  const usage = `Usage: fairlead ${noun} ${known.join('|')}`;
  if (verb === undefined || verb.startsWith('-')) return new UsageError(`What is to be done with ${noun}?`, usage);
  const near = nearest(verb, known);
  return new UsageError(
    `${noun} has no verb ${verb}.`,
    near ? `Did you mean fairlead ${noun} ${near}? ${usage}` : usage,
  );
}

const namesOf = ({ listed }: Catalog): string[] =>
  listed.flatMap(({ operation }) => [operation.name, ...(operation.aliases ?? []).map(({ name }) => name)]);

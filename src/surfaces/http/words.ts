import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import type { Found, Listed } from '../../gateway/catalog.ts';
import { Refusal } from '../../refusal.ts';
import { type Flag, flagsOf, type Kind, positionalsOf } from '../cli/flags.ts';

/** Other words for arguments, by word. */
export type Names = Readonly<Record<string, string>>;

/** Made once for an operation: it takes the JSON Schema of its input. */
const flags = new WeakMap<Listed['operation'], Flag[]>();

function flagsFor({ operation, input }: Listed): Flag[] {
  const made = flags.get(operation) ?? flagsOf(input);
  flags.set(operation, made);
  return made;
}

/**
 * The arguments that the words of a command stand for: required texts in their order, anything as `--name value`,
 * `--name=value`, `--switch` or `--no-switch`. Throws {@link Refusal}, which never shows a value: it may be a secret.
 */
export function argumentsOfWords(found: Found, words: readonly string[], names: Names = {}): Record<string, unknown> {
  const known = flagsByWord(found, names);
  const typed = new Map<Flag, string[]>();
  const give = (flag: Flag, text: string) => typed.set(flag, [...(typed.get(flag) ?? []), text]);
  const { tokens } = parseArgs({ args: [...words], options: optionsOf(known), strict: false, tokens: true });
  const bare: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') bare.push(token.value);
    if (token.kind !== 'option') continue;
    const flag = known.get(token.name);
    const negated = token.name.startsWith('no-') ? known.get(token.name.slice(3)) : undefined;
    if (flag?.kind === 'switch') give(flag, token.value ?? 'true');
    else if (flag && token.value !== undefined) give(flag, token.value);
    else if (flag) throw wrong(found, `${token.rawName} needs a value.`);
    else if (negated?.kind === 'switch' && token.value === undefined) give(negated, 'false');
    else throw wrong(found, `${found.operation.name} has no argument ${token.rawName.slice(0, 80)}.`);
  }
  const open = positionalsOf(flagsFor(found)).filter((flag) => !typed.has(flag));
  for (const text of bare) {
    const flag = open.shift();
    if (!flag) throw wrong(found, 'There is a word too many.');
    give(flag, text);
  }
  return Object.fromEntries([...typed].map(([flag, texts]) => [flag.argument, valueFor(found, flag, texts)]));
}

/** The arguments that the query of an address stands for; a name given more than once is a list. */
export function argumentsOfQuery(found: Found, query: URLSearchParams): Record<string, unknown> {
  const known = flagsByWord(found, {});
  return Object.fromEntries(
    [...new Set(query.keys())].map((name) => {
      const flag = known.get(name);
      // What is not known goes on as it is: the gateway refuses it with the names there are.
      return flag ? [flag.argument, valueFor(found, flag, query.getAll(name))] : [name, query.get(name)];
    }),
  );
}

/** All words by which an argument may be given. What an argument is called itself goes before what others call it. */
function flagsByWord(found: Found, names: Names): Map<string, Flag> {
  const words = new Map<string, Flag>();
  const add = (word: string, flag: Flag | undefined) => {
    if (flag) for (const form of [word, word.replaceAll('_', '-')]) if (!words.has(form)) words.set(form, flag);
  };
  const own = new Map(flagsFor(found).map((flag) => [flag.argument, flag]));
  for (const [argument, flag] of own) add(argument, flag);
  const others = { ...names, ...found.operation.argumentNames, ...found.alias?.arguments };
  for (const [theirs, ours] of Object.entries(others)) add(theirs, own.get(ours));
  for (const flag of own.values()) add(flag.name, flag);
  return words;
}

function optionsOf(known: ReadonlyMap<string, Flag>): ParseArgsOptionsConfig {
  return Object.fromEntries(
    [...known].map(([word, { kind }]) => [
      word,
      { type: kind === 'switch' ? ('boolean' as const) : ('string' as const) },
    ]),
  );
}

function valueFor(found: Found, flag: Flag, texts: readonly string[]): unknown {
  const [only = ''] = texts;
  switch (flag.kind) {
    case 'list':
      return listIn(texts) ?? texts.map((text) => single(found, flag, flag.element, text));
    case 'pairs':
      return listIn(texts) ?? texts.map((text) => pair(found, flag, text)).map(([key, value]) => ({ key, value }));
    case 'record':
      return Object.fromEntries(texts.map((text) => pair(found, flag, text)));
    default:
      if (texts.length > 1) throw wrong(found, `${flag.argument} is given more than once.`);
      return single(found, flag, flag.kind, only);
  }
}

function single(found: Found, flag: Flag, kind: Kind, text: string): unknown {
  switch (kind) {
    case 'switch':
      if (text === 'true' || text === 'false') return text === 'true';
      throw wrong(found, `${flag.argument} is true or false.`);
    case 'number':
      if (text.trim() !== '' && !Number.isNaN(Number(text))) return Number(text);
      throw wrong(found, `${flag.argument} is a number.`);
    case 'text':
      return text;
    default:
      try {
        return JSON.parse(text);
      } catch {
        // The parser's words would show the text, in which a secret may stand.
        throw wrong(found, `${flag.argument} is JSON.`);
      }
  }
}

function pair(found: Found, flag: Flag, text: string): [key: string, value: string] {
  const at = text.indexOf('=');
  if (at < 1) throw wrong(found, `${flag.argument} is KEY=VALUE.`);
  return [text.slice(0, at), text.slice(at + 1)];
}

/** A whole list in one text, as JSON; undefined where it is none. */
function listIn([text = '', ...more]: readonly string[]): unknown[] | undefined {
  if (more.length > 0 || !text.trimStart().startsWith('[')) return undefined;
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? list : undefined;
  } catch {
    // What only begins like a list is a text as it stands.
    return undefined;
  }
}

const wrong = ({ input }: Listed, message: string): Refusal =>
  new Refusal('invalid_input', message, `The arguments are: ${Object.keys(input.shape).join(', ')}.`);

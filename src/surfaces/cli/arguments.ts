import { type ParseArgsOptionsConfig, parseArgs, parseEnv } from 'node:util';
import type { Command } from './commands.ts';
import { type Flag, type Kind, positionalsOf } from './flags.ts';
import { nearest } from './nearest.ts';
import type { ReadText } from './texts.ts';
import { UsageError } from './usage.ts';
import { usageLine } from './usageLine.ts';

/** What every command takes beside its own arguments; `--json` is read before all else. */
const SWITCHES = ['json', 'help'] as const;

/** Under the words the caller used; the gateway knows them. */
export type Arguments = Record<string, unknown>;

/** A flag under one of the words by which it may be given. */
interface Word {
  flag: Flag;
  argument: string;
}

/** What was typed, by word. */
type Typed = Map<Word, string[]>;

/** Makes an error that closes with the usage line. */
type Wrong = (message: string, next?: string) => UsageError;

/**
 * Reads the rest of a command line by the schema of its operation; 'help' where that was asked for.
 * Throws {@link UsageError}, which never shows a value: it may be a secret.
 */
export async function readArguments(
  command: Command,
  argv: readonly string[],
  readText: ReadText,
): Promise<Arguments | 'help'> {
  const wrong: Wrong = (message, next = '') => new UsageError(message, `${next}${next && ' '}${usageLine(command)}`);
  const typed = gather(command, argv, wrong);
  if (typed === 'help') return 'help';
  const values: Arguments = {};
  for (const [{ flag, argument }, texts] of typed) values[argument] = await valueFor(flag, texts, readText, wrong);
  return values;
}

function gather(command: Command, argv: readonly string[], wrong: Wrong): Typed | 'help' {
  const words = wordsOf(command);
  const typed: Typed = new Map();
  const give = (word: Word, text: string) => typed.set(word, [...(typed.get(word) ?? []), text]);
  const isGiven = (flag: Flag) => [...typed.keys()].some((word) => word.flag === flag);

  const { tokens, positionals: bare } = parseArgs({
    args: [...argv],
    options: optionsOf(words),
    strict: false,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind !== 'option' || token.name === 'json') continue;
    const { name, rawName, value, inlineValue } = token;
    if (name === 'help') return 'help';
    const negated = name.startsWith('no-') ? words.get(name.slice(3)) : undefined;
    const word = words.get(name);
    if (word?.flag.kind === 'switch') give(word, value ?? 'true');
    else if (word && (value === undefined || (!inlineValue && value.startsWith('--')))) {
      throw wrong(`${rawName} needs a value.`, `One that begins with -- is written ${rawName}=--….`);
    } else if (word) give(word, value!);
    else if (negated?.flag.kind === 'switch' && value === undefined) give(negated, 'false');
    else {
      const near = nearest(name, [...words.keys(), ...SWITCHES]);
      throw wrong(`${command.name} has no flag ${rawName}.`, near && `Did you mean --${near}?`);
    }
  }
  const positionals = positionalsOf(command.flags);
  const open = positionals.filter((flag) => !isGiven(flag));
  for (const text of bare) {
    const flag = open.shift();
    if (!flag) throw wrong('There is an argument too many.');
    give(words.get(flag.name)!, text);
  }
  const missing = command.flags.filter((flag) => flag.required && !isGiven(flag));
  if (missing.length > 0)
    throw wrong(
      `Missing: ${missing.map((flag) => (positionals.includes(flag) ? `<${flag.name}>` : `--${flag.name}`)).join(', ')}.`,
    );
  return typed;
}

/** All words that may be typed. What an argument is called itself goes before what others call it. */
function wordsOf({ flags, found }: Command): Map<string, Word> {
  const words = new Map<string, Word>();
  const add = (typed: string, word: Word) => {
    for (const form of [typed.replaceAll('_', '-'), typed]) if (!words.has(form)) words.set(form, word);
  };
  const own = new Map(flags.map((flag) => [flag.argument, { flag, argument: flag.argument }]));
  for (const [argument, word] of own) add(argument, word);
  for (const [theirs, ours] of Object.entries({ ...found.operation.argumentNames, ...found.alias?.arguments })) {
    const word = own.get(ours);
    if (word) add(theirs, { flag: word.flag, argument: theirs });
  }
  for (const word of own.values()) add(word.flag.name, word);
  for (const word of SWITCHES)
    if (words.has(word)) throw new Error(`${found.operation.name} may not have an argument ${word}`);
  return words;
}

function optionsOf(words: ReadonlyMap<string, Word>): ParseArgsOptionsConfig {
  const options: ParseArgsOptionsConfig = { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } };
  for (const [name, { flag }] of words) options[name] = { type: flag.kind === 'switch' ? 'boolean' : 'string' };
  return options;
}

/** The value that the typed texts stand for. */
async function valueFor(flag: Flag, typed: string[], readText: ReadText, wrong: Wrong): Promise<unknown> {
  const name = `--${flag.name}`;
  if (flag.kind === 'pairs') return pairsOf(typed, name, readText, wrong);
  if (flag.kind === 'record') {
    const pairs = await pairsOf(typed, name, readText, wrong);
    return Object.fromEntries(pairs.map(({ key, value }) => [key, value]));
  }
  const texts: string[] = [];
  for (const one of typed) texts.push(await readText(one, name));
  const [only = ''] = texts;
  if (flag.kind === 'list') {
    const whole = texts.length === 1 ? jsonArray(only) : undefined;
    return whole ?? texts.map((text) => single(flag, flag.element, text, wrong));
  }
  if (texts.length > 1) throw wrong(`${name} is given more than once.`);
  return single(flag, flag.kind, only, wrong);
}

function single(flag: Flag, kind: Kind, text: string, wrong: Wrong): unknown {
  const name = `--${flag.name}`;
  switch (kind) {
    case 'switch':
      if (text === 'true' || text === 'false') return text === 'true';
      throw wrong(`${name} is a switch.`, `Write ${name} or --no-${flag.name}.`);
    case 'number': {
      const number = Number(text);
      if (text.trim() === '' || Number.isNaN(number)) throw wrong(`${name} wants a number.`);
      return number;
    }
    case 'text': {
      if (flag.choices.length === 0 || flag.choices.includes(text)) return text;
      const near = nearest(text, flag.choices);
      throw wrong(`${name} is one of ${flag.choices.join(', ')}.`, near && `Did you mean ${near}?`);
    }
    default:
      try {
        return JSON.parse(text);
      } catch {
        throw wrong(`${name} wants JSON.`, `For instance ${name}='{"a": 1}', or ${name}=@file.json.`);
      }
  }
}

/** `KEY=VALUE` for each; or, as the only one, a whole list as JSON or in the form of an `.env` file. */
async function pairsOf(typed: string[], name: string, readText: ReadText, wrong: Wrong): Promise<Pair[]> {
  const [only = ''] = typed;
  if (typed.length === 1 && /^(@|-$|\[)/.test(only)) {
    const text = await readText(only, name);
    const pairs = jsonArray(text) ?? Object.entries(parseEnv(text)).map(([key, value]) => ({ key, value }));
    if (pairs.length > 0 || text.trim() === '[]') return pairs as Pair[];
    throw wrong(`${name} holds no KEY=VALUE, and no JSON list of {"key": …, "value": …}.`);
  }
  const pairs: Pair[] = [];
  for (const one of typed) {
    const at = one.indexOf('=');
    if (at < 1) throw wrong(`${name} wants KEY=VALUE.`, 'Or KEY=@file, KEY=-, so that a secret does not stand here.');
    const key = one.slice(0, at);
    pairs.push({ key, value: await readText(one.slice(at + 1), `${name} ${key}`) });
  }
  return pairs;
}

interface Pair {
  key: string;
  value: string;
}

function jsonArray(text: string): unknown[] | undefined {
  if (!text.trimStart().startsWith('[')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : undefined;
  } catch {
    // What only begins like a list is a text as it stands.
    return undefined;
  }
}

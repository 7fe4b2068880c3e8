import type { Catalog } from '../../gateway/catalog.ts';
import { type Command, nounLike, nounsOf } from './commands.ts';
import { EXIT } from './exit.ts';
import { type Flag, positionalsOf } from './flags.ts';
import { RUN_VERBS, RUNS_USAGE } from './runs.ts';
import { type Style, styleFor } from './terminal.ts';
import { typedForm, usageLine } from './usageLine.ts';

const PLAIN = styleFor({}, {});

const PROGRAMS = {
  mcp: 'Serves the operations as MCP tools over stdio.',
  runs: 'Runs, also those that were left: list, show, resume, undo, cancel.',
  doctor: 'Checks the way to Coolify and what the token may do, and says what to do about it.',
  help: 'This page; with a noun, or a noun and a verb, what they take.',
};

const EXIT_WORDS: Record<keyof typeof EXIT, string> = {
  success: 'success',
  failed: 'failed, or failed and taken back',
  usage: 'wrong usage',
  refused: 'refused, or blocked by a gate',
  pending: 'still going on',
  unreachable: 'Coolify cannot be reached',
  interrupted: 'interrupted',
};

/** `fairlead help`. */
export function overviewPage(catalog: Catalog, version: string, style: Style = PLAIN): string[] {
  const verbs = [...nounsOf(catalog)].map(([noun, known]) => [noun, known.map(({ verb }) => verb).join(', ')] as const);
  return [
    `fairlead ${version}: a self-hosted Coolify, operated with care: planned, carried out, verified, undone on failure.`,
    '',
    'Usage: fairlead <noun> <verb> [argument] [flags]',
    '',
    style.bold('What can be operated on'),
    ...aligned(verbs),
    '',
    style.bold('Beside that'),
    ...aligned(Object.entries(PROGRAMS)),
    '',
    style.bold('Flags of every command'),
    ...aligned([
      ['--json', 'One JSON document on standard output, and nothing else.'],
      ['--help', 'What the command takes.'],
      ['--dry-run', 'Only plan a change: steps, risks, impact.'],
      ['--plan ID', 'Carry out exactly the plan of a dry run.'],
      ['--server URL', 'Have a Fairlead server carry it out, with the key in FAIRLEAD_KEY.'],
      ['--yes', 'Agree to what a command destroys (--confirm-destructive).'],
    ]),
    '',
    'A value @file is read from the file, - from standard input, so that a secret need not stand on the command line.',
    `Exit codes: ${Object.entries(EXIT)
      .map(([name, code]) => `${code} ${EXIT_WORDS[name as keyof typeof EXIT]}`)
      .join('; ')}.`,
  ];
}

/** `fairlead <noun>`. */
export function nounPage(catalog: Catalog, noun: string, style: Style = PLAIN): string[] {
  const operations = catalog.listed.map(({ operation }) => operation).filter((operation) => operation.noun === noun);
  return [
    `Usage: fairlead ${noun} <verb> [argument] [flags]`,
    '',
    ...aligned(operations.map(({ verb, description }) => [style.bold(verb), firstSentence(description)])),
    '',
    `What a verb takes: fairlead ${noun} <verb> --help`,
  ];
}

/** `fairlead runs --help`. */
export function runsPage(catalog: Catalog, style: Style = PLAIN): string[] {
  const noun = nounLike(catalog, 'runs');
  const own = Object.entries(RUN_VERBS).map(([verb, what]) => [style.bold(verb), what] as const);
  return [RUNS_USAGE, '', ...aligned(own), ...(noun === undefined ? [] : ['', ...nounPage(catalog, noun, style)])];
}

/** `fairlead <noun> <verb> --help`. */
export function commandPage(command: Command, style: Style = PLAIN): string[] {
  const { operation } = command.found;
  const aliases = [operation.name, ...(operation.aliases ?? []).map(({ name }) => name)];
  const positionals = positionalsOf(command.flags);
  const row = (flag: Flag) =>
    [positionals.includes(flag) ? `<${flag.name}>, ${typedForm(flag)}` : typedForm(flag), describe(flag)] as const;
  return [
    style.bold(operation.title),
    operation.description,
    '',
    usageLine(command),
    ...(command.flags.length > 0 ? ['', ...aligned(command.flags.map(row))] : []),
    '',
    `Also: ${aliases.map((name) => `fairlead ${name}`).join(', ')}`,
  ];
}

function describe({ required, description, fallback, kind, secret, argument }: Flag): string {
  const notes = [
    ...(required ? ['required'] : []),
    ...(isNothing(fallback) ? [] : [`${JSON.stringify(fallback)} unless given`]),
    ...(kind === 'list' || kind === 'pairs' || kind === 'record' ? ['may be repeated'] : []),
    ...(kind === 'pairs' && argument.includes('env') ? ['or @.env'] : []),
    ...(secret ? ['secret: better @file or -'] : []),
  ];
  return [description, ...(notes.length > 0 ? [`(${notes.join('; ')})`] : [])].filter(Boolean).join(' ');
}

const isNothing = (value: unknown): boolean =>
  value === undefined || value === null || (Array.isArray(value) && value.length === 0);

const firstSentence = (text: string): string => text.match(/^.*?[.](?=\s|$)/s)?.[0] ?? text;

function aligned(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length), 0);
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`.trimEnd());
}

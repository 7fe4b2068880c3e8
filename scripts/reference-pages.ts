import { z } from 'zod';
import { catalogOf, type Listed } from '../src/gateway/catalog.ts';
import type { Effect, Operation } from '../src/operations/operation.ts';
import { registry } from '../src/operations/registry.ts';
import { commandOf } from '../src/surfaces/cli/commands.ts';
import { usageLine } from '../src/surfaces/cli/usageLine.ts';
import { answerSchema } from '../src/surfaces/mcp/answerSchema.ts';
import { type JsonSchema, jsonSchemaOf } from '../src/surfaces/mcp/jsonSchema.ts';

const MADE = '<!-- Made by `npm run docs` from the registry: change the operation, not this page. -->';

const EFFECTS: Record<Effect, string> = {
  read: 'reads',
  create: 'makes something new',
  change: 'changes what is there',
  destroy: 'destroys something: carried out by the `plan_id` of a plan that was shown, or with `confirm_destructive`',
};

const catalog = catalogOf(registry);

/** The reference by file name: a page a noun, and the one that leads to them. */
export function referencePages(): Map<string, string> {
  const nouns = Map.groupBy(catalog.listed, ({ operation }) => operation.noun);
  const pages = [...nouns].map(([noun, listed]) => [`${noun}.md`, pageOf(noun, listed)] as const);
  return new Map([['README.md', indexOf(nouns)], ...pages]);
}

function indexOf(nouns: ReadonlyMap<string, Listed[]>): string {
  const rows = [...nouns].flatMap(([noun, listed]) =>
    listed.map(({ operation: { verb, name, effect, title, description } }) => {
      const link = `[${title}](${noun}.md#${anchorOf(title)})`;
      return `| ${link} | \`${name}\` | \`fairlead ${noun} ${verb}\` | ${effect} | ${cell(firstSentence(description))} |`;
    }),
  );
  const change = catalog.listed.find(({ operation }) => operation.effect === 'destroy')!;
  const own = Object.keys(change.operation.input.shape);
  const controls = argumentRows(change).filter((row) => !own.some((name) => row.startsWith(`| \`${name}\``)));
  return page([
    '# Reference',
    'Everything that can be done. An operation is an MCP tool, a command, a REST route and a slash command, each made from the same definition.',
    table(['operation', 'tool', 'command', 'effect', ''], rows),
    '## Arguments of every change',
    table(['argument', 'takes', ''], controls),
    '## The answer of a change',
    'The same for every operation that does more than read; each page says what `details` holds on success. REST answers 200, 202 while it goes on, and 4xx or 5xx with this body where it failed.',
    table(['field', 'holds'], fieldRows(jsonSchemaOf(answerSchema, 'output'))),
  ]);
}

function pageOf(noun: string, listed: readonly Listed[]): string {
  return page([`# ${noun}`, ...listed.flatMap(operationPart)]);
}

function operationPart(listed: Listed): string[] {
  const { operation } = listed;
  const { noun, verb, name, title, description, effect, idempotent, aliases = [] } = operation;
  const also = aliases.length > 0 ? `; also ${aliases.map((alias) => code(alias.name)).join(', ')}` : '';
  const reads = effect === 'read';
  const own = Object.keys(operation.input.shape);
  const rows = argumentRows(listed).filter((row) => own.some((argument) => row.startsWith(`| \`${argument}\``)));
  const fields = fieldRows(jsonSchemaOf(operation.output, 'output'));
  return [
    `## ${title}`,
    description,
    [
      `- tool ${code(name)}${also}`,
      `- command ${code(usageLine(commandOf(catalog, name)).replace('Usage: ', ''))}`,
      `- REST ${code(`${reads ? 'GET' : 'POST'} /v1/${noun}/${verb}`)}, slash command ${code(`/mcp-coolify ${noun} ${verb}`)}`,
      `- ${EFFECTS[effect]}${!reads && idempotent ? '; done twice is done once' : ''}`,
    ].join('\n'),
    ...(rows.length > 0 ? [table(['argument', 'takes', ''], rows)] : ['No arguments.']),
    reads ? 'Answers with' : '`details` of the [answer](README.md#the-answer-of-a-change) on success',
    table(['field', 'holds'], fields),
  ];
}

function argumentRows({ operation, input }: Listed): string[] {
  const { properties = {}, required = [] } = z.toJSONSchema(input, { io: 'input' }) as Shape;
  return Object.entries(properties).map(([name, schema]) => {
    const others = otherNames(operation, name);
    const also = others.length > 0 ? `, also ${others.map(code).join(', ')}` : '';
    const fallback = isNothing(schema.default) ? '' : `; ${code(JSON.stringify(schema.default))} unless given`;
    const must = required.includes(name) ? '; required' : '';
    return `| ${code(name)}${also} | ${cell(`${typeOf(schema)}${must}${fallback}`)} | ${cell(schema.description ?? '')} |`;
  });
}

const otherNames = ({ argumentNames = {}, aliases = [] }: Operation, name: string): string[] => {
  const maps = [argumentNames, ...aliases.map((alias) => alias.arguments ?? {})];
  return [...new Set(maps.flatMap((names) => Object.keys(names).filter((theirs) => names[theirs] === name)))];
};

function fieldRows({ properties = {}, required = [] }: Shape): string[] {
  return Object.entries(properties).map(([name, schema]) => {
    const always = required.includes(name) ? '' : ', where there is one';
    const said = schema.description === undefined ? '' : `: ${schema.description}`;
    return `| ${code(name)} | ${cell(`${typeOf(schema)}${always}${said}`)} |`;
  });
}

interface Shape extends JsonSchema {
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: Shape[];
  items?: Shape;
  properties?: Record<string, Shape>;
  required?: string[];
  additionalProperties?: Shape | boolean;
  minimum?: number;
  maximum?: number;
  description?: string;
  default?: unknown;
  /** As an input field is marked: its value is sealed, or the user and password in it. */
  secret?: 'value' | 'url';
}

/** What a value may be, in words. */
function typeOf(schema: Shape): string {
  if (schema.enum) return schema.enum.map((choice) => code(String(choice))).join(' or ');
  if (schema.const !== undefined) return code(String(schema.const));
  if (schema.anyOf) return [...new Set(schema.anyOf.map(typeOf))].join(' or ');
  const types = [schema.type ?? []].flat();
  return types.length === 0 ? 'anything' : types.map((type) => nameOf(type, schema)).join(' or ');
}

function nameOf(type: string, schema: Shape): string {
  switch (type) {
    case 'string':
      return `text${schema.secret ? SECRETS[schema.secret] : ''}`;
    case 'integer':
      return `whole number${rangeOf(schema)}`;
    case 'number':
      return `number${rangeOf(schema)}`;
    case 'boolean':
      return 'true or false';
    case 'array':
      return `list of ${schema.items ? typeOf(schema.items) : 'anything'}`;
    case 'object':
      return objectOf(schema);
    default:
      return type;
  }
}

function objectOf({ properties = {}, additionalProperties }: Shape): string {
  const names = Object.keys(properties);
  if (names.length > 0) return `{ ${names.map(code).join(', ')} }`;
  return typeof additionalProperties === 'object' ? `object of ${typeOf(additionalProperties)} by name` : 'object';
}

const SECRETS = { value: ', kept as a secret', url: ', a user and password in it kept as a secret' };

const rangeOf = ({ minimum = -Infinity, maximum = Infinity }: Shape): string => {
  if (!Number.isSafeInteger(minimum) || minimum === Number.MIN_SAFE_INTEGER) return '';
  return maximum < Number.MAX_SAFE_INTEGER ? `, ${minimum} to ${maximum}` : `, ${minimum} or more`;
};

const isNothing = (value: unknown): boolean =>
  value === undefined || value === null || (Array.isArray(value) && value.length === 0);

const page = (parts: readonly string[]): string => `${[MADE, ...parts].join('\n\n')}\n`;
const table = (heads: readonly string[], rows: readonly string[]): string =>
  [`| ${heads.join(' | ')} |`, `|${heads.map(() => '---|').join('')}`, ...rows].join('\n');
const code = (text: string): string => `\`${text}\``;
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const firstSentence = (text: string): string => text.match(/^.*?[.](?=\s|$)/s)?.[0] ?? text;
/** As GitHub makes it. */
const anchorOf = (title: string): string =>
  title
    .toLowerCase()
    .replaceAll(/[^\w -]/g, '')
    .replaceAll(' ', '-');

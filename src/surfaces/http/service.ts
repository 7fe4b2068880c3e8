import type { Catalog, Found } from '../../gateway/catalog.ts';
import { COOLIFY_SERVICE } from './coolifyService.ts';
import { HttpProblem } from './problem.ts';
import { argumentsOfWords, type Names } from './words.ts';

/** One operation of a service, ready to be called. */
export interface ServiceCall {
  /** The operation's name, or the alias by which it was called. */
  name: string;
  arguments: Record<string, unknown>;
  /** What the answer shows of a read's output. */
  data: (output: Record<string, unknown>) => Record<string, unknown>;
}

export interface Service {
  /** An operation by name (`list-servers`, `list_servers`), its arguments as JSON. */
  byName(operation: string, args: Record<string, unknown>): ServiceCall;
  /** The words of a slash command: `servers list`, `list servers`, `list-servers`, then arguments. */
  byWords(words: readonly string[]): ServiceCall;
}

interface Target {
  /** The name of the operation in the registry, or an alias of it. */
  name: string;
  names: Names;
  data: ServiceCall['data'];
}

/** The service of that name. Throws a 404 with JSON-RPC's number for a service that is not there. */
export function serviceOf(name: string, coolify: Service): Service {
  if (name === 'coolify') return coolify;
  throw new HttpProblem(
    404,
    'not_found',
    `There is no service ${name.slice(0, 64)} here.`,
    'The services are: coolify.',
    {
      rpcCode: -32000,
    },
  );
}

/**
 * The service `coolify`: its own operations under their names, and every operation of the registry under its name, its
 * aliases, or noun and verb. The words are looked up in one table, made once.
 */
export function coolifyService(catalog: Catalog): Service {
  const targets = new Map<string, Target>();
  const add = (words: string, target: Target) => {
    if (!targets.has(words)) targets.set(words, target);
  };
  for (const { name, operation, arguments: names = {}, data = whole } of COOLIFY_SERVICE)
    for (const words of spellingsOf(name)) add(words, { name: operation, names, data });
  for (const { operation } of catalog.listed) {
    const { noun, verb, name, aliases = [] } = operation;
    for (const words of spellingsOf(`${verb}-${noun}`)) add(words, { name, names: {}, data: whole });
    for (const known of [name, ...aliases.map((alias) => alias.name)])
      add(normal(known), { name: known, names: {}, data: whole });
  }
  const known = new Set(
    catalog.listed.flatMap(({ operation: { name, aliases = [] } }) => [name, ...aliases.map((alias) => alias.name)]),
  );

  function find(words: string): { target: Target; found: Found } | undefined {
    const target = targets.get(normal(words));
    if (!target) return undefined;
    if (!known.has(target.name))
      throw new HttpProblem(
        400,
        'unsupported',
        `${words} is not there in this version.`,
        'See /v1/openapi.json for what there is.',
        {
          rpcCode: -32002,
        },
      );
    return { target, found: catalog.find(target.name) };
  }

  return {
    byName(operation, args) {
      const hit = find(operation);
      if (!hit) throw unknownOperation();
      const { name, names, data } = hit.target;
      return { name, arguments: renamed(args, hit.found, names), data };
    },
    byWords(words) {
      const [first = '', second = ''] = words;
      const two = find(`${first}-${second}`);
      const hit = two ?? find(first);
      if (!hit) throw unknownOperation();
      const { name, names, data } = hit.target;
      return { name, arguments: argumentsOfWords(hit.found, words.slice(two ? 2 : 1), names), data };
    },
  };
}

const whole = (output: Record<string, unknown>): Record<string, unknown> => output;

const normal = (words: string): string => words.toLowerCase().replaceAll('_', '-');

/** `list-servers` also as `servers-list`, and either with the noun in singular or plural. */
function spellingsOf(name: string): string[] {
  const [, verb, noun] = /^([^-]+)-(.+)$/.exec(normal(name)) ?? [];
  if (verb === undefined || noun === undefined) return [normal(name)];
  const nouns = [noun, noun.endsWith('s') ? noun.slice(0, -1) : `${noun}s`];
  return nouns.flatMap((each) => [`${verb}-${each}`, `${each}-${verb}`]);
}

/** What the operation knows by itself keeps its name. */
function renamed(args: Record<string, unknown>, { operation, input }: Found, names: Names): Record<string, unknown> {
  const isOurs = (word: string) =>
    Object.hasOwn(input.shape, word) || Object.hasOwn(operation.argumentNames ?? {}, word);
  return Object.fromEntries(
    Object.entries(args).map(([word, value]) => [
      !isOurs(word) && Object.hasOwn(names, word) ? names[word]! : word,
      value,
    ]),
  );
}

const unknownOperation = (): HttpProblem =>
  new HttpProblem(
    400,
    'unsupported',
    'The service coolify has no such operation.',
    `It has: ${COOLIFY_SERVICE.map(({ name }) => name).join(', ')}; and all of /v1/openapi.json.`,
    {
      rpcCode: -32002,
    },
  );

import { z } from 'zod';

/** How a flag's text becomes a value. */
export type Kind =
  | 'switch'
  | 'number'
  | 'text'
  /** Given once for each element. */
  | 'list'
  /** `KEY=VALUE`, given once for each element of a list of `{key, value}`. */
  | 'pairs'
  /** `KEY=VALUE`, given once for each entry of an object. */
  | 'record'
  | 'json';

export interface Flag {
  /** As it is typed, without the dashes. */
  name: string;
  /** The argument of the operation. */
  argument: string;
  kind: Kind;
  /** Of a list's elements. */
  element: Kind;
  required: boolean;
  description: string;
  /** What is taken where none is given; undefined when nothing is. */
  fallback: unknown;
  choices: readonly string[];
  /** The value is a secret, and should not stand on the command line. */
  secret: boolean;
}

/** The part of JSON Schema that tells how a value is typed on a command line. */
interface Shape {
  type?: string | string[];
  enum?: unknown[];
  items?: Shape;
  properties?: Record<string, Shape>;
  required?: string[];
  additionalProperties?: Shape | boolean;
  anyOf?: Shape[];
  description?: string;
  default?: unknown;
  secret?: string;
}

/** Shorter words for what goes with every change. */
const SHORT: Readonly<Record<string, string>> = { plan_id: 'plan', confirm_destructive: 'yes' };

/** One flag for each argument of an operation, in the order in which it declares them. */
export function flagsOf(input: z.ZodObject): Flag[] {
  const schema = z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }) as Shape;
  const required = new Set(schema.required);
  return Object.entries(schema.properties ?? {}).map(([argument, shape]) => ({
    name: SHORT[argument] ?? argument.replaceAll('_', '-'),
    argument,
    kind: kindOf(shape),
    element: shape.items ? kindOf(shape.items) : 'text',
    required: required.has(argument),
    description: shape.description ?? '',
    fallback: shape.default,
    choices: (shape.enum ?? shape.items?.enum ?? []).filter((choice) => typeof choice === 'string'),
    secret: holdsSecret(shape),
  }));
}

/** The arguments that may be given without their flags, in this order: required texts, secrets excepted. */
export const positionalsOf = (flags: readonly Flag[]): Flag[] =>
  flags.filter(({ required, kind, secret }) => required && kind === 'text' && !secret);

function kindOf(shape: Shape): Kind {
  const types = typesOf(shape);
  if (types.has('string')) return 'text';
  if (types.size !== 1) return 'json';
  if (types.has('boolean')) return 'switch';
  if (types.has('number') || types.has('integer')) return 'number';
  if (types.has('array')) return isPair(shape.items) ? 'pairs' : 'list';
  return isRecord(shape) ? 'record' : 'json';
}

function typesOf({ type, enum: choices, anyOf }: Shape): Set<string> {
  const types = type ?? anyOf?.flatMap((shape) => [...typesOf(shape)]) ?? choices?.map((choice) => typeof choice) ?? [];
  return new Set([types].flat().filter((name) => name !== 'null'));
}

const isPair = (shape: Shape | undefined): boolean =>
  Object.keys(shape?.properties ?? {})
    .sort()
    .join() === 'key,value';

const isRecord = ({ properties, additionalProperties }: Shape): boolean =>
  properties === undefined && typeof additionalProperties === 'object' && kindOf(additionalProperties) === 'text';

const holdsSecret = (shape: Shape): boolean =>
  shape.secret === 'value' ||
  (shape.items !== undefined && holdsSecret(shape.items)) ||
  Object.values(shape.properties ?? {}).some(holdsSecret);

import type { z } from 'zod';
import { CoolifyError } from './error.ts';
import { bound } from './fields.ts';
import type { Method, Outgoing, Transport } from './transport.ts';
import { OLDEST } from './version.ts';

/** For calls that every Coolify answers and that the version itself is read with. */
export const ALWAYS = '0.0.0';

type Choice<List extends string> = List extends `${infer First}|${infer Rest}` ? First | Choice<Rest> : List;
type Param<Name extends string> = Name extends `${string}:int`
  ? number
  : Name extends `${string}:${infer List}`
    ? Choice<List>
    : string;
/** The placeholders of a path, in their order. */
type Params<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? [Param<Name>, ...Params<Rest>]
  : [];

type Scalars = Record<string, string | number | boolean | undefined>;

export interface CallOptions {
  signal?: AbortSignal;
}

export interface Spec {
  method: Method;
  /** With placeholders: `{uuid}` any id, `{id:int}` a number, `{on:applications|services}` one of these. */
  path: string;
  /** The first Coolify that has it. */
  since: string;
  /** What the object among the arguments becomes. */
  takes?: 'query' | 'body';
  slow: boolean;
  /** The answer is text, not JSON. */
  text: boolean;
  /** Fields of the body that go out in base64. */
  base64: readonly string[];
  answer: z.ZodType;
}

/** A call to Coolify: a function of the transport, and the facts it is made from. */
export interface Endpoint<Args extends unknown[], Result> {
  (transport: Transport, ...args: [...Args, options?: CallOptions]): Promise<Result>;
  readonly spec: Spec;
}

/** What may be left out may be given as undefined too. */
type Given<T> = T extends readonly unknown[]
  ? T
  : T extends unknown
    ? { [K in keyof T]: Record<never, never> extends Pick<T, K> ? T[K] | undefined : T[K] }
    : never;

/** Optional where everything in it is. */
type Input<T> = Record<never, never> extends T ? [input?: Given<T>] : [input: Given<T>];

/** Every field that any member of a union has. */
type FieldOf<T> = T extends unknown ? keyof T & string : never;

/** An endpoint being described: `Ids` fill its path in order, `Last` is the one object that goes with them. */
interface Draft<Ids extends unknown[], Last extends unknown[] = []> {
  /** What goes after the question mark. Only where Coolify reads it there: elsewhere it counts as a field of the body. */
  query<Q extends object>(): Draft<Ids, Input<Q>>;
  /** What is sent. Fields named in `base64` are given as plain text and encoded here, as they come back as plain text. */
  body<B extends object>(options?: { base64: readonly FieldOf<B>[] }): Draft<Ids, Input<B>>;
  since(version: string): Draft<Ids, Last>;
  /** Coolify asks someone else (GitHub, a server over SSH) before it answers. */
  slow(): Draft<Ids, Last>;
  /** What comes back, and what is made of it where its own form is no answer to the question. */
  answers<S extends z.ZodType>(answer: S): Endpoint<[...Ids, ...Last], z.output<S>>;
  answers<S extends z.ZodType, R>(answer: S, read: (answer: z.output<S>) => R): Endpoint<[...Ids, ...Last], R>;
  answersText<S extends z.ZodType>(answer: S): Endpoint<[...Ids, ...Last], z.output<S>>;
}

export const get = <P extends string>(path: P) => draft<Params<P>>(bare('GET', path));
export const post = <P extends string>(path: P) => draft<Params<P>>(bare('POST', path));
export const patch = <P extends string>(path: P) => draft<Params<P>>(bare('PATCH', path));
export const put = <P extends string>(path: P) => draft<Params<P>>(bare('PUT', path));
export const del = <P extends string>(path: P) => draft<Params<P>>(bare('DELETE', path));

type Unanswered = Omit<Spec, 'answer'>;

const bare = (method: Method, path: string): Unanswered => ({
  method,
  path,
  since: OLDEST,
  slow: false,
  text: false,
  base64: [],
});

function draft<Ids extends unknown[], Last extends unknown[] = []>(spec: Unanswered): Draft<Ids, Last> {
  return {
    query: () => draft({ ...spec, takes: 'query' }),
    body: (options) => draft({ ...spec, takes: 'body', base64: options?.base64 ?? [] }),
    since: (since) => draft({ ...spec, since }),
    slow: () => draft({ ...spec, slow: true }),
    answers: <S extends z.ZodType, R = z.output<S>>(answer: S, read?: (answer: z.output<S>) => R) =>
      endpoint<[...Ids, ...Last], S, R>({ ...spec, answer }, answer, read),
    answersText: (answer) => endpoint({ ...spec, text: true, answer }, answer),
  };
}

function endpoint<Args extends unknown[], S extends z.ZodType, R = z.output<S>>(
  spec: Spec,
  schema: S,
  read?: (answer: z.output<S>) => R,
): Endpoint<Args, R> {
  const ids = (spec.path.match(/\{/g) ?? []).length;
  const call = async (transport: Transport, ...args: unknown[]): Promise<R> => {
    const input = spec.takes ? (args[ids] as Record<string, unknown> | undefined) : undefined;
    const { signal } = (args[ids + (spec.takes ? 1 : 0)] ?? {}) as CallOptions;
    const outgoing: Outgoing = {
      method: spec.method,
      route: spec.path,
      path: fill(spec, args),
      slow: spec.slow,
      ...(spec.takes === 'query' && input ? { query: input as Scalars } : {}),
      ...(spec.takes === 'body' ? { body: encode(input ?? {}, spec.base64) } : {}),
    };
    if (spec.since !== ALWAYS) await transport.admit(spec.since, outgoing, signal);
    const answer = await transport.exchange(outgoing, signal);
    const parsed = schema.safeParse(spec.text ? answer.text : answer.json);
    if (!parsed.success)
      throw new CoolifyError({
        kind: 'unexpected_answer',
        sent: 'answered',
        status: answer.status,
        request: { method: spec.method, path: transport.strike(outgoing.path) },
        message: bound(
          transport.strike(`Coolify answered ${answer.status} in an unexpected form: ${mismatch(parsed.error)}.`),
          500,
        ),
      });
    return read ? read(parsed.data) : (parsed.data as R);
  };
  return Object.assign(call, { spec });
}

/** Where the answer departs from what is known, without any value of it. */
function mismatch(error: z.ZodError): string {
  const told = error.issues.slice(0, 3).map((issue) => {
    const wanted = 'expected' in issue ? `${issue.expected} expected` : issue.code;
    return `${issue.path.map(String).join('.') || 'the whole'}: ${wanted}`;
  });
  return told.join('; ');
}

/**
 * Fills the placeholders of a path. An id that Coolify cannot have (empty, `.`, `..`, with a slash) would be read as another
 * path, and a word in the place of a number is a 500 there, so neither is sent.
 */
function fill(spec: Spec, args: readonly unknown[]): string {
  let place = 0;
  return spec.path.replace(/\{([^}:]+)(?::([^}]+))?\}/g, (_, name: string, form: string | undefined) => {
    const value = args[place++];
    const refuse = (sentence: string) =>
      new CoolifyError({
        kind: 'invalid',
        sent: 'no',
        request: { method: spec.method, path: spec.path },
        message: `${name}: ${sentence}`,
        fields: { [name]: [sentence] },
      });
    if (form === 'int') {
      if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return String(value);
      throw refuse('a whole number is needed here.');
    }
    if (form !== undefined && !form.split('|').some((choice) => choice === value))
      throw refuse(`one of ${form.replaceAll('|', ', ')} is needed here.`);
    if (typeof value !== 'string' || value === '' || value === '.' || value === '..' || /[/\\]/.test(value))
      throw refuse('an id or a name without slashes is needed here.');
    return encodeURIComponent(value);
  });
}

function encode(body: Record<string, unknown>, base64: readonly string[]): Record<string, unknown> {
  const encoded = { ...body };
  for (const field of base64) {
    const text = encoded[field];
    if (typeof text === 'string') encoded[field] = Buffer.from(text, 'utf8').toString('base64');
  }
  return encoded;
}

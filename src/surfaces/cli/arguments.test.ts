import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { catalogOf } from '../../gateway/catalog.ts';
import { defineOperation, SECRET, steps } from '../../operations/operation.ts';
import { readArguments } from './arguments.ts';
import { commandOf } from './commands.ts';
import { textReader } from './texts.ts';

const input = z.object({
  name: z.string(),
  count: z.number(),
  token: z.string().meta(SECRET).optional(),
  no_cache: z.boolean().optional(),
  force: z.boolean().default(false),
  kind: z.enum(['round', 'square']).optional(),
  maybe: z.string().nullable().optional(),
  labels: z.array(z.string()).optional(),
  sizes: z.array(z.number()).optional(),
  env_vars: z.array(z.object({ key: z.string(), value: z.string() })).optional(),
  tags: z.record(z.string(), z.string()).optional(),
  limits: z.object({ memory: z.string(), more: z.array(z.number()) }).optional(),
});
type Input = z.input<typeof input>;

const command = commandOf(
  catalogOf([
    defineOperation({
      noun: 'thing',
      verb: 'make',
      name: 'make_thing',
      title: 'Thing: Make',
      description: '',
      effect: 'destroy',
      idempotent: false,
      input,
      output: z.object({}),
      aliases: [{ name: 'make_stuff', arguments: { how_many: 'count' } }],
      argumentNames: { id: 'name' },
      look: async () => null,
      plan: () => steps({}),
    }),
  ]),
  'make_stuff',
);

const read = (argv: string[], stdin = '') => readArguments(command, argv, textReader(Readable.from([stdin])));

/** `-` alone would be standard input, for which the command line has no other spelling than a file. */
const text = fc.string({ unit: 'binary' }).filter((value) => value !== '-');
const key = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.]{0,20}$/).filter((value) => value !== '__proto__');
const number = fc.double({ noNaN: true }).map((value) => (Object.is(value, -0) ? 0 : value));
const pair = fc.record({ key, value: text }, { noNullPrototype: true });

const inputs: fc.Arbitrary<Input> = fc.record(
  {
    name: text,
    count: number,
    token: text,
    no_cache: fc.boolean(),
    force: fc.boolean(),
    kind: fc.constantFrom('round', 'square'),
    maybe: text,
    labels: fc.array(text),
    sizes: fc.array(number, { minLength: 1 }),
    env_vars: fc.array(pair),
    tags: fc.dictionary(key, text, { minKeys: 1, noNullPrototype: true }),
    limits: fc.record({ memory: text, more: fc.array(fc.integer()) }, { noNullPrototype: true }),
  },
  { requiredKeys: ['name', 'count'], noNullPrototype: true },
);

/** How a person would have to type it. */
function argvOf(values: Input): string[] {
  const typed = (value: string) => (value.startsWith('@') ? `@${value}` : value);
  return Object.entries(values).flatMap(([argument, value]) => {
    const flag = `--${argument.replaceAll('_', '-')}`;
    if (typeof value === 'boolean') return [value ? flag : `--no-${flag.slice(2)}`];
    if (typeof value === 'string') return [`${flag}=${typed(value)}`];
    if (argument === 'limits') return [flag, JSON.stringify(value)];
    if (argument === 'tags') return Object.entries(value as object).map(([k, v]) => `${flag}=${k}=${typed(v)}`);
    if (!Array.isArray(value)) return [flag, String(value)].join('=');
    // A list of none, and one whose only element looks like a list, are given whole.
    if (value.length === 0 || String(value[0]).trimStart().startsWith('[')) return [flag, JSON.stringify(value)];
    return value.map(
      (one) => `${flag}=${typeof one === 'object' ? `${one.key}=${typed(one.value)}` : typed(String(one))}`,
    );
  });
}

describe('readArguments', () => {
  it('gives back any input that was typed', async () => {
    await fc.assert(
      fc.asyncProperty(inputs, async (values) => {
        expect(await read(argvOf(values))).toEqual(values);
      }),
      { numRuns: 300 },
    );
  });

  it('never throws anything but a usage error, and never shows a value in it', async () => {
    const words = fc.constantFrom(
      '--count',
      '--env-vars',
      '--labels',
      '--force',
      '--no-force',
      '--limits',
      '--wrong',
      '--',
      '-x',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(words, fc.constant('s3cret-v4lue'))), async (argv) => {
        try {
          await read(argv);
        } catch (error) {
          expect(error).toMatchObject({ name: 'UsageError' });
          expect(JSON.stringify([(error as Error).message, error])).not.toContain('s3cret-v4lue');
        }
      }),
      { numRuns: 300 },
    );
  });

  it('takes the first required text without its flag, but no secret', async () => {
    expect(await read(['blue', '--count', '-3'])).toEqual({ name: 'blue', count: -3 });
    expect(await read(['--count=3', '--', '--blue'])).toEqual({ name: '--blue', count: 3 });
    await expect(read(['blue', 'hunter2', '--count', '3'])).rejects.toThrow('an argument too many');
  });

  it("takes others' words for an argument, in either spelling", async () => {
    expect(await read(['--id', 'blue', '--how-many', '3'])).toEqual({ id: 'blue', how_many: 3 });
    expect(await read(['--name', 'blue', '--how_many=3', '--no_cache'])).toEqual({
      name: 'blue',
      how_many: 3,
      no_cache: true,
    });
  });

  it('takes the controls under their short words', async () => {
    const argv = ['blue', '--count', '1', '--dry-run', '--plan', 'plan-1-a', '--yes', '--json'];
    const controls = { dry_run: true, plan_id: 'plan-1-a', confirm_destructive: true };
    expect(await read(argv)).toEqual({ name: 'blue', count: 1, ...controls });
  });

  it('reads variables from an .env file, and from JSON', async () => {
    const asked = ['blue', '--count', '1', '--env-vars', '-'];
    const env_vars = [
      { key: 'A', value: '1' },
      { key: 'B', value: 'two words' },
    ];
    expect(await read(asked, 'A=1\n# not this\nB="two words"\n')).toMatchObject({ env_vars });
    expect(await read(asked, JSON.stringify(env_vars))).toMatchObject({ env_vars });
    await expect(read(asked, 'nothing of the kind')).rejects.toThrow('holds no KEY=VALUE');
  });

  it('reads standard input once', async () => {
    await expect(read(['-', '--count', '1', '--token', '-'])).rejects.toThrow('both read standard input');
    expect(await read(['-', '--count', '1'], 'blue\r\n')).toEqual({ name: 'blue', count: 1 });
  });
});

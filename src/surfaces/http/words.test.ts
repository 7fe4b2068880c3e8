import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { catalogOf } from '../../gateway/catalog.ts';
import { defineOperation, SECRET, steps } from '../../operations/operation.ts';
import { argumentsOfQuery, argumentsOfWords } from './words.ts';

const operation = defineOperation({
  noun: 'boat',
  verb: 'build',
  name: 'build_boat',
  title: 'Boat: Build',
  description: 'Builds a boat.',
  effect: 'change',
  idempotent: false,
  input: z.object({
    name: z.string(),
    yard: z.string(),
    lock_code: z.string().meta(SECRET),
    masts: z.int().optional(),
    fast: z.boolean().optional(),
    sails: z.array(z.string()).optional(),
    sizes: z.array(z.int()).optional(),
    flags: z.array(z.object({ key: z.string(), value: z.string() })).optional(),
    papers: z.record(z.string(), z.string()).optional(),
    hull: z.object({ length: z.number() }).optional(),
  }),
  output: z.object({}),
  aliases: [{ name: 'lay_keel', arguments: { ship: 'name' } }],
  argumentNames: { id: 'name' },
  look: async () => null,
  plan: () => steps({}),
});
const catalog = catalogOf([operation]);
const found = catalog.find('build_boat');
const read = (...words: string[]) => argumentsOfWords(found, words);
const query = (text: string) => argumentsOfQuery(found, new URLSearchParams(text));

describe('the words of a command', () => {
  it('stand for required texts in their order, secrets excepted', () => {
    expect(read('ann', 'north')).toEqual({ name: 'ann', yard: 'north' });
    expect(read('--name', 'ann', 'north', '--lock-code=x')).toEqual({ name: 'ann', yard: 'north', lock_code: 'x' });
    expect(() => read('ann', 'north', 'code')).toThrow('a word too many');
  });

  it.each([
    [['--masts', '3'], { masts: 3 }],
    [['--fast'], { fast: true }],
    [['--no-fast'], { fast: false }],
    [['--dry-run', '--plan=plan-1-a'], { dry_run: true, plan_id: 'plan-1-a' }],
    [['--sails', 'jib', '--sails', 'main'], { sails: ['jib', 'main'] }],
    [['--sails', '["jib","main"]'], { sails: ['jib', 'main'] }],
    [['--sizes=1', '--sizes=2'], { sizes: [1, 2] }],
    [['--flags', 'UP=1=2'], { flags: [{ key: 'UP', value: '1=2' }] }],
    [['--papers', 'a=b', '--papers', 'c='], { papers: { a: 'b', c: '' } }],
    [['--hull', '{"length":7}'], { hull: { length: 7 } }],
    [['--id', 'ann'], { name: 'ann' }],
    [['--lock_code', 'x'], { lock_code: 'x' }],
    [['--', '--fast'], { name: '--fast' }],
  ])('%j', (words, args) => {
    expect(read(...words)).toEqual(args);
  });

  it.each([
    [['--masts', 'sesame'], /masts is a number/],
    [['--masts'], /--masts needs a value/],
    [['--fast=sesame'], /fast is true or false/],
    [['--name', 'a', '--name', 'sesame'], /name is given more than once/],
    [['--hull', '{sesame'], /hull is JSON/],
    [['--flags', 'sesame'], /flags is KEY=VALUE/],
    [['--speed', 'sesame'], /no argument --speed/],
    [['-v'], /no argument -v/],
  ])('%j is refused, without the value', (words, told) => {
    expect(() => read(...words)).toThrow(told);
    expect(() => read(...words)).not.toThrow(/sesame/);
  });

  it('take the words of an alias and of a service', () => {
    expect(argumentsOfWords(catalog.find('lay_keel'), ['--ship', 'ann'])).toEqual({ name: 'ann' });
    expect(argumentsOfWords(found, ['--uuid', 'ann'], { uuid: 'name' })).toEqual({ name: 'ann' });
  });

  it('give back any text that is put in', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.array(fc.string().filter((text) => !text.trimStart().startsWith('['))),
        (name, sails) => {
          const words = [`--name=${name}`, ...sails.map((sail) => `--sails=${sail}`)];
          expect(read(...words)).toEqual({ name, ...(sails.length > 0 && { sails }) });
        },
      ),
    );
  });
});

describe('a query', () => {
  it('gives the same values, and hands on what it does not know', () => {
    expect(query('id=ann&masts=2&fast=false&sails=jib&sails=main&speed=9')).toEqual({
      name: 'ann',
      masts: 2,
      fast: false,
      sails: ['jib', 'main'],
      speed: '9',
    });
    expect(() => query('masts=many')).toThrow('masts is a number');
  });
});

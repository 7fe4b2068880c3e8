import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bound, normaliseFields, WHOLE_REQUEST } from './fields.ts';

describe('normaliseFields', () => {
  test.each([
    ['an object of arrays', { name: ['Too short.', 'Not text.'] }, { name: ['Too short.', 'Not text.'] }],
    ['an object of texts', { public_port: 'Out of range.' }, { public_port: ['Out of range.'] }],
    ['names of unknown fields', ['colour'], { colour: ['This field is not allowed.'] }],
    ['sentences', ['Invalid URL: ftp://x'], { [WHOLE_REQUEST]: ['Invalid URL: ftp://x'] }],
    ['one text', 'No.', { [WHOLE_REQUEST]: ['No.'] }],
    ['items of a list', { data: [{ key: ['Needed.'] }] }, { 'data.key': ['Needed.'] }],
    ['nothing', undefined, {}],
    ['null', null, {}],
  ])('%s', (_, errors, expected) => {
    expect(normaliseFields(errors)).toEqual(expected);
  });

  test('whatever comes, the form is one and bounded', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.anything(),
          fc.json().map((text) => JSON.parse(text)),
        ),
        (errors) => {
          const fields = normaliseFields(errors);
          const entries = Object.entries(fields);
          expect(entries.length).toBeLessThanOrEqual(50);
          for (const [field, sentences] of entries) {
            expect(field.length).toBeLessThanOrEqual(1_300);
            expect(sentences.length).toBeGreaterThan(0);
            expect(sentences.length).toBeLessThanOrEqual(10);
            for (const sentence of sentences) expect(sentence.length).toBeLessThanOrEqual(300);
          }
        },
      ),
    );
  });

  test('the form Coolify sends most passes unchanged', () => {
    const sentence = fc.string({ minLength: 1, maxLength: 300 });
    const errors = fc.dictionary(
      fc.string({ minLength: 1, maxLength: 30 }),
      fc.array(sentence, { minLength: 1, maxLength: 10 }),
      {
        maxKeys: 50,
      },
    );
    fc.assert(
      fc.property(errors, (given) => {
        expect(normaliseFields(given)).toEqual({ ...given });
      }),
    );
  });

  test('a field called __proto__ is a field', () => {
    const fields = normaliseFields(JSON.parse('{"__proto__":["No."]}'));
    expect(Object.keys(fields)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(fields)).toBe(Object.prototype);
  });

  test('what must not be told is struck out of names and sentences, before anything is cut', () => {
    const secret = 's3cret-value';
    const strike = (text: string) => text.replaceAll(secret, '***');
    const long = `${'x'.repeat(294)}${secret}`;
    const told = JSON.stringify(normaliseFields({ [secret]: [`was ${secret}`, long], list: [secret] }, strike));
    expect(told).not.toContain('s3cret');
  });
});

test('bound cuts visibly', () => {
  expect(bound('four', 4)).toBe('four');
  expect(bound('fives', 4)).toBe('fiv…');
});

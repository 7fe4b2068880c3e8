import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createStriker, STRUCK } from './strike.ts';
import { worthStriking } from './worth.ts';

const knowing = (...values: string[]) => {
  const striker = createStriker();
  for (const value of values) striker.learn('password', value);
  return striker;
};

describe('the values learned', () => {
  // Few letters, and those of the mark: so that secrets meet, overlap, contain each other and make new ones.
  const letter = fc.constantFrom(...'ab[]secrt');
  const few = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 3 });
  const cut = fc.nat({ max: STRUCK.length });
  const besideMark = fc.oneof(
    fc.tuple(few, cut).map(([text, end]) => text + STRUCK.slice(0, end)),
    fc.tuple(few, cut).map(([text, start]) => STRUCK.slice(start) + text),
  );
  const secret = fc
    .oneof(
      besideMark,
      fc.string({ unit: letter, minLength: 4, maxLength: 8 }),
      fc.string({ unit: 'binary', minLength: 4 }),
    )
    .filter((value) => worthStriking('password', value) && !STRUCK.includes(value) && !STRUCK.includes(value.trim()));
  const filler = fc.oneof(few, fc.string({ unit: letter }), fc.string({ unit: 'binary' }), fc.constant(STRUCK));
  const planted = fc.array(secret, { minLength: 1, maxLength: 6 }).chain((secrets) =>
    fc.record({
      secrets: fc.constant(secrets),
      text: fc.array(fc.oneof(filler, fc.constantFrom(...secrets))).map((parts) => parts.join('')),
    }),
  );

  it('are in no text that was struck, and striking it again changes nothing', () => {
    fc.assert(
      fc.property(planted, ({ secrets, text }) => {
        const { strike } = knowing(...secrets);
        const struck = strike(text);
        for (const value of secrets) expect(struck).not.toContain(value);
        expect(strike(struck)).toBe(struck);
      }),
      { numRuns: 2000 },
    );
  });

  it('are in no JSON value that was struck, neither in strings nor in keys', () => {
    fc.assert(
      fc.property(planted, fc.jsonValue({ maxDepth: 3 }), ({ secrets, text }, json) => {
        const { strikeDeep } = knowing(...secrets);
        const strings: string[] = [];
        const collect = (value: unknown): void => {
          if (typeof value === 'string') strings.push(value);
          else if (Array.isArray(value)) value.forEach(collect);
          else if (typeof value === 'object' && value !== null) {
            for (const [key, inner] of Object.entries(value)) {
              strings.push(key);
              collect(inner);
            }
          }
        };
        collect(strikeDeep({ [text]: [json, { inner: text, null: null, number: 1.5 }] }));
        for (const value of secrets) for (const string of strings) expect(string).not.toContain(value);
      }),
    );
  });

  it('are the only thing that is taken out', () => {
    fc.assert(
      fc.property(fc.array(secret), fc.string({ unit: fc.constantFrom(...'xyz 0189-\n') }), (secrets, text) => {
        expect(knowing(...secrets).strike(text)).toBe(text);
      }),
    );
  });
});

it('one inside another, or overlapping it, shows nothing of either', () => {
  expect(knowing('abcd', 'xxabcdyy').strike('1 xxabcdyy 2 abcd 3')).toBe('1 [secret] 2 [secret] 3');
  expect(knowing('abcdef', 'defghi').strike('1 abcdefghi 2')).toBe('1 [secret] 2');
  expect(knowing('xyzxyz', 'ab[s').strike('abxyzxyz')).toBe('[secret]');
  expect(knowing('abcdef').strike('abcdefabcdef')).toBe('[secret][secret]');
});

it('a value is found however programs write it', () => {
  const value = 'p"a/s s\nwörd+1';
  const { strike } = knowing(value);
  const inJson = JSON.stringify({ value });
  const written = [
    `?q=${encodeURIComponent(value)}&`,
    `?${new URLSearchParams({ q: value })}&`,
    inJson,
    JSON.stringify({ log: inJson }),
    '{"value":"p\\"a\\/s s\\nw\\u00f6rd+1"}',
    Buffer.from(value).toString('base64'),
    Buffer.from(value).toString('base64url'),
  ];
  for (const text of written) expect(strike(text)).toMatch(/\[secret\]/);
  for (const before of ['', 'u:', 'us:', 'usr:']) {
    const struck = strike(Buffer.from(`${before}${value}:after`).toString('base64'));
    expect(Buffer.from(struck.replace(STRUCK, ''), 'base64').length).toBeLessThan(before.length + ':after'.length + 4);
  }
});

it('each long line of a private key is known by itself, and its edges are not', () => {
  const lines = [randomBytes(48), randomBytes(48), randomBytes(16)].map((bytes) => bytes.toString('base64'));
  const { strike } = knowing(['-----BEGIN PRIVATE KEY-----', ...lines, '-----END PRIVATE KEY-----', ''].join('\n'));
  expect(strike(`log: ${lines[1]}\nlog: ${lines[2]}`)).toBe('log: [secret]\nlog: [secret]');
  expect(strike('-----BEGIN PRIVATE KEY-----')).toBe('-----BEGIN PRIVATE KEY-----');
});

it('of a URL the password is known by itself, as written and as meant, and a token in the place of the user', () => {
  const striker = createStriker();
  striker.learn('DATABASE_URL', 'postgres://shopkeeper:p%40ss%2Fword@db:5432/shop');
  striker.learn('REPO', 'https://ghp_16C7e42F292c6912E7710c838347Ae178B4a@github.com/acme/shop');
  expect(striker.strike('p%40ss%2Fword p@ss/word shopkeeper')).toBe('[secret] [secret] shopkeeper');
  expect(striker.strike('user ghp_16C7e42F292c6912E7710c838347Ae178B4a')).toBe('user [secret]');
  striker.learn('', 'oauth2:7Zx2Qm49LkTr8WvB3nYp');
  expect(striker.strike('token 7Zx2Qm49LkTr8WvB3nYp, oauth2')).toBe('token [secret], oauth2');
  expect(striker.strike('github.com/acme/shop')).toBe('github.com/acme/shop');
});

it('is quick with thousands of values', () => {
  const values = Array.from({ length: 3000 }, () => randomBytes(24).toString('base64'));
  const { strike } = knowing(...values);
  const lines = Array.from({ length: 5000 }, (_, i) => `2026-01-01T00:00:00Z GET /orders/${i} token=${values[i]} 200`);
  const text = lines.join('\n');
  const begun = performance.now();
  const struck = strike(text);
  expect(performance.now() - begun).toBeLessThan(3000);
  expect(struck.match(/\[secret\]/g)).toHaveLength(3000);
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonical, differences } from './digest.ts';

const json = fc.jsonValue({ maxDepth: 4 });

/** The same value with its keys in another order. */
function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([k, v]) => [k, shuffled(v)]),
  );
}

describe('the digest', () => {
  it('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(canonical(shuffled(value))).toBe(canonical(value));
      }),
    );
  });

  it('moves exactly when something differs, and then says where', () => {
    fc.assert(
      fc.property(json, json, (a, b) => {
        const same = canonical(a) === canonical(b);
        expect(differences(a, b).length === 0).toBe(same);
      }),
    );
  });

  it('names the place and both values', () => {
    expect(differences({ app: { branch: 'main', port: 1 } }, { app: { branch: 'dev', port: 1 } })).toEqual([
      'app.branch: "main" → "dev"',
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import { isKey, looksLikeKey, makeKey, storedKey } from './keys.ts';

describe('an API key', () => {
  it('is known by its keyed hash and by nothing else', () => {
    const key = makeKey();
    const stored = storedKey(key, 'pepper');
    expect(isKey(key, stored, 'pepper')).toBe(true);
    expect(isKey(makeKey(), stored, 'pepper')).toBe(false);
    expect(isKey(key, stored, 'other')).toBe(false);
    expect(JSON.stringify(stored)).not.toContain(key.slice(20));
  });

  it('carries a checksum: a mistyped one is none', () => {
    const key = makeKey();
    expect(looksLikeKey(key)).toBe(true);
    const at = 20;
    const mistyped = key.slice(0, at) + (key[at] === 'a' ? 'b' : 'a') + key.slice(at + 1);
    expect(looksLikeKey(mistyped)).toBe(false);
    expect(looksLikeKey('dk_live_')).toBe(false);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Refusal } from '../refusal.ts';
import type { SecretStore } from '../storage/stores.ts';
import { reveal, sealInput } from './door.ts';

function memoryStore(): SecretStore & { kept: Map<string, string> } {
  const kept = new Map<string, string>();
  return {
    kept,
    async seal(value) {
      const known = [...kept].find(([, other]) => other === value)?.[0];
      const reference = known ?? `secret://v/${kept.size.toString(16).padStart(32, '0')}`;
      kept.set(reference, value);
      return reference;
    },
    async open(reference) {
      const value = kept.get(reference);
      if (value === undefined) throw new Refusal('not_found', 'Nothing there.', 'Give it again.');
      return value;
    },
  };
}

const secret = z.string().meta({ secret: 'value' });
const schema = z.object({
  repo: z.string().min(1).meta({ secret: 'url' }).describe('A git URL.').optional(),
  name: z.string().optional(),
  token: z.string().nullable().default(null).meta({ secret: 'value' }),
  env_vars: z.array(z.object({ key: z.string(), value: secret.max(20_000) })).default([]),
  nested: z.object({ by_name: z.record(z.string(), secret), either: z.union([z.number(), secret]) }).optional(),
});

async function atDoor(input: z.input<typeof schema>, store = memoryStore()) {
  const learned: [string, string][] = [];
  const sealed = await sealInput(schema, schema.parse(input), store, (name, value) => learned.push([name, value]));
  return { sealed, learned, store, json: JSON.stringify(sealed) };
}

const anyText = fc.string({ unit: 'binary' });

describe('a marked value', () => {
  it('becomes a reference wherever it stands, and comes back exactly', async () => {
    await fc.assert(
      fc.asyncProperty(anyText, anyText, async (one, other) => {
        const { sealed, store, json } = await atDoor({
          token: one,
          env_vars: [{ key: 'A', value: other }],
          nested: { by_name: { x: one }, either: other },
        });
        const texts = [sealed.token, sealed.env_vars[0]?.value, sealed.nested?.by_name.x, sealed.nested?.either];
        const revealed = await Promise.all(texts.map((text) => reveal(String(text), store)));
        expect(revealed).toEqual([one, other, one, other]);
        for (const text of texts) expect(text).toMatch(/^secret:\/\/v\/[0-9a-f]{32}$/);
        if (one.length > 8) expect(json).not.toContain(JSON.stringify(one).slice(1, -1));
      }),
    );
  });

  it('is learned under the key or the name beside it', async () => {
    const { learned, sealed } = await atDoor({
      name: 'shop',
      token: 't0ken',
      env_vars: [{ key: 'DB_PASSWORD', value: 'hunter2' }],
    });
    expect(learned).toEqual([
      ['token', 't0ken'],
      ['DB_PASSWORD', 'hunter2'],
    ]);
    expect(sealed).toMatchObject({ name: 'shop', env_vars: [{ key: 'DB_PASSWORD' }] });
  });

  it('that is a reference passes, if something is kept under it', async () => {
    const store = memoryStore();
    const reference = await store.seal('hunter2');
    const { sealed, learned } = await atDoor({ token: reference }, store);
    expect(sealed.token).toBe(reference);
    expect(learned).toEqual([]);
    await expect(atDoor({ token: `secret://v/${'f'.repeat(32)}` }, store)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('that merely holds a reference is a value, and is not revealed twice', async () => {
    const store = memoryStore();
    const text = `x${await store.seal('hunter2')}y`;
    const { sealed } = await atDoor({ token: text }, store);
    expect(await reveal(String(sealed.token), store)).toBe(text);
  });

  it('that is absent or no text stays as it is', async () => {
    const input = { env_vars: [], nested: { by_name: {}, either: 7 } };
    expect((await atDoor(input)).sealed).toEqual({ token: null, ...input });
  });
});

describe('a marked URL', () => {
  it('keeps all but its user and password, stays a URL, and comes back exactly', async () => {
    const word = fc.string({ unit: fc.constantFrom(...'aB3:@%4_ö~!$') });
    const parts = fc.record({ scheme: fc.constantFrom('https', 'http', 'ssh', 'git'), user: word, password: word });
    await fc.assert(
      fc.asyncProperty(parts, async ({ scheme, user, password }) => {
        const repo = `${scheme}://${user}:${password}x9@git.example.com:8443/acme/shop.git?a=b@c`;
        const { sealed, store } = await atDoor({ repo });
        const parsed = new URL(sealed.repo ?? '');
        expect(parsed.host).toBe('git.example.com:8443');
        expect(decodeURIComponent(parsed.username)).toMatch(/^secret:\/\/v\/[0-9a-f]{32}$/);
        expect([...store.kept.values()]).toEqual([`${user}:${password}x9`]);
        expect(await reveal(sealed.repo ?? '', store)).toBe(repo);
      }),
    );
  });

  it.each([
    ['https://ghp_16C7e42F292c6912E7710c838347Ae178B4a@github.com/a/b', 'ghp_16C7e42F292c6912E7710c838347Ae178B4a'],
    ['  https://oauth2:t0ken@git.example.com/a/b', 'oauth2:t0ken'],
    ['alice:hunter2@git.example.com/a/b', 'alice:hunter2'],
    ['alice:hunter2@git.example.com:a/b', 'alice:hunter2'],
    ['https://alice:hun ter2@git.example.com/a/b', 'alice:hun ter2'],
    ['https://alice:hun@ter2@git.example.com/a/b', 'alice:hun@ter2'],
  ])('%s has a secret', async (repo, credentials) => {
    const { sealed, learned, store } = await atDoor({ repo, name: 'shop' });
    expect([...store.kept.values()]).toEqual([credentials]);
    expect(sealed.repo).not.toContain(credentials);
    expect(learned).toEqual([['repo', `https://${credentials}@`]]);
    expect(await reveal(sealed.repo ?? '', store)).toBe(repo);
  });

  it.each([
    'acme/shop',
    'github.com/acme/shop',
    'https://github.com/@acme/shop',
    'https://git.example.com:8443/acme/shop?x=a:b@c',
    'https://[::1]:8443/acme/shop',
    'git@github.com:acme/shop.git',
    'ssh://git@github.com:22/acme/shop.git',
    'https://git@github.com/acme/shop.git',
  ])('%s has none', async (repo) => {
    const { sealed, learned } = await atDoor({ repo });
    expect(sealed.repo).toBe(repo);
    expect(learned).toEqual([]);
  });

  it('that went through the door before goes through it again', async () => {
    const { sealed, store } = await atDoor({ repo: 'https://alice:hunter2@git.example.com/a/b' });
    expect((await atDoor({ repo: sealed.repo }, store)).sealed.repo).toBe(sealed.repo);
    await expect(atDoor({ repo: sealed.repo })).rejects.toMatchObject({ code: 'not_found' });
  });

  it.each([
    `https://evil.example.com/secret://v/${'0'.repeat(32)}`,
    `https://secret://v/${'0'.repeat(32)}@evil.example.com/`,
    `https://secret%3A%2F%2Fv%2F${'0'.repeat(32)}@evil.example.com/secret%3A%2F%2Fv%2F${'0'.repeat(32)}`,
    `https://alice:secret%3A%2F%2Fv%2F${'0'.repeat(32)}@evil.example.com/`,
  ])('is refused with a reference out of place: %s', async (repo) => {
    await expect(atDoor({ repo })).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringMatching(/^repo /),
    });
  });

  it('is refused, without being shown, where a / in the password hides its end', async () => {
    await expect(atDoor({ repo: 'https://alice:hun/ter2@git.example.com/a/b' })).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.not.stringContaining('hun'),
      next: expect.stringContaining('%2F'),
    });
  });
});

it('a text without references is revealed as it is, one with an unknown reference not at all', async () => {
  const store = memoryStore();
  await fc.assert(
    fc.asyncProperty(anyText, async (text) => {
      expect(await reveal(text, store)).toBe(text);
    }),
  );
  await expect(reveal(`a secret://v/${'0'.repeat(32)} b`, store)).rejects.toMatchObject({ code: 'not_found' });
});

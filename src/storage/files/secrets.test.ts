import { chmod, mkdtemp, readdir, readFile, rename, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../clock.ts';
import { race } from './contenders.ts';
import { openFileStores } from './open.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-secrets-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const open = () => openFileStores(folder, { clock: systemClock });
const sealed = (reference: string) => join(folder, 'secrets', reference.slice('secret://v/'.length));

it('gives back every value exactly, under one reference for equal values, and keeps no trace of it', async () => {
  const { secrets } = await open();
  const anyString = fc.string({
    unit: fc.oneof(fc.string({ minLength: 1, maxLength: 1, unit: 'binary' }), fc.constant('\ud800')),
  });
  await fc.assert(
    fc.asyncProperty(anyString, async (value) => {
      const reference = await secrets.seal(value);
      expect(reference).toMatch(/^secret:\/\/v\/[0-9a-f]{32}$/);
      expect(await secrets.seal(value)).toBe(reference);
      expect(await secrets.open(reference)).toBe(value);
      const file = await readFile(sealed(reference));
      const traces = [Buffer.from(value), Buffer.from(value, 'utf16le')].map((trace) => file.includes(trace));
      if (value.length > 3) expect(traces).toEqual([false, false]);
    }),
    { numRuns: 40 },
  );
});

it('opens for a later process', async () => {
  const reference = await (await open()).secrets.seal('hunter2');
  expect(await (await open()).secrets.open(reference)).toBe('hunter2');
});

it('tells all values that open, for those who have to strike them out', async () => {
  const { secrets } = await open();
  await secrets.seal('one value');
  await secrets.seal('another value');
  await writeFile(sealed(await secrets.seal('a third value')), 'short');
  expect((await secrets.values()).sort()).toEqual(['another value', 'one value']);
});

it('refuses what is no reference, and one under which nothing is kept', async () => {
  const { secrets } = await open();
  await expect(secrets.open('secret://v/../secrets.key')).rejects.toMatchObject({ code: 'invalid_input' });
  await expect(secrets.open(`x secret://v/${'0'.repeat(32)}`)).rejects.toMatchObject({ code: 'invalid_input' });
  await expect(secrets.open(`secret://v/${'0'.repeat(32)}`)).rejects.toMatchObject({ code: 'not_found' });
});

it('does not open a file that was changed, put in the place of another, or sealed under another key', async () => {
  const { secrets } = await open();
  const [one, other] = [await secrets.seal('one value'), await secrets.seal('another value')];
  await rename(sealed(other), sealed(one));
  await expect(secrets.open(one)).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining(sealed(one)),
  });
  const third = await secrets.seal('a third value');
  const bytes = await readFile(sealed(third));
  bytes[bytes.length - 1]! ^= 1;
  await writeFile(sealed(third), bytes);
  await expect(secrets.open(third)).rejects.toMatchObject({ code: 'conflict' });
  const fourth = await secrets.seal('a fourth value');
  await unlink(join(folder, 'secrets.key'));
  await expect((await open()).secrets.open(fourth)).rejects.toMatchObject({ code: 'conflict' });
});

it('has one key, however many processes start at the same time on an empty folder', async () => {
  const references = await race(folder, 8, `const { secrets } = await open(); say(await secrets.seal('hunter2'));`);
  expect(new Set(references).size).toBe(1);
  expect(await (await open()).secrets.open(references[0] ?? '')).toBe('hunter2');
  expect((await readdir(folder)).filter((name) => name.includes('.key'))).toEqual(['secrets.key']);
});

it.skipIf(process.platform === 'win32')('lets only its owner in, and refuses a key that others may read', async () => {
  await (await open()).secrets.seal('hunter2');
  const mode = async (...path: string[]) => (await stat(join(folder, ...path))).mode & 0o777;
  expect(await mode('secrets')).toBe(0o700);
  expect(await mode('secrets.key')).toBe(0o600);
  for (const name of await readdir(join(folder, 'secrets'))) expect(await mode('secrets', name)).toBe(0o600);
  const key = join(folder, 'secrets.key');
  await chmod(key, 0o640);
  await expect(open()).rejects.toMatchObject({
    code: 'not_allowed',
    next: expect.stringContaining(`chmod 600 ${key}`),
  });
});

it('refuses a key file that holds no key, without showing what it holds', async () => {
  await writeFile(join(folder, 'secrets.key'), 'not a key', { mode: 0o600 });
  await expect(open()).rejects.toMatchObject({ code: 'conflict', message: expect.not.stringContaining('not a key') });
});

it('refuses a data folder whose place a file has taken', async () => {
  await writeFile(join(folder, 'runs'), '');
  await expect(open()).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining(join(folder, 'runs')),
  });
});

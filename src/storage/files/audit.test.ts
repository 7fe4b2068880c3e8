import { appendFile, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../clock.ts';
import type { AuditEntry } from '../stores.ts';
import { contender, race } from './contenders.ts';
import { openFileStores } from './open.ts';

let folder: string;
let told: string[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-audit-'));
  told = [];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const log = { info() {}, error() {}, warn: (event: string) => void told.push(event) };
const open = () => openFileStores(folder, { clock: systemClock, log });
const file = () => join(folder, 'audit.jsonl');
const entry = (second: number, resource = 'app'): AuditEntry => ({
  timestamp: new Date(second * 1000).toISOString(),
  user: 'owner',
  action: 'deploy',
  resource_type: 'application',
  resource_id: resource,
  resource_name: resource,
  details: { second },
  ip_address: null,
});
const everything = { since: 0, limit: 100 };

it('is empty before anything was written', async () => {
  expect(await (await open()).audit.read(everything)).toEqual([]);
});

it('is read newest first, by resource, time and number', async () => {
  const { audit } = await open();
  for (const one of [entry(1), entry(2, 'other'), entry(3), entry(4)]) await audit.write(one);
  expect(await audit.read(everything)).toEqual([entry(4), entry(3), entry(2, 'other'), entry(1)]);
  expect(await audit.read({ resourceId: 'app', since: 3000, limit: 100 })).toEqual([entry(4), entry(3)]);
  expect(await audit.read({ resourceId: 'app', since: 0, limit: 1 })).toEqual([entry(4)]);
  expect((await stat(file())).mode & 0o777).toBe(0o600);
});

it('loses nothing but a torn line, neither before nor after it', async () => {
  const { audit } = await open();
  await audit.write(entry(1));
  await appendFile(file(), '{"timestamp":"1970-01-01T00:0');
  expect(await audit.read(everything)).toEqual([entry(1)]);
  await audit.write(entry(2));
  await audit.write(entry(3));
  expect(await audit.read(everything)).toEqual([entry(3), entry(2), entry(1)]);
  expect(told).toEqual(['audit_lines_unreadable']);
});

it('keeps the lines of processes apart that write at the same time', async () => {
  const code = `
    const { audit } = await open();
    for (let n = 0; n < 25; n++) await audit.write({ ...${JSON.stringify(entry(1))}, details: { long: 'x'.repeat(9000) } });
    say('written');`;
  await race(folder, 3, code);
  expect(await (await open()).audit.read(everything)).toHaveLength(75);
  expect(told).toEqual([]);
});

it('says when there is no room for an entry, and goes on when there is', async () => {
  const code = `
    const { audit } = await open();
    await audit.write(${JSON.stringify(entry(1))});
    await audit.write({ ...${JSON.stringify(entry(2))}, details: { long: 'x'.repeat(100_000) } }).catch((e) => say(e.code + ': ' + e.message));`;
  expect(await contender(folder, code, { fileKilobytes: 16 }).says()).toMatch(
    /^busy: There is no room to write .*audit/,
  );
  expect((await readFile(file(), 'utf8')).at(-1)).toBe('x');
  const { audit } = await open();
  await audit.write(entry(3));
  expect(await audit.read(everything)).toEqual([entry(3), entry(1)]);
});

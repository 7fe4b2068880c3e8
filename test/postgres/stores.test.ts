import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../src/clock.ts';
import { silentLog } from '../../src/log.ts';
import { openFileStores } from '../../src/storage/files/open.ts';
import { openPostgres } from '../../src/storage/postgres/open.ts';
import { OwnershipLost } from '../../src/storage/stores.ts';
import { storesContract } from './contract.ts';
import { begun, header } from './journals.ts';
import { newPlace, type Place, query } from './place.ts';

let place: Place;
const folders: string[] = [];
beforeAll(async () => {
  place = await newPlace();
}, 120_000);
afterAll(async () => {
  await place[Symbol.asyncDispose]();
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-stores-'));
  folders.push(folder);
  return folder;
}

storesContract('files', async () => {
  const folder = await newFolder();
  return (clock) => openFileStores(folder, { clock });
});

storesContract('PostgreSQL', async () => {
  const [url, dataDir] = [await place.database(), await newFolder()];
  // The lock's connection keeps real time: it is the server that ends it.
  return (clock) => openPostgres({ url, dataDir, log: silentLog, clock: { now: clock.now, sleep: systemClock.sleep } });
});

const open = (url: string, dataDir: string, more: { clock?: Clock; secretKey?: string } = {}) =>
  openPostgres({ url, dataDir, clock: systemClock, log: silentLog, ...more });

describe('ownership', () => {
  it('is lost with the connection that the process lives by, and the process comes back as a new one', async () => {
    const [url, dataDir] = [await place.database(), await newFolder()];
    const [one, two] = [await open(url, dataDir), await open(url, dataDir)];
    const owner = await one.runs.create(header('txn-1-a'));
    await owner.check();
    const { id } = one.executor.life();
    expect(await two.runs.abandoned(0)).toEqual([]);

    await query(
      url,
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'fairlead executor ${id}'`,
    );
    await expect.poll(() => owner.lost.aborted).toBe(true);
    await expect(owner.append(begun(0))).rejects.toThrow(OwnershipLost);
    await expect(owner.check()).rejects.toThrow(OwnershipLost);
    expect(await two.runs.abandoned(0)).toEqual(['txn-1-a']);
    expect(await two.runs.claim('txn-1-a')).toBeDefined();
    expect((await two.runs.read('txn-1-a'))?.events).toEqual([]);

    await expect
      .poll(() => {
        try {
          return one.executor.life().id !== id;
        } catch {
          return false;
        }
      })
      .toBe(true);
    await (await one.runs.create(header('txn-1-b'))).append(begun(0));
    await Promise.all([one.close(), two.close()]);
  });

  it('passes with the end, after which nothing is written', async () => {
    const stores = await open(await place.database(), await newFolder());
    const owner = await stores.runs.create(header('txn-1-a'));
    await owner.append({ type: 'ended', status: 'success', output: null, at: Date.now() });
    await expect(owner.append(begun(0))).rejects.toThrow(OwnershipLost);
    expect(await stores.runs.owned('txn-1-a')).toBe(false);
    await stores.close();
  });
});

describe('the schema', () => {
  it('is made once by processes that start together, and again by none', async () => {
    const [url, dataDir] = [await place.database(), await newFolder()];
    const together = await Promise.all([1, 2, 3, 4].map(() => open(url, dataDir)));
    expect(await query(url, 'select count(*)::int as applied from fairlead.migrations')).toEqual([{ applied: 1 }]);
    await Promise.all(together.map((stores) => stores.close()));
  });

  it('of a newer version is refused, and left as it is', async () => {
    const [url, dataDir] = [await place.database(), await newFolder()];
    await (await open(url, dataDir)).close();
    await query(url, `insert into fairlead.migrations (hash, created_at) values ('later', ${Date.now() + 1e9})`);
    await expect(open(url, dataDir)).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining('newer version'),
    });
  });
});

describe('a database that cannot be used is refused', () => {
  const dataDir = '/nonexistent';
  const nextDoor = async (change: (url: URL) => void) => {
    const url = new URL(await place.database());
    change(url);
    return open(url.href, dataDir);
  };
  it.each([
    [
      'away',
      'unreachable',
      (url: URL) => {
        url.port = '1';
      },
    ],
    [
      'with a wrong password',
      'not_allowed',
      (url: URL) => {
        url.password = 'wrong';
      },
    ],
    [
      'with a wrong user',
      'not_allowed',
      (url: URL) => {
        url.username = 'nobody';
      },
    ],
    [
      'that is not there',
      'not_found',
      (url: URL) => {
        url.pathname = '/elsewhere';
      },
    ],
    [
      'that is none',
      'invalid_input',
      (url: URL) => {
        url.pathname = '';
      },
    ],
  ])('when it is %s', async (_, code, change) => {
    const refusal = await nextDoor(change).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ name: 'Refusal', code, next: expect.any(String) });
    expect(String(refusal)).not.toContain(new URL(await place.database()).password);
  });
});

describe('secrets', () => {
  const values = ['hunter2', 'correct horse', ''];
  const keys = ['a', 'b'].map((digit) => digit.repeat(64)) as [string, string];

  it('are not in the database as they are, and survive a change of the key with their references', async () => {
    const [url, dataDir] = [await place.database(), await newFolder()];
    const [one, two] = [await open(url, dataDir), await open(url, dataDir)];
    const references = await Promise.all(values.map((value) => one.secrets.seal(value)));
    const before = await readFile(join(dataDir, 'secrets.key'), 'utf8');
    await one.secrets.rotate();
    expect(await readFile(join(dataDir, 'secrets.key'), 'utf8')).not.toBe(before);
    // The other process has the old key in its memory, and finds the new one in the file.
    expect(await Promise.all(references.map((reference) => two.secrets.open(reference)))).toEqual(values);
    expect(await two.secrets.seal('hunter2')).toBe(references[0]);
    await two.secrets.seal('a new one');
    const rows = await query<{ sealed: Buffer; key_id: string }>(url, 'select * from fairlead.secrets');
    expect(new Set(rows.map((row) => row.key_id)).size).toBe(1);
    for (const { sealed } of rows) expect(sealed.toString('utf16le')).not.toContain('hunter');
    await Promise.all([one.close(), two.close()]);
    const later = await open(url, dataDir);
    expect((await later.secrets.values()).sort()).toEqual([...values, 'a new one'].sort());
    await later.close();
  });

  it('are refused under another key, by its name and not by its value', async () => {
    const [url, dataDir] = [await place.database(), await newFolder()];
    const one = await open(url, dataDir, { secretKey: keys[0] });
    const reference = await one.secrets.seal('hunter2');
    await one.close();
    const refusal = await open(url, dataDir, { secretKey: keys[1] }).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'conflict', message: expect.stringContaining('another key') });
    expect(String(refusal)).not.toContain(keys[1]);
    await expect(open(url, dataDir, { secretKey: 'short' })).rejects.toMatchObject({ code: 'invalid_input' });

    const again = await open(url, dataDir, { secretKey: keys[0] });
    await again.secrets.rotate(keys[1]);
    expect(await again.secrets.open(reference)).toBe('hunter2');
    await again.close();
    const rotated = await open(url, dataDir, { secretKey: keys[1] });
    expect(await rotated.secrets.open(reference)).toBe('hunter2');
    await rotated.close();
  });

  it('open after a rotation that ended between the database and the key file', async () => {
    const [url, dataDir] = [await place.database(), await newFolder()];
    const path = join(dataDir, 'secrets.key');
    const one = await open(url, dataDir);
    const reference = await one.secrets.seal('hunter2');
    const before = await readFile(path, 'utf8');
    await one.secrets.rotate();
    await one.close();
    await rename(path, `${path}.next`);
    await writeFile(path, before, { mode: 0o600 });
    const later = await open(url, dataDir);
    expect(await later.secrets.open(reference)).toBe('hunter2');
    await later.close();
  });

  it('in another place do not open', async () => {
    const [url, dataDir] = [await place.database(), await newFolder()];
    const { secrets, close } = await open(url, dataDir);
    const [one, two] = [await secrets.seal('one'), await secrets.seal('two')];
    await query(
      url,
      `update fairlead.secrets set sealed = (select sealed from fairlead.secrets where name = '${one.slice(-32)}') where name = '${two.slice(-32)}'`,
    );
    await expect(secrets.open(two)).rejects.toMatchObject({ code: 'conflict' });
    await close();
  });
});

it('writes the audit of reads together, and what waits when it closes', async () => {
  const [url, dataDir] = [await place.database(), await newFolder()];
  const { audit, close } = await open(url, dataDir);
  const entry = (n: number) => ({
    timestamp: new Date(n).toISOString(),
    user: 'owner',
    action: 'list_apps',
    resource_type: 'none',
    resource_id: '',
    resource_name: '',
    details: {},
    ip_address: null,
  });
  for (let n = 1; n <= 500; n++) audit.writeBatched(entry(n));
  await expect.poll(async () => (await audit.read({ since: 0, limit: 1000 })).length).toBe(500);
  const statements = await query<{ count: number }>(
    url,
    'select count(distinct xmin::text)::int as count from fairlead.audit',
  );
  expect(statements).toEqual([{ count: 3 }]);
  audit.writeBatched(entry(501));
  await close();
  expect(await query(url, 'select count(*)::int as count from fairlead.audit')).toEqual([{ count: 501 }]);
});

it('removes what nobody needs any more, and nothing that is referred to', async () => {
  const [url, dataDir] = [await place.database(), await newFolder()];
  let now = Date.now();
  const clock: Clock = { now: () => now, sleep: systemClock.sleep };
  const first = await open(url, dataDir, { clock });
  const [used, inUrl, inSettings, unused] = await Promise.all(
    ['used', 'in a url', 'in settings', 'unused'].map((value) => first.secrets.seal(value)),
  );
  expect(await first.settings.agree('pepper', inSettings)).toBe(inSettings);
  expect(await first.settings.agree('pepper', unused)).toBe(inSettings);
  const old = await first.runs.create(header('txn-1-a'));
  await old.append({ type: 'ended', status: 'success', output: null, at: now });
  const unended = await first.runs.create({ ...header('txn-1-b'), input: { password: used } });
  await unended.append({ type: 'begun', step: 0, mark: `https://x:${encodeURIComponent(inUrl ?? '')}@host`, at: now });
  await first.close();
  now += 31 * 24 * 3_600_000;
  const later = await open(url, dataDir, { clock });
  expect((await later.runs.list(9)).map((journal) => journal.header.id)).toEqual(['txn-1-b']);
  expect((await later.secrets.values()).sort()).toEqual(['in a url', 'in settings', 'used']);
  await expect(later.secrets.open(unused ?? '')).rejects.toMatchObject({ code: 'not_found' });
  await later.close();
});

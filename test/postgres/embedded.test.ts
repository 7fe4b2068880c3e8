import { execFile } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { silentLog } from '../../src/log.ts';
import { othersMayEnter } from '../../src/storage/postgres/account.ts';
import { SHARED_FOLDER } from '../../src/storage/postgres/binaries.ts';
import { openPostgres, type PostgresStores } from '../../src/storage/postgres/open.ts';
import { type Member, type MemberOptions, startMember } from './fleet.ts';
import { header } from './journals.ts';

vi.setConfig({ testTimeout: 90_000 });
const exec = promisify(execFile);
const isRoot = process.getuid?.() === 0;
const canMount = isRoot && (await mayMount());
const canBeAnother = isRoot && (await othersMayEnter(dirname(import.meta.dirname)));
const NOBODY = { uid: 65534, gid: 65534 };

let folder: string;
let opened: PostgresStores[];
let members: Member[];
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'fairlead-embedded-')));
  opened = [];
  members = [];
});
afterEach(async () => {
  await Promise.all(members.map((member) => member.kill()));
  for (const stores of opened) await stores.close();
  // What a killed member left running is ended by whoever opens and leaves.
  if (members.length > 0) await (await openPostgres({ dataDir: folder, clock: systemClock, log: silentLog })).close();
  await rm(folder, { recursive: true, force: true });
});

async function open(more: { dataDir?: string; port?: number } = {}): Promise<PostgresStores> {
  const stores = await openPostgres({ dataDir: folder, clock: systemClock, log: silentLog, ...more });
  opened.push(stores);
  return stores;
}
async function leave(stores: PostgresStores): Promise<void> {
  opened.splice(opened.indexOf(stores), 1);
  await stores.close();
}
async function member(who: string, more: Partial<MemberOptions> = {}): Promise<Member> {
  const made = await startMember({ folder, who, ...more });
  members.push(made);
  return made;
}
const postmaster = async (data = join(folder, 'postgres')) =>
  Number((await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')[0]);
const note = async (): Promise<{ port: number; password: string }> =>
  JSON.parse(await readFile(join(folder, 'postgres.json'), 'utf8'));
async function listening(port: number): Promise<Server & AsyncDisposable> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return server as Server & AsyncDisposable;
}

describe('PostgreSQL of our own', () => {
  it('keeps what it was given, on the same port, and ends with its last user', async () => {
    const one = await open();
    const { port, password } = await note();
    expect((await stat(join(folder, 'postgres.json'))).mode & 0o077).toBe(0);
    expect(password).toMatch(/^[0-9a-f]{48}$/);
    await one.runs.create(header('txn-1-a'));
    const two = await open();
    const pid = await postmaster();
    await leave(one);
    await two.ready();
    expect(await postmaster()).toBe(pid);
    await leave(two);
    expect(await postmaster()).toBe(0);
    const later = await open();
    expect((await note()).port).toBe(port);
    expect((await later.runs.read('txn-1-a'))?.header.id).toBe('txn-1-a');
  });

  it('is adopted after a kill -9 of the process that started it', async () => {
    const one = await member('one');
    const pid = await postmaster();
    await one.kill();
    const stores = await open();
    await stores.ready();
    expect(await postmaster()).toBe(pid);
  });

  it('comes up again after a kill -9 of itself, and of processes that open it at once one starts it', async () => {
    await leave(await open());
    const one = await member('one');
    process.kill(await postmaster(), 'SIGKILL');
    const stores = await Promise.all([open(), open(), open()]);
    for (const each of stores) await each.ready();
    await one.ask('start', 'txn-1-a').catch(() => undefined);
    await expect
      .poll(
        () =>
          one.ask('start', 'txn-1-b').then(
            () => true,
            () => false,
          ),
        { timeout: 20_000 },
      )
      .toBe(true);
    expect(await one.ask('wait', 'txn-1-b', 20_000)).toContain('ended');
  });

  it('is not deceived by a number that another program has by now', async () => {
    await leave(await open());
    await writeFile(
      join(folder, 'postgres', 'postmaster.pid'),
      `${process.pid}\n${folder}/postgres\n1\n1\n\n\n\nready\n`,
    );
    await (await open()).ready();
    expect(await postmaster()).not.toBe(process.pid);
  });

  it('takes another port when its own is taken, and remembers it', async () => {
    await leave(await open());
    const { port } = await note();
    await using _server = await listening(port);
    await (await open()).ready();
    expect((await note()).port).not.toBe(port);
  });

  it('refuses a port that was named and is taken', async () => {
    await using server = await listening(0);
    const { port } = server.address() as { port: number };
    await expect(open({ port })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(String(port)),
    });
  });

  it('tells why it does not start, with the end of its log', async () => {
    await leave(await open());
    await writeFile(join(folder, 'postgres', 'postgresql.auto.conf'), 'shared_buffers = many\n');
    await expect(open()).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('invalid value for parameter "shared_buffers": "many"'),
      next: expect.stringContaining('server.log'),
    });
    await writeFile(join(folder, 'postgres', 'postgresql.auto.conf'), '');
    await (await open()).ready();
  });

  it('is begun anew when its making was cut short', async () => {
    await mkdir(join(folder, 'postgres.new', 'base'), { recursive: true });
    await (await open()).ready();
    expect((await readdir(folder)).sort()).toEqual(['postgres', 'postgres.json', 'secrets.key']);
  });

  it('is refused when it is of another version, or its password is gone', async () => {
    await leave(await open());
    await writeFile(join(folder, 'postgres', 'PG_VERSION'), '17\n');
    await expect(open()).rejects.toMatchObject({ code: 'unsupported' });
    await rm(join(folder, 'postgres.json'));
    await expect(open()).rejects.toMatchObject({ code: 'conflict', next: expect.stringContaining('backup') });
  });

  it.runIf(canMount)('is refused where there is no room', async () => {
    await chmod(folder, 0o711);
    const small = join(folder, 'small');
    await mkdir(small);
    await exec('mount', ['-t', 'tmpfs', '-o', 'size=16m,mode=755', 'tmpfs', small]);
    try {
      await expect(open({ dataDir: join(small, 'data') })).rejects.toMatchObject({
        code: 'busy',
        message: expect.stringContaining('no room'),
        next: expect.stringContaining('Free space'),
      });
      expect(await readdir(join(small, 'data'))).toEqual(['postgres.json']);
    } finally {
      await exec('umount', [small]);
    }
  });

  it.runIf(isRoot)('of root in a folder that others may not enter lies where its account can read it', async () => {
    await chmod(folder, 0o700);
    const dataDir = join(folder, 'data');
    const stores = await open({ dataDir });
    await stores.ready();
    expect(await readdir(dataDir)).not.toContain('postgres');
    const elsewhere = (await readdir(SHARED_FOLDER)).filter((name) => name.startsWith('data-'));
    await leave(stores);
    for (const name of elsewhere) {
      const path = join(SHARED_FOLDER, name);
      expect((await stat(path)).mode & 0o077).toBe(0);
      if ((await postmaster(path)) === 0) await rm(path, { recursive: true });
    }
    expect(elsewhere).toHaveLength(1);
  });

  it.runIf(canBeAnother)('of an ordinary user runs as that user', async () => {
    await chown(folder, NOBODY.uid, NOBODY.gid);
    const one = await member('one', { user: NOBODY });
    await one.ask('start', 'txn-1-a');
    expect(await one.ask('wait', 'txn-1-a', 20_000)).toContain('ended');
    expect((await stat(join(folder, 'postgres'))).uid).toBe(NOBODY.uid);
    await one.ask('close');
    members = [];
    expect(await postmaster()).toBe(0);
  });
});

async function mayMount(): Promise<boolean> {
  const at = await mkdtemp(join(tmpdir(), 'fairlead-mount-'));
  try {
    await exec('mount', ['-t', 'tmpfs', 'tmpfs', at]);
    await exec('umount', [at]);
    return true;
  } catch {
    return false;
  } finally {
    await rm(at, { recursive: true });
  }
}

import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { newPlace, type Place, query } from '../postgres/place.ts';
import { freePort, KEY, serve } from './town.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

const exec = promisify(execFile);

let place: Place;
let folder: string;
beforeAll(async () => {
  place = await newPlace();
  folder = await mkdtemp(join(tmpdir(), 'fairlead-refusals-'));
  await chmod(folder, 0o711);
});
afterAll(async () => {
  await place[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const env = (more: Record<string, string>) => ({
  PATH: process.env.PATH ?? '',
  HOME: folder,
  FAIRLEAD_DATA_DIR: join(folder, 'data'),
  ...more,
});

/** Exit code 2, and a line that names the cause and what to do; no stack of calls, and nothing of what is secret. */
async function refused(settings: Record<string, string>): Promise<string> {
  const told = await serve(env(settings)).then(
    async (server) => {
      await server.kill();
      return 'it started';
    },
    (error: Error) => error.message,
  );
  expect(told).toMatch(/^exit 2: /);
  expect(told).not.toMatch(/\n\s+at |hunter2/);
  return told;
}

describe.concurrent('a server that cannot start says why, and what to do', () => {
  it('a port that is taken', async () => {
    await using other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    expect(await refused({ DATABASE_URL: await place.database(), BACKEND_PORT: String(port) })).toMatch(
      new RegExp(`Port ${port} of 127.0.0.1 is taken .* set BACKEND_PORT`),
    );
  });

  it.each([
    [
      'that is no URL of PostgreSQL',
      'mysql://u:hunter2@db/x',
      /DATABASE_URL has to be a URL that begins with postgres/,
    ],
    ['where nothing answers', 'postgres://u:hunter2@127.0.0.1:9/x', /does not answer \(ECONNREFUSED\).*DATABASE_URL/],
  ])('a DATABASE_URL %s', async (_what, url, told) => {
    expect(await refused({ DATABASE_URL: url })).toMatch(told);
  });

  it('a DATABASE_URL with a wrong password, and one with a database that is not there', async () => {
    const url = new URL(await place.database());
    url.password = 'hunter2';
    expect(await refused({ DATABASE_URL: url.href })).toMatch(/refuses the user or password.*Correct/);
    const gone = (await place.database()).replace(/[^/]*$/, 'gone');
    expect(await refused({ DATABASE_URL: gone })).toMatch(/[Dd]atabase "gone" does not exist\. Make the database/);
  });

  it('tables of a newer version', async () => {
    const url = await place.database();
    await query(url, 'create schema fairlead');
    await query(url, 'create table fairlead.migrations (id serial, hash text, created_at bigint)');
    await query(url, `insert into fairlead.migrations (hash, created_at) values ('x', 99999999999999)`);
    expect(await refused({ DATABASE_URL: url })).toMatch(/used by a newer version of Fairlead.*restore a backup/);
  });

  it('secrets that were sealed under another key', async () => {
    const DATABASE_URL = await place.database();
    await using _one = await serve(env({ DATABASE_URL, FAIRLEAD_SECRET_KEY: '0'.repeat(64) }));
    expect(await refused({ DATABASE_URL, FAIRLEAD_SECRET_KEY: 'f'.repeat(64) })).toMatch(/sealed|another key/);
  });

  it('a PostgreSQL of its own that does not start, by the words of its log', async () => {
    const dataDir = join(folder, 'broken');
    await using server = await serve(env({ FAIRLEAD_DATA_DIR: dataDir }));
    await server.stop();
    await writeFile(join(dataDir, 'postgres/postgresql.auto.conf'), 'shared_buffers = many\n');
    const told = await refused({ FAIRLEAD_DATA_DIR: dataDir });
    expect(told).toMatch(/PostgreSQL did not start in .*invalid value for parameter "shared_buffers".*server\.log/s);
  });

  it('no space for the database', async ({ skip }) => {
    const small = join(folder, 'small');
    await mkdir(small);
    const mount = exec('mount', ['-t', 'tmpfs', '-o', 'size=16m,mode=755', 'tmpfs', small]);
    await mount.catch((error: Error) => skip(`a small disk cannot be mounted here: ${error.message}`));
    try {
      const told = await refused({ FAIRLEAD_DATA_DIR: join(small, 'data') });
      expect(told).toMatch(/There is no room for the database in .*Free space there/);
    } finally {
      await exec('umount', [small]);
    }
  });
});

describe('a server that runs', () => {
  it('turns a wrong key away, and says how the right one is sent; tells that Coolify is away', async () => {
    await using server = await serve(
      env({
        DATABASE_URL: await place.database(),
        COOLIFY_API_URL: `http://127.0.0.1:${await freePort()}`,
        COOLIFY_API_TOKEN: '1|t',
        FAIRLEAD_ALLOWED_HOSTS: 'fairlead.example.com',
      }),
    );
    const wrong = await server.ask('/v1/app/list', {}, `${KEY}-not`);
    expect(wrong).toMatchObject({ status: 401, body: { reason: 'unauthenticated', error: expect.any(String) } });
    expect(wrong.body.troubleshooting).toContain('Authorization: Bearer');
    const away = await server.ask('/v1/app/list', {});
    expect(away).toMatchObject({ status: 502, body: { reason: 'unreachable' } });
    expect((await server.ask('/ready')).body).toMatchObject({
      status: 'not_ready',
      checks: { database: { status: 'ok' }, coolify: { status: 'failed', reason: expect.any(String) } },
    });
    expect((await server.ask('/health')).body.status).toBe('healthy');
    // Let through to where a key is asked for, or not even there.
    expect(await statusBy(server.url, 'fairlead.example.com')).toBe(401);
    expect(await statusBy(server.url, 'rebound.example.com')).toBe(403);
  });
});

/** As a proxy that sends this Host would be answered. */
async function statusBy(url: string, host: string): Promise<number | undefined> {
  const [response] = (await once(get(`${url}/v1/openapi.json`, { headers: { host } }), 'response')) as [
    IncomingMessage,
  ];
  response.resume();
  return response.statusCode;
}

import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Machine } from './index.ts';
import { eventually, fastClock, get, openMachine, temporaryFolder } from './test-machine.ts';

const cmd = (command: string) => ({
  kind: 'cmd' as const,
  command,
  interval: 5000,
  timeout: 10_000,
  retries: 10,
  startPeriod: 5000,
});

/** A Node program in a container of its own that talks to another by its name. */
async function talk(machine: Machine, code: string): Promise<string> {
  const container = await machine.run({
    name: 'client',
    labels: {},
    image: 'node:22',
    command: ['node', '-e', code],
    variables: {},
    restart: false,
  });
  await container.waitFor(({ status }) => status === 'exited');
  return container.logs();
}

test('redis: healthy, asks for its password, answers other containers, logs', async () => {
  const machine = await openMachine({ clock: fastClock(20) });
  const redis = await machine.run({
    name: 'uuid-of-redis',
    labels: {},
    image: 'redis:7.2',
    variables: { REDIS_PASSWORD: 'word' },
    command: 'redis-server --requirepass word --appendonly yes',
    port: 6379,
    healthCheck: cmd('redis-cli -a word ping'),
    volumes: [{ source: 'redis-data', target: '/data' }],
  });
  const { probes } = await redis.waitFor(({ health }) => health === 'healthy');
  expect(probes.at(-1)?.output).toBe('PONG');
  expect(redis.logs()).toContain('Ready to accept connections tcp');
  expect((await redis.exec('redis-cli ping')).output).toContain('NOAUTH');
  const lines = [
    'AUTH word',
    'SET a 1 EX 100',
    'INCR a',
    'GET a',
    'TTL a',
    'KEYS *',
    'DEL a b',
    'GET a',
    'NONSENSE',
    'QUIT',
  ]
    .map((line) => `${line}\r\n`)
    .join('');
  const code = `const socket = require('node:net').connect(6379, 'uuid-of-redis'); socket.write(${JSON.stringify(lines)}); socket.pipe(process.stdout)`;
  expect(await talk(machine, code)).toMatch(
    /^\+OK\n\+OK\n:2\n\$1\n2\n:(100|99)\n\*1\n\$1\na\n:1\n\$-1\n-ERR unknown command 'NONSENSE'[\s\S]*\n\+OK$/,
  );
});

const psql = (query: string) => `psql -U shop -d shop -tAc "${query}"`;
const postgres = (machine: Machine) =>
  machine.run({
    name: 'uuid-of-postgres',
    labels: {},
    image: 'postgres:17-alpine',
    variables: { POSTGRES_USER: 'shop', POSTGRES_PASSWORD: 'word', POSTGRES_DB: 'shop' },
    port: 5432,
    healthCheck: cmd(`${psql('SELECT 1')} || exit 1`),
    volumes: [{ source: 'postgres-data', target: '/var/lib/postgresql/data' }],
  });

test('postgres: healthy, and stops', async () => {
  const machine = await openMachine({ clock: fastClock(20) });
  const container = await postgres(machine);
  const { probes } = await container.waitFor(({ health }) => health === 'healthy');
  expect(probes.at(-1)).toEqual({ exitCode: 0, output: '1' });
  expect(container.logs()).toContain('database system is ready to accept connections');
  expect((await container.exec('pg_isready -U shop -d shop')).output).toContain('accepting connections');
  await container.stop(20);
  expect(container.logs()).toContain('database system is shut down');
  expect(container.state().status).toBe('exited');
});

const installed = ['/usr/lib/postgresql', '/usr/bin/postgres', '/usr/local/bin/postgres'].some((path) =>
  existsSync(path),
);

test.runIf(installed)(
  'postgres: the real one keeps its data on the volume, and lets other containers in by password',
  async () => {
    const machine = await openMachine({ clock: fastClock(20) });
    const first = await postgres(machine);
    await first.waitFor(({ health }) => health === 'healthy');
    expect((await first.exec(psql('CREATE TABLE kept AS SELECT 42 AS answer'))).exitCode).toBe(0);
    expect((await first.exec('pg_dump -U shop shop')).output).toContain('CREATE TABLE public.kept');
    // The first message of a client, and the server's answer: it asks for a password (`R`, authentication 10: SASL).
    const code = `const s = require('node:net').connect(5432, 'uuid-of-postgres'); const body = Buffer.from('\\0\\x03\\0\\0user\\0shop\\0database\\0shop\\0\\0'); const size = Buffer.alloc(4); size.writeInt32BE(body.length + 4); s.write(Buffer.concat([size, body])); s.once('data', (d) => { console.log(String.fromCharCode(d[0]), d.readInt32BE(5)); s.destroy(); })`;
    expect(await talk(machine, code)).toBe('R 10');
    await first.remove();
    const second = await postgres(machine);
    await second.waitFor(({ health }) => health === 'healthy');
    expect((await second.exec(psql('SELECT answer FROM kept'))).output).toBe('42');
  },
);

test.runIf(process.getuid?.() === 0)(
  'postgres: where the real one cannot run, a stand-in is healthy, and says why it is there',
  async () => {
    const hidden = await temporaryFolder(); // closed to the user as which PostgreSQL would run
    const machine = await openMachine({ clock: fastClock(20), folder: hidden });
    const container = await postgres(machine);
    const { probes } = await container.waitFor(({ health }) => health === 'healthy');
    expect(probes.at(-1)).toEqual({ exitCode: 0, output: '1' });
    expect(container.logs()).toMatch(
      /starting a stand-in for PostgreSQL, because .*\n.*\n.*database system is ready to accept connections/,
    );
    expect((await container.exec('pg_isready')).exitCode).toBe(0);
    expect((await container.exec(psql('SELECT 2'))).output).toContain(
      'the stand-in for PostgreSQL answers SELECT 1 only',
    );
    expect(await container.exec('PGPASSWORD=wrong psql -U shop -c "SELECT 1"')).toMatchObject({
      exitCode: 1,
      output: expect.stringContaining('password authentication failed'),
    });
  },
);

test('postgres: without a password it does not begin', async () => {
  const machine = await openMachine();
  const container = await machine.run({ name: 'pg', labels: {}, image: 'postgres:17', variables: {}, restart: false });
  expect(await container.waitFor(({ status }) => status === 'exited')).toMatchObject({ exitCode: 1 });
  expect(container.logs()).toContain('superuser password is not specified');
});

test('the stack of the recordings: web waits for the cache, both become healthy', async () => {
  const machine = await openMachine({ clock: fastClock(20) });
  await machine.run({
    name: 'cache-uuid',
    aliases: ['cache'],
    network: 'stack',
    labels: {},
    image: 'redis:7.2',
    variables: {},
  });
  const web = await machine.run({
    name: 'web-uuid',
    aliases: ['web'],
    network: 'stack',
    labels: {},
    image: 'acme/hello:1.0.0',
    variables: { GREETING: 'hi from the stack', REDIS_URL: 'redis://cache:6379' },
    healthCheck: { ...cmd('curl -fsS http://127.0.0.1:3000/health'), retries: 5 },
  });
  await web.waitFor(({ health }) => health === 'healthy');
  machine.route('stack.test', [{ container: web.id, port: 3000 }]);
  expect(await eventually(() => get(machine, 'stack.test'))).toMatchObject({
    status: 200,
    body: 'hi from the stack 1.0.0\n',
  });
});

import { request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../src/index.ts';

let coolify: Emulator;
beforeAll(async () => {
  coolify = await startEmulator({ speed: 40 });
});
afterAll(() => coolify.close());

const where = { project_uuid: 'project', server_uuid: 'localhost', environment_name: 'production' };

async function call(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
  const response = await fetch(`${coolify.url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${coolify.tokens.root}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return (await response.json()) as Record<string, unknown>;
}

async function until<T>(look: () => Promise<T>, wanted: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = await look();
    if (wanted(value)) return value;
    await coolify.clock.sleep(500);
  }
}

function page(host: string): Promise<{ status: number | undefined; text: string }> {
  return new Promise((resolve, reject) => {
    const asked = request({ ...coolify.proxy, path: '/', headers: { host } }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => resolve({ status: response.statusCode, text }));
    });
    asked.on('error', reject).end();
  });
}

test('a database becomes healthy, is backed up into a file that is there, and goes with all it had', async () => {
  const { uuid } = await call('POST', '/databases/postgresql', { ...where, postgres_db: 'shop', instant_deploy: true });
  const look = () => call('GET', `/databases/${uuid}`);
  await until(look, ({ status }) => status === 'running:healthy');
  expect(await call('POST', `/databases/${uuid}/start`)).toEqual({ message: 'Database is already running.' });

  const backup = await call('POST', `/databases/${uuid}/backups`, { frequency: 'daily', backup_now: true });
  type Rows = { executions: { status: string; size: number; filename: string; message: string; uuid: string }[] };
  const executions = `/databases/${uuid}/backups/${backup.uuid}/executions`;
  const done = async (besides?: string) =>
    (await until(
      () => call('GET', executions),
      (answer) => (answer as Rows).executions.some((row) => row.status !== 'running' && row.uuid !== besides),
    )) as Rows;
  const [execution] = (await done()).executions;
  expect(execution).toMatchObject({ status: 'success', message: expect.stringContaining('S3 upload failed') });
  const container = coolify.machine.containers().find(({ name }) => name === uuid);
  const there = async (file = '') => (await container?.exec(`test -e ${file}`))?.exitCode === 0;
  expect(Number((await container?.exec(`wc -c < ${execution?.filename}`))?.output)).toBe(execution?.size);

  const keepOne = { database_backup_retention_amount_locally: 1, backup_now: true };
  await call('PATCH', `/databases/${uuid}/backups/${backup.uuid}`, keepOne);
  await done(execution?.uuid);
  const kept = (await until(
    () => call('GET', executions),
    (answer) => (answer as Rows).executions.length === 1,
  )) as Rows;
  const [second] = kept.executions;
  expect([second?.uuid === execution?.uuid, await there(execution?.filename)]).toEqual([false, false]);
  expect(await there(second?.filename)).toBe(true);
  await call('DELETE', `${executions}/${second?.uuid}`);
  expect(await there(second?.filename)).toBe(false);

  await call('DELETE', `/databases/${uuid}`);
  await until(look, ({ message }) => message === 'Database not found.');
  expect(coolify.machine.containers()).toEqual([]);
  expect(coolify.state.variables.all()).toEqual([]);
  expect(coolify.state.volumes.all()).toEqual([]);
  expect(coolify.state.backups.all()).toEqual([]);
});

test('two starts at once leave one container, and a kind whose image cannot be had stays stopped', async () => {
  const redis = await call('POST', '/databases/redis', where);
  const mysql = await call('POST', '/databases/mysql', { ...where, instant_deploy: true });
  for (const _ of [1, 2]) await call('POST', `/databases/${redis.uuid}/start`);
  await until(
    () => call('GET', `/databases/${redis.uuid}`),
    ({ status }) => status === 'running:healthy',
  );
  expect(coolify.machine.containers().map(({ name }) => name)).toEqual([redis.uuid]);
  expect(await call('GET', `/databases/${mysql.uuid}`)).toMatchObject({ status: 'exited:unhealthy' });
  for (const { uuid } of [redis, mysql]) await call('DELETE', `/databases/${uuid}`);
  await until(
    () => call('GET', `/databases/${redis.uuid}`),
    ({ message }) => message !== undefined,
  );
});

test('a service runs its containers, with its variables, behind its domain', async () => {
  const compose = `services:
  web:
    image: 127.0.0.1:5000/acme/hello:1.0.0
    environment:
      - SERVICE_FQDN_WEB_3000
      - GREETING=\${GREETING:-hello}
    depends_on: [cache]
  cache:
    image: redis:7.2
    volumes: ['data:/data']
`;
  const made = await call('POST', '/services', {
    ...where,
    docker_compose_raw: Buffer.from(compose).toString('base64'),
  });
  const { uuid, domains } = made as { uuid: string; domains: string[] };
  await call('PATCH', `/services/${uuid}/envs`, { key: 'GREETING', value: 'servus' });
  await call('POST', `/services/${uuid}/start`);
  const look = () => call('GET', `/services/${uuid}`);
  await until(look, ({ status }) => status === 'running:unknown');
  const host = new URL(domains[0] ?? '').hostname;
  expect(
    await until(
      () => page(host),
      ({ status }) => status === 200,
    ),
  ).toEqual({ status: 200, text: 'servus 1.0.0\n' });
  expect(await call('GET', `/services/${uuid}/logs?sub_service_name=cache`)).toMatchObject({
    logs: expect.stringContaining('Ready to accept connections'),
  });

  const [cache] = (await call('GET', `/services/${uuid}/databases`)) as unknown as { uuid: string; status: string }[];
  await call('POST', `/services/${uuid}/databases/${cache?.uuid}/stop`);
  await until(look, ({ status }) => status === 'degraded:unhealthy');
  const copy = await call('POST', `/services/${uuid}/clone`, {
    destination_uuid: coolify.state.destinations.get(0)?.uuid,
  });
  expect(await call('GET', `/services/${copy.uuid}`)).toMatchObject({
    status: 'exited',
    name: `${(await look()).name}-clone-${copy.uuid}`,
  });

  for (const each of [uuid, copy.uuid]) await call('DELETE', `/services/${each}`);
  await until(look, ({ message }) => message === 'Service not found.');
  expect(coolify.machine.containers()).toEqual([]);
  expect(coolify.state.serviceDatabases.filter((part) => part.name === 'cache')).toHaveLength(0);
});

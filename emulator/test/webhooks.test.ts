import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../src/index.ts';

let coolify: Emulator;
let hooks: Server;
let address: string;
const received: Record<string, unknown>[] = [];

beforeAll(async () => {
  hooks = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    received.push(JSON.parse(body));
    response.end();
  });
  await new Promise<void>((resolve) => hooks.listen(0, '127.0.0.1', resolve));
  address = `127.0.0.1:${(hooks.address() as AddressInfo).port}`;
  coolify = await startEmulator({ speed: 50, allowedTargets: ['127.0.0.1'] });
});
afterAll(async () => {
  await coolify.close();
  await new Promise((resolve) => hooks.close(resolve));
});

async function call(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
  const response = await fetch(`${coolify.url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${coolify.tokens.root}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return (await response.json()) as Record<string, unknown>;
}

async function hear(event: string): Promise<Record<string, unknown>> {
  for (;;) {
    const message = received.find((candidate) => candidate.event === event);
    if (message !== undefined) return message;
    await coolify.clock.sleep(200);
  }
}

const events = [
  'deployment_success',
  'scheduled_task_success',
  'scheduled_task_failure',
  'server_reachable',
  'server_unreachable',
];

test('a team hears what it asked for at a target that was allowed', async () => {
  await call('PATCH', '/notifications/webhook', {
    webhook_enabled: true,
    webhook_url: `http://${address}/secret-path`,
    ...Object.fromEntries(events.map((event) => [`${event}_webhook_notifications`, true])),
  });
  const { uuid } = await call('POST', '/applications/dockerimage', {
    project_uuid: 'project',
    server_uuid: 'localhost',
    environment_name: 'production',
    docker_registry_image_name: '127.0.0.1:5000/acme/hello',
    docker_registry_image_tag: '1.0.0',
    ports_exposes: '3000',
    limits_memory: '256m',
    name: 'hello',
  });
  await call('POST', `/applications/${uuid}/storages`, { type: 'persistent', name: 'data', mount_path: '/data' });
  await call('POST', `/applications/${uuid}/start`);
  expect(await hear('deployment_success')).toMatchObject({ success: true, application_uuid: uuid });

  const [container] = (await (await fetch(`${coolify.url}/__emulator/containers/${uuid}`)).json()) as [object];
  expect(container).toMatchObject({
    Memory: 256 * 1024 ** 2,
    Runtime: 'runc',
    Mounts: [{ Type: 'volume', Name: `${uuid}-data`, Destination: '/data' }],
  });

  const task = await call('POST', `/applications/${uuid}/scheduled-tasks`, {
    name: 'greet',
    command: 'echo "hi from inside"',
    frequency: 'yearly',
  });
  await call('POST', `/applications/${uuid}/scheduled-tasks/${task.uuid}/execute`);
  expect(await hear('task_success')).toMatchObject({ output: 'hi from inside', application_uuid: uuid });
  const executions = await call('GET', `/applications/${uuid}/scheduled-tasks/${task.uuid}/executions`);
  expect(executions).toMatchObject([{ status: 'success', message: 'hi from inside' }]);

  await call('PATCH', `/applications/${uuid}/scheduled-tasks/${task.uuid}`, {
    command: 'echo "no such luck"; exit 3',
    frequency: '* * * * *',
  });
  expect(await hear('task_failed')).toMatchObject({ success: false, output: 'no such luck' });
});

test('a server that is away for two minutes is told, and that it is back', async () => {
  const tell = (unreachable: string[]) =>
    fetch(`${coolify.url}/__emulator/faults`, { method: 'POST', body: JSON.stringify({ unreachable }) });
  await tell(['localhost']);
  expect(await hear('server_unreachable')).toMatchObject({ server_uuid: 'localhost', success: false });
  const away = await call('GET', '/servers/localhost');
  expect(away.settings).toMatchObject({ is_reachable: false, is_usable: false });
  await tell([]);
  expect(await hear('server_reachable')).toMatchObject({ server_uuid: 'localhost', success: true });
});

import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { CatalogImage, Container, ContainerSpec, Machine } from './index.ts';
import { eventually, fastClock, get, isAlive, openMachine, temporaryFolder } from './test-machine.ts';

const hello = '127.0.0.1:5000/acme/hello:1.0.0';

/** An image whose program is this text, run by Node. */
const nodeImage = (name: string, code: string, config: CatalogImage['config'] = {}): CatalogImage => ({
  name,
  config: { cmd: ['node', 'main.js'], workdir: '/app', node: true, ...config },
  files: { '/app/main.js': code },
});

const shellImage = (name: string, script: string): CatalogImage => ({
  name,
  config: { cmd: ['/bin/sh', '-c', script] },
});

const run = (machine: Machine, spec: Partial<ContainerSpec> & { image: string }): Promise<Container> =>
  machine.run({ name: 'app', labels: {}, variables: {}, ...spec });

const answersOn = (port: string | number, host = '') =>
  `require('node:http').createServer((q, r) => r.end(process.env.NAME ?? 'here')).listen(${port}${host && `, '${host}'`}, () => console.log('ready'))`;

const ready = (container: Container) => eventually(() => container.logs().includes('ready'));

test('runs an image of the catalog, and tells what it wrote', async () => {
  const machine = await openMachine();
  const container = await run(machine, {
    image: hello,
    labels: { a: 'b' },
    variables: { PORT: '3000', HOST: '0.0.0.0' },
    port: 3000,
  });
  await eventually(() => container.logs() !== '');
  expect(container.logs()).toBe('hello 1.0.0 listening on port 3000'); // deploy-image 16
  expect(container.logs({ timestamps: true })).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z hello/);
  expect(container).toMatchObject({ name: 'app', labels: { a: 'b' }, image: hello });
  expect(container.state()).toEqual({
    status: 'running',
    health: 'none',
    exitCode: null,
    outOfMemory: false,
    restarts: 0,
    probes: [],
  });
  expect(machine.containers()).toEqual([container]);
  await container.remove();
  expect(machine.containers()).toEqual([]);
});

test('what ends at once is started again, after pauses that double on the clock', async () => {
  const waits: number[] = [];
  const clock = fastClock(20);
  const after: typeof clock.after = (ms, task) => {
    waits.push(ms);
    return clock.after(ms, task);
  };
  const machine = await openMachine({ clock: { now: clock.now, after } });
  const container = await run(machine, { image: hello, variables: { CRASH: '1' } });
  const state = await container.waitFor(({ restarts, status }) => restarts === 4 && status === 'restarting');
  expect(state).toMatchObject({ exitCode: 1, outOfMemory: false });
  expect(waits).toEqual([100, 200, 400, 800, 1600]);
  expect(
    container
      .logs()
      .split('\n')
      .filter((line) => line === 'Error: cannot reach the database at db:5432'),
  ).toHaveLength(5);
  await container.stop();
  expect(container.state().status).toBe('exited');
});

test('without restarting, it stays as it ended', async () => {
  const machine = await openMachine({ catalog: [shellImage('ends', 'echo out; echo err >&2; printf end; exit 7')] });
  const container = await run(machine, { image: 'ends', restart: false });
  expect(await container.waitFor(({ status }) => status === 'exited')).toMatchObject({ exitCode: 7, restarts: 0 });
  expect(container.logs().split('\n').sort()).toEqual(['end', 'err', 'out']);
});

test('sees nothing of the environment or the input of the emulator', async () => {
  process.env.FAIRLEAD_SECRET_OF_HOST = 'secret';
  onTestFinished(() => {
    delete process.env.FAIRLEAD_SECRET_OF_HOST;
  });
  const machine = await openMachine({ catalog: [shellImage('env', 'env; cat; pwd; exit 0')] });
  const container = await run(machine, { image: 'env', restart: false, variables: { OWN: 'x' } });
  await container.waitFor(({ status }) => status === 'exited');
  expect(container.logs()).toContain('OWN=x');
  expect(container.logs()).not.toContain('secret');
  expect(container.logs()).not.toContain(`HOME=${process.env.HOME}\n`);
});

describe('the end', () => {
  const family = `
process.on('SIGTERM', () => {});
const { spawn } = require('node:child_process');
spawn('sleep', ['600'], { stdio: 'inherit' });
const daemon = spawn('sleep', ['601'], { detached: true, stdio: 'inherit' });
console.log('daemon', daemon.pid, 'ready');`;

  test('SIGTERM first, what ignores it is killed after the grace period, with all it started', async () => {
    const machine = await openMachine({ catalog: [nodeImage('family', family)] });
    const container = await run(machine, { image: 'family' });
    await ready(container);
    const daemon = Number(/daemon (\d+)/.exec(container.logs())?.[1]);
    expect(isAlive(daemon)).toBe(true);
    await container.stop(0.1);
    expect(container.state()).toMatchObject({ status: 'exited', exitCode: 137, outOfMemory: false, restarts: 0 });
    await eventually(() => !isAlive(daemon));
  });

  test('a program that ends by itself on SIGTERM is not waited for', async () => {
    const machine = await openMachine();
    const container = await run(machine, { image: hello });
    await eventually(() => container.logs() !== '');
    await container.stop(600);
    expect(container.state()).toMatchObject({ status: 'exited', exitCode: 0 });
  });

  test('killed from outside, it is not started again', async () => {
    const machine = await openMachine();
    const container = await run(machine, { image: hello });
    await container.kill();
    expect(container.state()).toMatchObject({ status: 'exited', exitCode: 137, restarts: 0 });
  });

  test('who waits for a container that is removed is told', async () => {
    const machine = await openMachine();
    const container = await run(machine, { image: hello });
    const waiting = container.waitFor(({ health }) => health === 'healthy');
    const stop = new AbortController();
    const stopped = container.waitFor(({ health }) => health === 'healthy', stop.signal);
    stop.abort(new Error('no longer'));
    await expect(stopped).rejects.toThrow('no longer');
    await Promise.all([expect(waiting).rejects.toThrow('No such container: app'), container.remove()]);
    expect((await container.waitFor(({ status }) => status === 'removed')).status).toBe('removed');
  });
});

describe('health', () => {
  const check = { kind: 'http' as const, path: '/up', interval: 2000, timeout: 5000, retries: 2, startPeriod: 1000 };

  test('by HTTP: starting, healthy, and routed only then', async () => {
    const machine = await openMachine({ clock: fastClock(20) });
    const container = await run(machine, { image: hello, port: 3000, healthCheck: check });
    machine.route('app.test', [{ container: 'app', port: 3000 }]);
    expect(container.state().health).toBe('starting');
    expect((await get(machine, 'app.test')).status).toBe(503);
    const state = await container.waitFor(({ health }) => health === 'healthy');
    expect(state.probes.at(-1)).toEqual({ exitCode: 0, output: '' });
    expect(await get(machine, 'app.test')).toMatchObject({ status: 200, body: 'hello 1.0.0\n' });
  });

  test('by HTTP: a refusal is asked twice, and counts as one failure (deploy-image 64)', async () => {
    const machine = await openMachine({ clock: fastClock(5) });
    const container = await run(machine, { image: hello, port: 3000, variables: { FAIL: '1' }, healthCheck: check });
    const state = await container.waitFor(({ health }) => health === 'unhealthy');
    expect(state.probes).toEqual([
      { exitCode: 1, output: '' },
      { exitCode: 1, output: '' },
    ]);
    await container.stop();
    expect(container.logs().match(/"GET \/up HTTP\/1.1" 503 -/g)).toHaveLength(2 * container.state().probes.length);
  });

  test('an image without curl and wget cannot be healthy by HTTP', async () => {
    const machine = await openMachine({
      clock: fastClock(50),
      catalog: [nodeImage('bare', answersOn(3000), { httpTools: false })],
    });
    const container = await run(machine, { image: 'bare', port: 3000, healthCheck: check });
    const { probes } = await container.waitFor(({ health }) => health === 'unhealthy');
    expect(probes[0]?.output).toContain('curl: not found');
  });

  test('by a command, inside: its localhost is the container', async () => {
    const machine = await openMachine({
      clock: fastClock(50),
      catalog: [nodeImage('inside', answersOn(3000, '127.0.0.1'))],
    });
    const other = createServer((_, response) => response.end('not the container')).listen(0, '127.0.0.1');
    onTestFinished(() => void other.close());
    const command = (port: number) => `curl -fsS http://127.0.0.1:${port}/`;
    const container = await run(machine, {
      image: 'inside',
      port: 3000,
      healthCheck: { ...check, kind: 'cmd', command: command(3000) },
    });
    const { probes } = await container.waitFor(({ health }) => health === 'healthy');
    expect(probes.at(-1)).toEqual({ exitCode: 0, output: 'here' });
    const { port } = other.address() as { port: number };
    expect((await container.exec(command(port))).exitCode).toBe(7);
  });

  test('a command that takes too long has failed', async () => {
    const machine = await openMachine({ clock: fastClock(50) });
    const slow = { ...check, kind: 'cmd' as const, command: 'sleep 600', timeout: 20 };
    const container = await run(machine, { image: hello, healthCheck: slow });
    const { probes } = await container.waitFor(({ health }) => health === 'unhealthy');
    expect(probes[0]).toEqual({ exitCode: -1, output: 'Health check exceeded timeout (20ms)' });
  });
});

test('memory above the limit kills it as out of memory', async () => {
  const hungry = `const kept = []; console.log('ready'); setInterval(() => kept.push(Buffer.alloc(20e6, 1)), 10)`;
  const machine = await openMachine({ catalog: [nodeImage('hungry', hungry)] });
  const container = await run(machine, { image: 'hungry', memory: 256 * 1024 * 1024, restart: false });
  const content = await container.waitFor(({ status }) => status === 'exited');
  expect(content).toMatchObject({ exitCode: 137, outOfMemory: true });
});

describe.runIf(process.platform === 'linux')('ports', () => {
  const refused = { status: 502, body: 'Bad Gateway' };
  const ask = async (machine: Machine, port: number, name = 'app') => {
    machine.route('app.test', [{ container: name, port }]);
    return await get(machine, 'app.test');
  };

  test('two containers with the same port written in their program run side by side', async () => {
    const machine = await openMachine({ catalog: [nodeImage('fixed', answersOn(3000))] });
    for (const name of ['one', 'two'])
      await ready(await run(machine, { name, image: 'fixed', variables: { NAME: name }, port: 3000 }));
    machine.route('app.test', [
      { container: 'one', port: 3000 },
      { container: 'two', port: 3000 },
    ]);
    expect([(await get(machine, 'app.test')).body, (await get(machine, 'app.test')).body]).toEqual(['one', 'two']);
  });

  test('the port that it does not listen on is refused', async () => {
    const machine = await openMachine({ catalog: [nodeImage('fixed', answersOn(4000))] });
    await ready(await run(machine, { image: 'fixed', port: 3000 }));
    expect(await ask(machine, 3000)).toMatchObject(refused);
    expect(await ask(machine, 4000)).toMatchObject({ status: 200, body: 'here' });
  });

  test('listening on localhost only is not listening for others', async () => {
    const machine = await openMachine({ catalog: [nodeImage('shy', answersOn(3000, 'localhost'))] });
    await ready(await run(machine, { image: 'shy', port: 3000 }));
    expect(await ask(machine, 3000)).toMatchObject(refused);
  });

  test('a low port works, and the program sees it', async () => {
    const code = `const server = require('node:http').createServer((q, r) => r.end(JSON.stringify(server.address()))).listen(80, '0.0.0.0', () => console.log('ready'))`;
    const machine = await openMachine({ catalog: [nodeImage('low', code)] });
    await ready(await run(machine, { image: 'low', port: 80 }));
    expect(JSON.parse((await ask(machine, 80)).body)).toEqual({ address: '0.0.0.0', family: 'IPv4', port: 80 });
  });

  test('a program that keeps to nothing of ours gets a free port by PORT, or is found where it listens', async () => {
    const stubborn = (port: string | number): CatalogImage => ({
      name: `stubborn-${port === 'process.env.PORT' ? 'port' : 'fixed'}`,
      config: { cmd: ['env', '-u', 'NODE_OPTIONS', 'node', 'main.js'], workdir: '/app' },
      files: { '/app/main.js': answersOn(port) },
    });
    const probe = createServer().listen(0);
    const { port } = probe.address() as { port: number };
    await new Promise((resolve) => probe.close(resolve));
    const machine = await openMachine({ catalog: [stubborn('process.env.PORT'), stubborn(port)] });
    for (const name of ['one', 'two'])
      await ready(
        await run(machine, { name, image: 'stubborn-port', variables: { PORT: '3000', NAME: name }, port: 3000 }),
      );
    expect([(await ask(machine, 3000, 'one')).body, (await ask(machine, 3000, 'two')).body]).toEqual(['one', 'two']);
    await ready(
      await run(machine, { name: 'fixed', image: 'stubborn-fixed', variables: { PORT: '3000' }, port: 3000 }),
    );
    expect((await ask(machine, port, 'fixed')).body).toBe('here');
    // It listens on every address of this machine: on another container's, too, and must not answer for it.
    expect(await ask(machine, port, 'one')).toMatchObject(refused);
  });

  test('containers reach each other by name, and by alias within a network', async () => {
    const asking = `
const http = require('node:http');
const ask = (host) => new Promise((resolve) => http.get({ host, port: 3000, path: '/' }, (r) => r.on('data', (d) => resolve(String(d).trim()))).on('error', (e) => resolve(e.code)));
http.createServer(async (q, r) => r.end(JSON.stringify(await Promise.all(['uuid-1', 'web', 'localhost', 'absent'].map(ask))))).listen(3000, () => console.log('ready'));`;
    const machine = await openMachine({ catalog: [nodeImage('asking', asking.replace("'localhost', ", ''))] });
    await run(machine, { name: 'uuid-1', image: hello, aliases: ['web'], network: 'stack' }).then((container) =>
      eventually(() => container.logs()),
    );
    await ready(await run(machine, { name: 'same', image: 'asking', network: 'stack', port: 3000 }));
    await ready(await run(machine, { name: 'other', image: 'asking', port: 3000 }));
    expect(JSON.parse((await ask(machine, 3000, 'same')).body)).toEqual(['hello 1.0.0', 'hello 1.0.0', 'ENOTFOUND']);
    expect(JSON.parse((await ask(machine, 3000, 'other')).body)).toEqual(['hello 1.0.0', 'ENOTFOUND', 'ENOTFOUND']);
  });
});

describe('volumes', () => {
  const keeper = `
const fs = require('node:fs');
fs.appendFileSync(process.env.FILE, 'x');
console.log(fs.readFileSync(process.env.FILE, 'utf8'), fs.existsSync('conf/app.conf') && fs.readFileSync('conf/app.conf', 'utf8'), 'ready');
setInterval(() => {}, 1000);`;
  const image: CatalogImage = {
    ...nodeImage('keeper', keeper),
    files: { '/app/main.js': keeper, '/app/data/given.txt': 'given' },
  };

  test('what is written on one outlives the container, what is written elsewhere does not', async () => {
    const machine = await openMachine({ catalog: [image] });
    const seen = async (variables: Record<string, string>) => {
      const volumes = [
        { source: 'app-data', target: '/app/data' },
        { source: '/data/apps/app.conf', target: '/app/conf/app.conf', content: 'a=1' },
      ];
      const container = await run(machine, { image: 'keeper', variables, volumes });
      await ready(container);
      await container.remove();
      return container.logs();
    };
    expect(await seen({ FILE: '/app/data/log.txt' })).toBe('x a=1 ready');
    expect(await seen({ FILE: '/app/data/log.txt' })).toBe('xx a=1 ready');
    expect(await seen({ FILE: 'log.txt' })).toBe('x a=1 ready');
    expect(await seen({ FILE: 'log.txt' })).toBe('x a=1 ready');
    expect(await seen({ FILE: 'data/given.txt' })).toBe('givenx a=1 ready');
    await machine.removeVolume('app-data');
    expect(await seen({ FILE: '/app/data/log.txt' })).toBe('x a=1 ready');
    expect(existsSync('/data/apps/app.conf')).toBe(false);
  });
});

test('a published port leads to the container, and only one can have it', async () => {
  const machine = await openMachine();
  const free = createServer().listen(0, '127.0.0.1');
  await eventually(() => free.address());
  const { port } = free.address() as { port: number };
  await new Promise((resolve) => free.close(resolve));
  const published = [{ host: port, container: 3000 }];
  const container = await run(machine, { image: hello, published });
  const page = await eventually(() => get({ proxy: { host: '127.0.0.1', port } }, 'any').catch(() => undefined));
  expect(page.body).toBe('hello 1.0.0\n');
  await expect(run(machine, { name: 'second', image: hello, published })).rejects.toThrow(
    `Bind for 0.0.0.0:${port} failed: port is already allocated`,
  );
  expect(machine.containers()).toEqual([container]);
  await container.remove();
  await run(machine, { name: 'second', image: hello, published });
});

describe("what cannot start is refused in Docker's words", () => {
  test.each<[Partial<ContainerSpec> & { image: string }, string]>([
    [{ image: 'no/such:1' }, 'No such image: docker.io/no/such:1'],
    [{ image: hello, command: 'no-such-program --x' }, 'exec: "no-such-program": executable file not found in $PATH'],
    [{ image: 'empty' }, 'no command specified'],
  ])('%j', async (spec, words) => {
    const machine = await openMachine({ catalog: [{ name: 'empty', config: {} }] });
    await expect(run(machine, spec)).rejects.toThrow(words);
    expect(machine.containers()).toEqual([]);
  });

  test('a name that is taken', async () => {
    const machine = await openMachine();
    const first = run(machine, { image: hello });
    await expect(run(machine, { image: hello })).rejects.toThrow('The container name "/app" is already in use');
    await first;
    await expect(run(machine, { image: hello })).rejects.toThrow('The container name "/app" is already in use');
  });
});

test('a command is split into words and stands in place of the image’s', async () => {
  const machine = await openMachine();
  const container = await run(machine, {
    image: 'node:22',
    command: `node -p "process.argv.slice(1).join('|')" -- 'two words' last`,
    restart: false,
  });
  await container.waitFor(({ status }) => status === 'exited');
  expect(container.logs()).toBe('two words|last');
});

test('several start at once from an image that is not there yet', async () => {
  const machine = await openMachine();
  const names = ['a', 'b', 'c', 'd'];
  const started = await Promise.all(names.map((name) => run(machine, { name, image: hello })));
  for (const container of started) await eventually(() => container.logs().includes('listening'));
  expect(machine.images()).toHaveLength(1);
});

test('runs commands inside', async () => {
  const machine = await openMachine();
  const container = await run(machine, { image: hello, variables: { GREETING: 'hi' }, port: 3000 });
  await eventually(() => container.logs());
  expect(await container.exec('echo $GREETING; echo no >&2; exit 3')).toMatchObject({
    exitCode: 3,
    output: expect.stringMatching(/hi|no/),
  });
  expect((await container.exec('curl -s http://localhost:3000/')).output).toBe('hi 1.0.0');
  expect((await container.exec('echo kept > /note.txt && cat /note.txt')).output).toBe('kept');
  expect(existsSync('/note.txt')).toBe(false);
  await container.stop();
  await expect(container.exec('true')).rejects.toThrow('is not running');
});

test('images: pulled, listed oldest first, kept while used, removed', async () => {
  const machine = await openMachine();
  const lines: string[] = [];
  const pull = (reference: string) => machine.pull(reference, (line) => lines.push(line));
  await pull(hello);
  await pull('127.0.0.1:5000/acme/hello:1.1.0');
  expect(machine.images('127.0.0.1:5000/acme/hello').map(({ tag }) => tag)).toEqual(['1.0.0', '1.1.0']);
  await expect(pull('127.0.0.1:5000/acme/hello:9.9.9')).rejects.toMatchObject({
    exitCode: 18,
    output:
      'Error response from daemon: manifest for 127.0.0.1:5000/acme/hello:9.9.9 not found: manifest unknown: manifest unknown', // deploy-image 45
  });
  await expect(pull('mongo:7')).rejects.toThrow(
    "pull access denied for mongo, repository does not exist or may require 'docker login'",
  );
  const container = await run(machine, { image: hello });
  await expect(machine.removeImage(hello)).rejects.toThrow('is using its referenced image');
  await container.remove();
  await machine.removeImage(hello);
  expect(machine.images()).toHaveLength(1);
  await expect(machine.removeImage(hello)).rejects.toThrow('No such image');
});

test('close ends all, and leaves nothing on disk', async () => {
  const folder = await temporaryFolder();
  const machine = await openMachine({ folder });
  const container = await run(machine, { image: hello });
  const { output } = await container.exec('echo $PPID');
  expect(Number(output)).toBeGreaterThan(0);
  expect(await readdir(folder)).toHaveLength(1);
  await machine.close();
  expect(await readdir(folder)).toEqual([]);
  expect(container.state().status).toBe('removed');
  await expect(run(machine, { image: hello })).rejects.toThrow('the machine was closed');
  expect(existsSync(join(folder, 'containers'))).toBe(false);
});

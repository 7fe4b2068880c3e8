import { once } from 'node:events';
import { connect as connectSocket, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it, vi } from 'vitest';
import type { Clock } from '../../src/clock.ts';
import { connect } from './clients.ts';
import { json, KEYS, type Quay, quay } from './quay.ts';

/** A socket of its own, so that a request can be as odd as it likes. */
async function socketTo({ url }: Quay): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connectSocket(Number(port), hostname);
  await once(socket, 'connect');
  return socket;
}

const raw = async (here: Quay, ...lines: string[]): Promise<string> => {
  const socket = await socketTo(here);
  socket.write(`${[...lines, 'Connection: close'].join('\r\n')}\r\n\r\n`);
  return text(socket);
};

describe('health', () => {
  it('is told to everyone; whether it is ready by looking, why not to those with a key', async () => {
    let looks = 0;
    const clock: Clock = { now: () => 0, sleep: async () => undefined };
    const ready = async () => {
      looks++;
      return { database: 'ok', coolify: 'nobody answers at coolify.internal' };
    };
    await using here = await quay({ ready, clock });
    const health = await here.ask('/health', { key: null });
    expect([health.status, await json(health)]).toEqual([200, { status: 'healthy', version: '0.0.0-test' }]);
    expect(looks).toBe(0);
    const [open, known] = await Promise.all([here.ask('/ready', { key: null }), here.ask('/ready')]);
    expect([open.status, known.status, looks]).toEqual([503, 503, 1]);
    const checks = { database: { status: 'ok' }, coolify: { status: 'failed' } };
    expect(await json(open)).toEqual({ status: 'not_ready', version: '0.0.0-test', checks });
    expect((await json(known)).checks.coolify).toEqual({
      status: 'failed',
      reason: 'nobody answers at coolify.internal',
    });
    expect((await here.ask('/ready', { key: 'wrong' })).status).toBe(401);
    await using fine = await quay();
    expect((await fine.ask('/ready', { key: null })).status).toBe(200);
  });
});

describe('keys', () => {
  it.each(['/mcp', '/', '/v1/server/list', '/v1/openapi.json', '/execute', '/mcp/rpc', '/nowhere'])(
    'are needed at %s',
    async (path) => {
      await using here = await quay();
      const none = await here.post(path, {}, { key: null });
      expect([none.status, none.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="fairlead"']);
      const wrong = await here.post(path, {}, { key: 'wrong' });
      expect(wrong.status).toBe(401);
      expect(wrong.headers.get('www-authenticate')).toContain('invalid_token');
    },
  );

  it('that are wrong are counted and answered ever more slowly; the right one never', async () => {
    const pauses: number[] = [];
    const clock: Clock = { now: () => 0, sleep: async (ms) => void pauses.push(ms) };
    await using here = await quay({ clock });
    for (let i = 0; i < 11; i++) expect((await here.ask('/v1/server/list', { key: `guess-${i}` })).status).toBe(401);
    expect(pauses).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000]);
    expect((await here.ask('/v1/server/list')).status).toBe(200);
    expect(pauses).toHaveLength(8);
    expect(here.log('http_wrong_key').map(({ count }) => count)).toEqual([1, 2, 4, 8]);
    expect(JSON.stringify(here.log())).not.toContain('guess-');
  });

  it('that are guessed by many at once are not held back without bound', async () => {
    const over = Promise.withResolvers<void>();
    await using here = await quay({ clock: { now: () => 0, sleep: () => over.promise } });
    const guesses = Array.from({ length: 110 }, () => here.ask('/v1/server/list', { key: 'guess' }));
    let refused = 0;
    for (const guess of guesses) void guess.then(({ status }) => (refused += status === 429 ? 1 : 0));
    await vi.waitFor(() => expect(refused).toBe(7), { timeout: 20_000 });
    over.resolve();
    const statuses = (await Promise.all(guesses)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(103);
  });

  it('say who one is: X-Agent-Id may only repeat it', async () => {
    await using here = await quay();
    const named = async (key: string, name: string) =>
      (await here.ask('/v1/server/list', { key, headers: { 'X-Agent-Id': name } })).status;
    expect(await named(KEYS.ann, 'id-of-ann')).toBe(200);
    expect(await named(KEYS.ann, 'ann')).toBe(200);
    expect(await named(KEYS.ann, 'bob')).toBe(403);
    expect(await named(KEYS.owner, '../../x')).toBe(403);
  });
});

describe('Host, Origin and what a browser may', () => {
  const get = 'GET /v1/server/list HTTP/1.1';
  const key = `Authorization: Bearer ${KEYS.owner}`;

  it('lets in by the names of this machine only', async () => {
    await using here = await quay({ allowedHosts: ['fairlead.example.test'] });
    const { port } = new URL(here.url);
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, 'LOCALHOST', 'fairlead.example.test'])
      expect(await raw(here, get, `Host: ${host}`, key), host).toMatch(/^HTTP\/1.1 200/);
    for (const host of ['evil.example.test', `evil.localhost.test:${port}`, '127.0.0.1.evil.test'])
      expect(await raw(here, get, `Host: ${host}`, key), host).toMatch(/^HTTP\/1.1 403/);
    for (const host of ['', 'a b', '@', '127.0.0.1@evil.test'])
      expect(await raw(here, get, `Host: ${host}`, key), host).toMatch(/^HTTP\/1.1 40[03]/);
  });

  it('lets in pages of its own and those that are configured', async () => {
    await using here = await quay({ corsOrigins: ['https://app.example.test'] });
    const from = (origin: string, path = '/mcp') => here.post(path, {}, { headers: { Origin: origin } });
    for (const origin of ['https://evil.example.test', 'null', 'http://localhost:1'])
      for (const path of ['/mcp', '/execute', '/v1/server/list', '/ready'])
        expect((await from(origin, path)).status, `${origin} ${path}`).toBe(403);
    const own = await from(here.url, '/v1/server/list');
    expect([own.status, own.headers.get('access-control-allow-origin')]).toEqual([200, null]);
    const other = await from('https://app.example.test', '/v1/server/list');
    expect([other.status, other.headers.get('access-control-allow-origin')]).toEqual([200, 'https://app.example.test']);
    expect(other.headers.get('access-control-expose-headers')).toContain('Mcp-Session-Id');
    const asked = { Origin: 'https://app.example.test', 'Access-Control-Request-Method': 'POST' };
    const preflight = await here.ask('/mcp', { method: 'OPTIONS', headers: asked, key: null });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-headers')).toContain('Authorization');
    const elsewhere = { ...asked, Origin: 'https://evil.example.test' };
    expect((await here.ask('/mcp', { method: 'OPTIONS', headers: elsewhere, key: null })).status).toBe(403);
  });

  it('sends headers that keep a page from doing anything with an answer', async () => {
    await using here = await quay();
    const { headers } = await here.ask('/health', { key: null });
    expect(headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toMatch(/deny|sameorigin/i);
    expect(headers.get('strict-transport-security')).toBeNull();
  });
});

describe('bodies', () => {
  it.each(['/mcp', '/v1/server/list', '/execute', '/mcp/rpc'])('%s takes JSON of 4 MiB at most', async (path) => {
    await using here = await quay();
    const large = JSON.stringify({ limit: 'x'.repeat(5 * 1024 * 1024) });
    expect((await here.post(path, large)).status).toBe(413);
    const pieces = new ReadableStream({
      pull: (controller) => controller.enqueue(new TextEncoder().encode('x'.repeat(64 * 1024))),
    });
    const endless = { method: 'POST', body: pieces, duplex: 'half', headers: { 'Content-Type': 'application/json' } };
    const answer = await here.ask(path, endless as RequestInit).then(
      ({ status }) => status,
      () => 'cut off',
    );
    expect([413, 'cut off']).toContain(answer);
    expect((await here.ask('/health')).status).toBe(200);
    const form = await here.post(path, 'command=x', { headers: { 'Content-Type': 'text/plain' } });
    expect(form.status).toBe(415);
  });
});

describe('clients that are slow, or gone', () => {
  it('are cut off when they do not finish their request', async () => {
    await using here = await quay({ limits: { headersMs: 300, requestMs: 600 } });
    const half = await socketTo(here);
    half.write('GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n');
    const body = await socketTo(here);
    body.write(
      `POST /execute HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${KEYS.owner}\r\nContent-Length: 90\r\n\r\n{`,
    );
    const answers = await Promise.all([text(half), text(body)]);
    for (const answer of answers) expect(answer).toMatch(/^HTTP\/1.1 408|^$/);
    expect(here.log('http_fault')).toEqual([]);
  });

  it('do not take the place of others beyond the most connections', async () => {
    await using here = await quay({ limits: { connections: 2 } });
    const sockets = [await socketTo(here), await socketTo(here)];
    const third = await socketTo(here);
    expect(await text(third)).toBe('');
    for (const socket of sockets) socket.destroy();
    await vi.waitFor(async () => expect((await here.ask('/health')).status).toBe(200), { timeout: 20_000 });
  });

  it('send what is no HTTP and are told so', async () => {
    await using here = await quay();
    expect(await raw(here, 'HELLO')).toMatch(/^HTTP\/1.1 400/);
    expect(await raw(here, 'GET //[ HTTP/1.1', 'Host: 127.0.0.1')).toMatch(/^HTTP\/1.1 40/);
    expect(await raw(here, 'TRACE / HTTP/1.1', 'Host: 127.0.0.1')).toMatch(/^HTTP\/1.1 40/);
    expect((await here.ask('/health')).status).toBe(200);
  });
});

describe('a stop', () => {
  const begun = (here: Quay, boat: string) =>
    vi.waitFor(async () => expect(JSON.stringify(await here.call('harbour'))).toContain(`listening:${boat}`), {
      timeout: 20_000,
    });

  it('lets what is in flight finish, and takes nothing new', async () => {
    await using here = await quay();
    const sailing = here.post('/v1/boat/sail?wait=30', { boat: 'ann', wait: true });
    await begun(here, 'ann');
    const half = await socketTo(here);
    const [first, second] = [
      'GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n',
      'GET /v1/server/list HTTP/1.1\r\nHost: 127.0.0.1\r\n',
    ];
    half.write(`${first}\r\n${second}`);
    // The answer to the first tells that the beginning of the second has arrived.
    await once(half, 'readable');
    const stopped = here.server.close();
    await expect(socketTo(here)).rejects.toThrow('ECONNREFUSED');
    half.write(`Authorization: Bearer ${KEYS.owner}\r\n\r\n`);
    expect(await text(half)).toMatch(/^HTTP\/1.1 200.*HTTP\/1.1 503.*connection: close/is);
    await here.call('harbour', { open: true });
    expect(await json(await sailing)).toMatchObject({ status: 'success' });
    await stopped;
    await here.server.close();
    expect(here.log('http_closed')).toHaveLength(1);
  });

  it('answers who waits for a run as pending, ends streams, and is over in time', async () => {
    await using here = await quay({ limits: { stopMs: 3000 } });
    await using modern = await connect('SDK v2, 2026-07-28', here.url);
    await using older = await connect('SDK v1', here.url);
    const onprogress = () => undefined;
    const waits = [
      here.post('/v1/boat/sail?wait=30', { boat: 'rest', wait: true }).then(json),
      here.post('/execute', { command: '/mcp-coolify boat sail slash --wait' }).then(json),
      modern.call('sail_boat', { boat: 'modern', wait: true }, { onprogress }).then((done) => done.structuredContent),
      older.call('sail_boat', { boat: 'older', wait: true }, { onprogress }).then((done) => done.structuredContent),
    ];
    const looking = here.post('/v1/boat/watch', { boat: 'read' });
    for (const boat of ['rest', 'slash', 'modern', 'older', 'read']) await begun(here, boat);
    const since = performance.now();
    here.stop.abort();
    for (const wait of waits) expect(await wait).toMatchObject({ status: 'pending' });
    const read = await looking;
    expect([read.status, (await json(read)).reason]).toEqual([503, 'busy']);
    await here.server.close();
    expect(performance.now() - since).toBeLessThan(3000);
    expect(here.log('http_fault')).toEqual([]);
    expect(here.log('mcp_fault')).toEqual([]);
    expect(here.log('cancel_requested')).toEqual([]);
  });

  it('does not wait for a client that never ends', async () => {
    await using here = await quay({ limits: { stopMs: 300 } });
    const socket = await socketTo(here);
    socket.write(`POST /execute HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${KEYS.owner}\r\n`);
    socket.write('Content-Type: application/json\r\nContent-Length: 90\r\n\r\n{');
    socket.on('error', () => undefined);
    const over = once(socket, 'close');
    await here.ask('/health');
    await here.server.close();
    await over;
  });
});

describe('an address where it cannot listen', () => {
  it('is refused with what to do', async () => {
    await using here = await quay();
    const port = Number(new URL(here.url).port);
    await expect(quay({ port })).rejects.toMatchObject({
      name: 'Refusal',
      message: `Port ${port} of 127.0.0.1 is taken by another program.`,
      next: expect.stringContaining('BACKEND_PORT'),
    });
    await expect(quay({ host: '192.0.2.1' })).rejects.toMatchObject({ next: expect.stringContaining('BACKEND_HOST') });
  });

  it('may be one of IPv6', async () => {
    await using here = await quay({ host: '::1' });
    expect(here.url).toMatch(/^http:\/\/\[::1\]:\d+$/);
    expect((await here.ask('/v1/server/list')).status).toBe(200);
  });
});

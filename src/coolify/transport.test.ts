import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import type { Clock } from '../clock.ts';
import { createBudget } from './budget.ts';
import { CoolifyError } from './error.ts';
import { createTransport, type Outgoing, type RequestSeen, type TransportOptions } from './transport.ts';

const TOKEN = '7|S3cretTokenOfTheTests';
const READ: Outgoing = { method: 'GET', route: '/projects', path: '/projects' };
const WRITE: Outgoing = { method: 'POST', route: '/projects', path: '/projects', body: { name: 'shop' } };

type Handler = (request: IncomingMessage & { body: string }, response: ServerResponse) => void;

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A real server: each request goes to the next handler, the last one serves all that follow. */
async function serve(...handlers: Handler[]) {
  const seen: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    seen.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
    const handler = handlers[Math.min(seen.length, handlers.length) - 1];
    handler?.(Object.assign(request, { body }), response);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  closing.push(
    () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  );
  return { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

/** A TCP server that hangs up at once. */
async function hangUp() {
  const server = createTcpServer((socket) => socket.destroy());
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  closing.push(() => new Promise((closed) => server.close(() => closed())));
  return (server.address() as AddressInfo).port;
}

function instantClock(): Clock & { slept: number[] } {
  let now = 1_000_000;
  const slept: number[] = [];
  return {
    slept,
    now: () => now,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      slept.push(ms);
      now += ms;
    },
  };
}

function transportTo(baseUrl: string, options: Partial<TransportOptions> = {}) {
  const clock = options.clock ?? instantClock();
  return createTransport({ baseUrl, token: TOKEN, clock, random: () => 0.5, budget: createBudget(clock), ...options });
}

const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Handler =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  };
const page =
  (status: number, html: string): Handler =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'text/html' });
    response.end(html);
  };
const never: Handler = () => {};
const drop: Handler = (request) => request.socket.destroy();

const failing = async (call: Promise<unknown>): Promise<CoolifyError> => {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(CoolifyError);
  return error as CoolifyError;
};

describe('a request', () => {
  test('asks for JSON with the token, under /api/v1', async () => {
    const { baseUrl, seen } = await serve(json(201, { uuid: 'p' }));
    const answer = await transportTo(baseUrl).exchange({ ...WRITE, query: { force: true, tag: undefined } });
    expect(answer.json).toEqual({ uuid: 'p' });
    expect(seen[0]).toMatchObject({ method: 'POST', url: '/api/v1/projects?force=true', body: '{"name":"shop"}' });
    expect(seen[0]?.headers).toMatchObject({
      accept: 'application/json',
      authorization: `Bearer ${TOKEN}`,
      'content-type': 'application/json',
    });
  });

  test.each(['', '/', '/api', '/api/v1', '/api/v1/'])('takes the address with %j at its end', async (end) => {
    const { baseUrl, seen } = await serve(json(200, []));
    await transportTo(`${baseUrl}${end}`).exchange(READ);
    expect(seen[0]?.url).toBe('/api/v1/projects');
  });

  test.each(['nowhere', 'ftp://coolify.example.com', 'https://user:pass@coolify.example.com'])(
    'refuses the address %s',
    (baseUrl) => {
      expect(() => transportTo(baseUrl)).toThrow(CoolifyError);
      expect(() => transportTo(baseUrl)).not.toThrow(/pass@/);
    },
  );

  test('refuses a token that none can be, without telling it', () => {
    const attempt = () => createTransport({ baseUrl: 'https://coolify.example.com', token: 'line\nbreak' });
    expect(attempt).toThrow(CoolifyError);
    expect(attempt).not.toThrow(/line/);
  });

  test('reads a text as text', async () => {
    const { baseUrl } = await serve(page(200, '4.3.11'));
    const answer = await transportTo(baseUrl).exchange({ method: 'GET', route: '/version', path: '/version' });
    expect(answer).toMatchObject({ status: 200, text: '4.3.11' });
    expect(answer).not.toHaveProperty('json');
  });

  test('is told of once it has ended', async () => {
    const { baseUrl } = await serve(json(500, { message: 'Server Error' }), json(200, []));
    const told: RequestSeen[] = [];
    await transportTo(baseUrl, { onRequest: (request) => told.push(request) }).exchange(READ);
    expect(told).toMatchObject([
      { method: 'GET', route: '/projects', attempt: 1, status: 500 },
      { method: 'GET', route: '/projects', attempt: 2, status: 200 },
    ]);
  });
});

describe('again', () => {
  test('a read goes out up to four times after a 5xx, each time later', async () => {
    const { baseUrl, seen } = await serve(json(500, { message: 'Server Error' }));
    const clock = instantClock();
    const error = await failing(transportTo(baseUrl, { clock }).exchange(READ));
    expect(error).toMatchObject({ kind: 'server_error', status: 500, message: 'Server Error', sent: 'answered' });
    expect(seen).toHaveLength(4);
    expect(clock.slept).toEqual([250, 500, 1000]);
  });

  test('a write does not, after a 5xx', async () => {
    const { baseUrl, seen } = await serve(json(500, { message: 'Server Error' }), json(201, {}));
    await failing(transportTo(baseUrl).exchange(WRITE));
    expect(seen).toHaveLength(1);
  });

  test('a write does, after the rate limit, when Coolify says and not before', async () => {
    const tooMany = json(
      429,
      { message: 'Too Many Attempts.' },
      { 'retry-after': '48', 'x-ratelimit-limit': '200', 'x-ratelimit-remaining': '0' },
    );
    const { baseUrl, seen } = await serve(tooMany, json(201, { uuid: 'p' }));
    const clock = instantClock();
    const answer = await transportTo(baseUrl, { clock }).exchange(WRITE);
    expect(answer.status).toBe(201);
    expect(seen).toHaveLength(2);
    expect(clock.slept).toEqual([48_250]);
  });

  test('a full queue is no rate limit', async () => {
    const full = 'Deployment queue is full. Please wait for existing deployments to complete.';
    const { baseUrl, seen } = await serve(json(429, { message: full }, { 'retry-after': '60' }));
    const error = await failing(transportTo(baseUrl).exchange(WRITE));
    expect(error).toMatchObject({ kind: 'queue_full', retryAfterMs: 60_000 });
    expect(seen).toHaveLength(1);
  });

  test('a read goes out after a lost connection', async () => {
    const { baseUrl, seen } = await serve(drop, json(200, ['here']));
    expect((await transportTo(baseUrl).exchange(READ)).json).toEqual(['here']);
    expect(seen).toHaveLength(2);
  });

  test('a write does not: it may have been carried out', async () => {
    const { baseUrl, seen } = await serve(drop);
    const error = await failing(transportTo(baseUrl).exchange(WRITE));
    expect(error).toMatchObject({ kind: 'connection_lost_after_send', sent: 'maybe' });
    expect(seen).toHaveLength(1);
  });

  test('a write does where nobody listens: nothing was sent', async () => {
    const { baseUrl } = await serve(never);
    for (const close of closing.splice(0)) await close();
    let tried = 0;
    const counting: typeof fetch = (...args) => {
      tried += 1;
      return fetch(...args);
    };
    const error = await failing(transportTo(baseUrl, { fetch: counting }).exchange(WRITE));
    expect(error).toMatchObject({ kind: 'unreachable', sent: 'no' });
    expect(error.message).toContain('ECONNREFUSED');
    expect(tried).toBe(4);
  });

  test('a write does where the connection broke off while it was being made', async () => {
    const port = await hangUp();
    const error = await failing(transportTo(`https://127.0.0.1:${port}`).exchange(WRITE));
    expect(error).toMatchObject({ kind: 'connection_lost_before_send', sent: 'no' });
  });

  test('an answer that breaks off has said its status', async () => {
    const half: Handler = (_, response) => {
      response.writeHead(201, { 'content-type': 'application/json', 'content-length': '100' });
      response.write('{"uuid":', () => response.destroy());
    };
    const { baseUrl, seen } = await serve(half);
    const error = await failing(transportTo(baseUrl).exchange(WRITE));
    expect(error).toMatchObject({ kind: 'connection_lost_after_send', sent: 'answered', status: 201 });
    expect(seen).toHaveLength(1);
  });
});

describe('no connection', () => {
  test('for want of a name', async () => {
    const error = await failing(transportTo('http://coolify.invalid').exchange(WRITE));
    expect(error).toMatchObject({ kind: 'dns', sent: 'no' });
  });

  test('for want of TLS', async () => {
    const { baseUrl, seen } = await serve(json(200, []));
    const error = await failing(transportTo(baseUrl.replace('http:', 'https:')).exchange(WRITE));
    expect(error).toMatchObject({ kind: 'tls', sent: 'no' });
    expect(seen).toEqual([]);
  });
});

describe('a timeout', () => {
  test('before any answer leaves open whether it took effect', async () => {
    const { baseUrl, seen } = await serve(never);
    const error = await failing(transportTo(baseUrl, { timeouts: { usual: 100 } }).exchange(WRITE));
    expect(error).toMatchObject({ kind: 'timeout', sent: 'maybe', message: 'Coolify did not answer within 0.1 s.' });
    expect(seen).toHaveLength(1);
  });

  test('covers the body', async () => {
    const { baseUrl } = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('[');
    });
    const error = await failing(transportTo(baseUrl, { timeouts: { usual: 150 } }).exchange(READ));
    expect(error).toMatchObject({ kind: 'timeout', sent: 'answered', status: 200 });
  });

  test('is longer for a slow call', async () => {
    const { baseUrl } = await serve((_, response) => void setTimeout(() => json(200, [])(_, response), 250));
    const transport = transportTo(baseUrl, { timeouts: { usual: 50, slow: 10_000 } });
    expect((await transport.exchange({ ...READ, slow: true })).status).toBe(200);
  });
});

describe('an abort', () => {
  test('before the start sends nothing', async () => {
    const { baseUrl, seen } = await serve(json(200, []));
    const error = await failing(transportTo(baseUrl).exchange(WRITE, AbortSignal.abort()));
    expect(error).toMatchObject({ kind: 'aborted', sent: 'no' });
    expect(seen).toEqual([]);
  });

  test.each(['the caller', 'the client'])('by %s ends a call that is under way', async (who) => {
    const stop = new AbortController();
    const { baseUrl } = await serve(() => stop.abort());
    const options = who === 'the client' ? { signal: stop.signal } : {};
    const call = transportTo(baseUrl, options).exchange(WRITE, who === 'the caller' ? stop.signal : undefined);
    expect(await failing(call)).toMatchObject({ kind: 'aborted', sent: 'maybe' });
  });

  test('ends the wait between two attempts', async () => {
    const stop = new AbortController();
    const { baseUrl, seen } = await serve(json(500, { message: 'Server Error' }));
    const clock: Clock = {
      now: () => 0,
      sleep: (_, signal) =>
        new Promise((_, reject) => {
          signal?.addEventListener('abort', () => reject(signal.reason));
          stop.abort();
        }),
    };
    expect(await failing(transportTo(baseUrl, { clock }).exchange(READ, stop.signal))).toMatchObject({
      kind: 'aborted',
    });
    expect(seen).toHaveLength(1);
  });

  test('ends the wait for the budget', async () => {
    const stop = new AbortController();
    const { baseUrl, seen } = await serve(json(200, [], { 'x-ratelimit-limit': '200', 'x-ratelimit-remaining': '3' }));
    const clock: Clock = {
      now: () => 0,
      sleep: () => {
        stop.abort();
        return new Promise(() => {});
      },
    };
    const transport = transportTo(baseUrl, { clock });
    await transport.exchange(READ);
    expect(await failing(transport.exchange(WRITE, stop.signal))).toMatchObject({ kind: 'aborted', sent: 'no' });
    expect(seen).toHaveLength(1);
  });
});

describe('the budget', () => {
  test('waits for the next minute when what is left is for others', async () => {
    const { baseUrl, seen } = await serve(json(200, [], { 'x-ratelimit-limit': '200', 'x-ratelimit-remaining': '11' }));
    const clock = instantClock();
    const transport = transportTo(baseUrl, { clock });
    await transport.exchange(READ);
    expect(clock.slept).toEqual([]);
    await transport.exchange(READ);
    expect(clock.slept).toEqual([]);
    await transport.exchange(READ);
    expect(clock.slept).toEqual([61_000]);
    expect(seen).toHaveLength(3);
  });

  test('is one for all clients of an address', async () => {
    const { baseUrl } = await serve(json(200, []));
    const clock = instantClock();
    const client = () => createTransport({ baseUrl, token: TOKEN, clock });
    await client().exchange(READ);
    await createTransport({ baseUrl: `${baseUrl}/api/v1`, token: '8|another-token', clock }).exchange(READ);
    expect(client().budget.state().left).toBe(188);
  });
});

describe('an answer that is not Coolify’s', () => {
  test('a page of the proxy in front, with its title', async () => {
    const { baseUrl } = await serve(
      page(502, '<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>'),
    );
    const error = await failing(transportTo(baseUrl).exchange(WRITE));
    expect(error).toMatchObject({ kind: 'server_error', status: 502, sent: 'answered' });
    expect(error.message).toBe('HTTP 502 with text/html saying “502 Bad Gateway”: not Coolify’s own answer.');
  });

  test('a page where Coolify was expected', async () => {
    const { baseUrl } = await serve(page(404, '404 page not found'));
    expect(await failing(transportTo(baseUrl).exchange(READ))).toMatchObject({
      kind: 'unexpected_answer',
      status: 404,
    });
  });

  test('a redirect is not followed, and no token goes there', async () => {
    const elsewhere = await serve(json(200, []));
    const { baseUrl } = await serve((_, response) => {
      response.writeHead(302, { location: `${elsewhere.baseUrl}/login?token=secret` });
      response.end();
    });
    const error = await failing(transportTo(baseUrl).exchange(READ));
    expect(error).toMatchObject({ kind: 'unexpected_answer', status: 302 });
    expect(error.message).toContain(elsewhere.baseUrl);
    expect(error.message).not.toContain('secret');
    expect(elsewhere.seen).toEqual([]);
  });

  test('one larger than anything Coolify says is not read to its end', async () => {
    const { baseUrl } = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const more = () => {
        while (response.writable && response.write('x'.repeat(65_536)));
      };
      response.on('drain', more);
      more();
    });
    const error = await failing(transportTo(baseUrl, { largestAnswer: 1024 * 1024 }).exchange(READ));
    expect(error).toMatchObject({
      kind: 'unexpected_answer',
      message: 'The answer is larger than 1 MiB.',
      sent: 'answered',
    });
  });

  test('broken JSON of a success is left to the call to judge', async () => {
    const { baseUrl } = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('{"uuid":');
    });
    expect(await transportTo(baseUrl).exchange(READ)).not.toHaveProperty('json');
  });
});

describe('what must not be told', () => {
  test('an error holds neither token, nor header, nor what was sent, nor a learned secret', async () => {
    const echo: Handler = (request, response) => {
      const message = `no: ${request.headers.authorization} ${request.body} ${request.headers['user-agent']}`;
      json(422, { message: `${message} hunter2`, errors: { name: [`${TOKEN} hunter2`] } })(request, response);
    };
    const { baseUrl } = await serve(echo);
    const strike = (text: string) => text.replaceAll('hunter2', '***').replaceAll('shop', '***');
    const error = await failing(transportTo(baseUrl, { strike }).exchange(WRITE));
    expect(error.kind).toBe('invalid');
    for (const told of [inspect(error, { depth: 9 }), JSON.stringify(error), error.stack ?? '']) {
      expect(told).not.toContain('S3cretTokenOfTheTests');
      expect(told).not.toContain('hunter2');
      expect(told).not.toContain('shop');
    }
    expect(error.request).toEqual({ method: 'POST', path: '/projects' });
  });

  test.each<[string, Handler]>([
    ['lost', drop],
    ['late', never],
  ])('nor does one that was %s', async (_, handler) => {
    const { baseUrl } = await serve(handler);
    const error = await failing(transportTo(baseUrl, { timeouts: { usual: 100 } }).exchange(WRITE));
    expect(inspect(error, { depth: 9 })).not.toContain('S3cretTokenOfTheTests');
  });
});

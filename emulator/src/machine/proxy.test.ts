import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { openProxy, type ProxyTarget } from './proxy.ts';
import { get } from './test-machine.ts';

async function opened() {
  const proxy = await openProxy(0);
  onTestFinished(() => proxy.close());
  return proxy;
}

async function backend(answer: RequestListener, prepare: (server: Server) => void = () => {}): Promise<ProxyTarget> {
  const server = createServer(answer);
  prepare(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as { port: number };
  return () => ({ host: '127.0.0.1', port });
}

const saying = (text: string) => backend((_, response) => response.end(text));

test('goes by the host, whatever its case and port', async () => {
  const proxy = await opened();
  proxy.route('Web.Example.test', [await saying('web')]);
  for (const host of ['web.example.test', 'WEB.example.test:8080']) {
    expect(await get({ proxy }, host)).toMatchObject({ status: 200, body: 'web' });
  }
  expect(await get({ proxy }, 'other.test')).toMatchObject({ status: 404, body: '404 page not found\n' });
  proxy.unroute('WEB.example.test');
  expect((await get({ proxy }, 'web.example.test')).status).toBe(404);
});

test('takes live targets in turn, and says so when there is none', async () => {
  const proxy = await opened();
  const live = new Set(['a', 'b', 'c']);
  const targets = await Promise.all(
    ['a', 'b', 'c'].map(async (name) => {
      const target = await saying(name);
      return () => (live.has(name) ? target() : undefined);
    }),
  );
  proxy.route('h.test', targets);
  const bodies = async (count: number) => {
    const seen: string[] = [];
    for (let asked = 0; asked < count; asked++) seen.push((await get({ proxy }, 'h.test')).body);
    return seen;
  };
  expect(await bodies(4)).toEqual(['a', 'b', 'c', 'a']);
  live.delete('b');
  expect((await bodies(4)).sort()).toEqual(['a', 'a', 'c', 'c']);
  live.clear();
  expect(await get({ proxy }, 'h.test')).toMatchObject({ status: 503, body: 'no available server\n' });
});

test('answers 502 for a target that refuses', async () => {
  const proxy = await opened();
  proxy.route('refused.test', [() => 'refused']);
  proxy.route('closed.test', [() => ({ host: '127.0.0.1', port: 1 })]);
  for (const host of ['refused.test', 'closed.test']) {
    expect(await get({ proxy }, host)).toMatchObject({ status: 502, body: 'Bad Gateway' });
  }
});

test('hands on method, headers and body, and says where the request came from', async () => {
  const proxy = await opened();
  const echo: RequestListener = (request, response) => {
    response.setHeader('set-cookie', ['a=1', 'b=2']);
    response.writeHead(201, {
      'x-seen': JSON.stringify([
        request.method,
        request.url,
        request.headers.host,
        request.headers['x-forwarded-host'],
        request.headers['x-forwarded-proto'],
      ]),
    });
    request.pipe(response);
  };
  proxy.route('h.test', [await backend(echo)]);
  const answer = await get({ proxy }, 'h.test', '/a%20b?c=//d', { method: 'POST', body: 'text' });
  expect(answer).toMatchObject({ status: 201, body: 'text', headers: { 'set-cookie': ['a=1', 'b=2'] } });
  expect(JSON.parse(String(answer.headers['x-seen']))).toEqual(['POST', '/a%20b?c=//d', 'h.test', 'h.test', 'http']);
});

test('several requests go over one connection, answers come as they are written', async () => {
  const proxy = await opened();
  const release = Promise.withResolvers<void>();
  proxy.route('h.test', [
    await backend(async (request, response) => {
      response.write('begin;');
      if (request.url === '/slow') await release.promise;
      response.end('end');
    }),
  ]);
  const socket = connect(proxy.port, proxy.host);
  onTestFinished(() => void socket.destroy());
  const seen: string[] = [];
  const until = async (text: string) => {
    while (!seen.join('').includes(text)) seen.push(String((await once(socket, 'data'))[0]));
  };
  socket.write('GET /slow HTTP/1.1\r\nHost: h.test\r\n\r\n');
  await until('begin;');
  expect(seen.join('')).not.toContain('end');
  expect(seen.join('').toLowerCase()).not.toContain('connection: close');
  // The route is switched meanwhile: what is under way stays where it is.
  proxy.route('h.test', [await saying('next one')]);
  release.resolve();
  await until('end');
  socket.write('GET / HTTP/1.1\r\nHost: h.test\r\n\r\n');
  await until('next one');
});

test('a route is switched under load without a lost request', async () => {
  const proxy = await opened();
  const versions = await Promise.all(
    ['1', '2', '3', '4'].map((version) => backend((_, response) => setImmediate(() => response.end(version)))),
  );
  proxy.route('h.test', versions.slice(0, 1));
  const answers: string[] = [];
  const asking = Array.from({ length: 8 }, async () => {
    for (let asked = 0; asked < 25; asked++) {
      const { status, body } = await get({ proxy }, 'h.test');
      answers.push(`${status} ${body}`);
      proxy.route('h.test', [versions[answers.length % 4] as ProxyTarget]);
    }
  });
  await Promise.all(asking);
  expect(answers).toHaveLength(200);
  expect(answers.filter((answer) => !/^200 [1-4]$/.test(answer))).toEqual([]);
});

test('WebSockets pass in both directions, and end when the proxy closes', async () => {
  const proxy = await openProxy(0);
  const target = await backend(
    () => {},
    (server) => {
      server.on('upgrade', (request, socket) => {
        socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
        socket.on('data', (data: Buffer) => socket.write(`${request.headers.host} heard ${data}`));
        socket.on('error', () => socket.destroy());
        onTestFinished(() => void socket.destroy());
      });
    },
  );
  proxy.route('ws.test', [target]);
  const open = async (host: string) => {
    const socket = connect(proxy.port, proxy.host);
    socket.write(`GET /live HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
    return { socket, first: String((await once(socket, 'data'))[0]) };
  };
  const { socket, first } = await open('ws.test');
  expect(first).toMatch(/^HTTP\/1.1 101 /);
  socket.write('hello');
  expect(String((await once(socket, 'data'))[0])).toBe('ws.test heard hello');
  expect((await open('none.test')).first).toMatch(/^HTTP\/1.1 404 Not Found[\s\S]*404 page not found/);
  const ended = once(socket, 'close');
  await proxy.close();
  await ended;
});

test('a client that leaves ends the request to the target', async () => {
  const proxy = await opened();
  const left = Promise.withResolvers<void>();
  proxy.route('h.test', [
    await backend((_, response) => {
      response.write('begin');
      response.on('close', left.resolve);
    }),
  ]);
  const socket = connect(proxy.port, proxy.host);
  socket.write('GET / HTTP/1.1\r\nHost: h.test\r\n\r\n');
  await once(socket, 'data');
  socket.destroy();
  await left.promise;
});

test('an answer cut off by its target is cut off for the client too', async () => {
  const proxy = await opened();
  proxy.route('h.test', [
    await backend((_, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('begin');
      setImmediate(() => response.destroy());
    }),
  ]);
  await expect(get({ proxy }, 'h.test')).rejects.toThrow(/aborted|hang up|ECONNRESET/);
});

test('a wish to speak HTTP/2 is passed over', async () => {
  const proxy = await opened();
  proxy.route('h.test', [await saying('answered')]);
  const headers = {
    connection: 'Upgrade, HTTP2-Settings',
    upgrade: 'h2c',
    'http2-settings': 'AAMAAABkAAQAoAAAAAIAAAAA',
  };
  expect(await get({ proxy }, 'h.test', '/', { headers })).toMatchObject({ status: 200, body: 'answered' });
});

test('says which port it cannot have', async () => {
  const { port } = await opened();
  await expect(openProxy(port)).rejects.toThrow(`the proxy cannot listen on port ${port}`);
});

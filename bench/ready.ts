import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Answers every GET with what the Coolify answered the first time: the same bytes, and none of its own time. */
export async function readyAnswers(url: string): Promise<AsyncDisposable & { url: string }> {
  const kept = new Map<string, Promise<Buffer>>();
  const server = createServer(async ({ url: path = '/', headers }, response) => {
    const known = kept.get(path) ?? ask(`${url}${path}`, headers.authorization ?? '');
    kept.set(path, known);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(await known);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function ask(url: string, authorization: string): Promise<Buffer> {
  const response = await fetch(url, { headers: { authorization } });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return Buffer.from(await response.arrayBuffer());
}

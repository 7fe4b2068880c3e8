import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { createProxyServer } from 'httpxy';
import type { Address } from './network.ts';

/** The one way in: hands requests on by their `Host`, as Traefik does for Coolify. */
export interface Proxy {
  readonly host: string;
  readonly port: number;
  /** What arrives for `host` from now on goes to the targets in turn; requests under way stay where they are. */
  route(host: string, targets: ProxyTarget[]): void;
  unroute(host: string): void;
  close(): Promise<void>;
}

/** Asked at each request: undefined when it takes no requests now, `refused` when nothing answers on its port. */
export type ProxyTarget = () => Address | 'refused' | undefined;

const answers = {
  unknown: { status: 404, text: '404 page not found\n' },
  none: { status: 503, text: 'no available server\n' },
  refused: { status: 502, text: 'Bad Gateway' },
};

/** Listens on this machine alone; port 0 takes a free one. */
export async function openProxy(port: number): Promise<Proxy> {
  const routes = new Map<string, { targets: ProxyTarget[]; next: number }>();
  // A connection of its own for each request: a kept one may belong to a container that is just going.
  const forwarder = createProxyServer({ xfwd: true, agent: false });
  forwarder.on('proxyRes', (answer) => {
    delete answer.headers.connection; // is about that connection, not about the client's
    delete answer.headers['keep-alive'];
  });
  forwarder.on('error', (_error, _request, response) => {
    if (!response) return;
    // A client that has gone, or an answer already begun, can only be cut off.
    if (!('headersSent' in response) || response.headersSent) response.destroy();
    else say(response as ServerResponse, answers.refused);
  });

  const choose = (request: IncomingMessage): Address | (typeof answers)[keyof typeof answers] => {
    const route = routes.get(hostName(request.headers.host ?? ''));
    if (!route) return answers.unknown;
    const live = route.targets.map((target) => target()).filter((target) => target !== undefined);
    const chosen = live[route.next++ % live.length];
    if (chosen === undefined) return answers.none;
    return chosen === 'refused' ? answers.refused : chosen;
  };

  // Any other upgrade (h2c) is passed over, as Traefik does: the request is answered as it is.
  const shouldUpgradeCallback = ({ headers }: IncomingMessage) => headers.upgrade?.toLowerCase() === 'websocket';
  const server = createServer({ shouldUpgradeCallback }, (request, response) => {
    const chosen = choose(request);
    if ('status' in chosen) return say(response, chosen);
    forwarder.web(request, response, { target: target(chosen) }).catch(() => {}); // told by the forwarder's `error`
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const chosen = choose(request);
    socket.on('error', () => socket.destroy());
    if ('status' in chosen) {
      socket.end(
        `HTTP/1.1 ${chosen.status} ${statusWords[chosen.status]}\r\nConnection: close\r\nContent-Length: ${chosen.text.length}\r\n\r\n${chosen.text}`,
      );
      return;
    }
    forwarder
      .ws(request, socket as IncomingMessage['socket'], { target: target(chosen) }, head)
      .catch(() => socket.destroy());
  });
  const open = new Set<Duplex>();
  server.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  // Requests may wait for as long as their application does.
  server.requestTimeout = 0;
  server.listen(port, '127.0.0.1');
  await once(server, 'listening').catch((error: Error) => {
    throw new Error(`the proxy cannot listen on port ${port} (${error.message}): choose another one`);
  });
  const address = server.address();

  return {
    host: '127.0.0.1',
    port: typeof address === 'object' && address !== null ? address.port : port,
    route: (host, targets) => void routes.set(hostName(host), { targets, next: 0 }),
    unroute: (host) => void routes.delete(hostName(host)),
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}

const statusWords: Record<number, string> = { 404: 'Not Found', 502: 'Bad Gateway', 503: 'Service Unavailable' };

const target = ({ host, port }: Address) => ({ protocol: 'http:', host, port });

const hostName = (host: string) => host.toLowerCase().replace(/:\d+$/, '');

function say(response: ServerResponse, { status, text }: { status: number; text: string }): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' });
  response.end(text);
}

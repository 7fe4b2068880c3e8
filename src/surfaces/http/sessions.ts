import { randomUUID } from 'node:crypto';
import {
  isInitializeRequest,
  type McpServer,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server';
import type { Admitted } from '../../gateway/gateway.ts';
import type { Log } from '../../log.ts';
import { identityOf } from './caller.ts';
import { HttpProblem } from './problem.ts';

interface Session {
  transport: WebStandardStreamableHTTPServerTransport;
  server: McpServer;
  /** Whose it is: an id found elsewhere opens nothing. */
  owner: string;
  /** Requests being answered, an open stream among them. */
  open: number;
  lastUsed: number;
}

export interface Incoming {
  request: Request;
  body: unknown;
  admitted: Admitted;
  /** Calls back when the answer has left, or the connection is gone. */
  whenAnswered(callback: () => void): void;
}

export interface Sessions {
  answer(incoming: Incoming): Promise<Response>;
  close(): Promise<void>;
}

export interface SessionOptions {
  servers(): McpServer;
  /** At most so many; for a further one the one longest unused goes. */
  limit: number;
  idleMs: number;
  now(): number;
  log: Log;
}

/**
 * The sessions of clients that open with `initialize` (2025-11-25 and older). The SDK's transport speaks the protocol;
 * how many there are, how long an unused one is kept and whose each is, is kept here. A client whose session is gone
 * reads 404 and opens another.
 */
export function mcpSessions({ servers, limit, idleMs, now, log }: SessionOptions): Sessions {
  const sessions = new Map<string, Session>();
  const sweep = setInterval(() => void forgetIdle(), Math.min(idleMs, 60_000));
  sweep.unref();

  async function forget(id: string): Promise<void> {
    const session = sessions.get(id);
    sessions.delete(id);
    await session?.server
      .close()
      .catch((error: Error) => log.warn('mcp_session_not_closed', { reason: error.message }));
  }

  const unused = () =>
    [...sessions].filter(([, { open }]) => open === 0).sort(([, a], [, b]) => a.lastUsed - b.lastUsed);

  async function forgetIdle(): Promise<void> {
    const idle = unused().filter(([, { lastUsed }]) => now() - lastUsed > idleMs);
    await Promise.all(idle.map(([id]) => forget(id)));
  }

  async function makeRoom(): Promise<void> {
    await forgetIdle();
    if (sessions.size < limit) return;
    const [longest] = unused();
    if (!longest)
      throw new HttpProblem(503, 'busy', `All ${limit} sessions are in use.`, 'Close one, or come again later.', {
        headers: { 'Retry-After': '5' },
      });
    await forget(longest[0]);
  }

  async function begin({ request, body, admitted, whenAnswered }: Incoming): Promise<Response> {
    await makeRoom();
    const server = servers();
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized(id) {
        const session: Session = { transport, server, owner: identityOf(admitted), open: 0, lastUsed: now() };
        sessions.set(id, session);
        use(session, whenAnswered);
      },
      onsessionclosed: (id) => void sessions.delete(id),
    });
    await server.connect(transport);
    const response = await transport.handleRequest(request, { parsedBody: body });
    if (transport.sessionId === undefined) await server.close();
    return response;
  }

  function use(session: Session, whenAnswered: Incoming['whenAnswered']): void {
    session.open++;
    whenAnswered(() => {
      session.open--;
      session.lastUsed = now();
    });
  }

  return {
    async answer(incoming) {
      const { request, body, admitted, whenAnswered } = incoming;
      const id = request.headers.get('mcp-session-id');
      if (id === null) {
        if (request.method === 'POST' && isInitializeRequest(body)) return begin(incoming);
        throw request.method === 'GET' ? NO_STREAM : NO_SESSION;
      }
      const session = sessions.get(id);
      // Not there and not yours read the same.
      if (!session || session.owner !== identityOf(admitted)) throw GONE;
      use(session, whenAnswered);
      return session.transport.handleRequest(request, { parsedBody: body });
    },

    async close() {
      clearInterval(sweep);
      await Promise.all([...sessions.keys()].map(forget));
    },
  };
}

const NO_STREAM = new HttpProblem(
  405,
  'no_session',
  'There is no stream without a session.',
  'Send initialize by POST first.',
  {
    headers: { Allow: 'POST' },
  },
);
const NO_SESSION = new HttpProblem(400, 'no_session', 'This request has no Mcp-Session-Id.', 'Send initialize first.');
const GONE = new HttpProblem(404, 'not_found', 'There is no such session.', 'Send initialize to open another.');

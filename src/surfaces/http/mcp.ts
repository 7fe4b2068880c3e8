import { createMcpHandler, isLegacyRequest } from '@modelcontextprotocol/server';
import { type McpOptions, mcpServers } from '../mcp/server.ts';
import { asCaller, theCaller } from './caller.ts';
import { type Incoming, mcpSessions } from './sessions.ts';

export interface McpHttpOptions extends Omit<McpOptions, 'admitted'> {
  sessions: { limit: number; idleMs: number };
  now(): number;
}

export interface McpEndpoint {
  answer(incoming: Incoming): Promise<Response>;
  /** Ends what is still open. A run that a call waited for goes on. */
  close(): Promise<void>;
}

/** MCP over streamable HTTP, both eras at one address: 2026-07-28 without sessions, older clients with. */
export function mcpEndpoint({ sessions: { limit, idleMs }, now, ...options }: McpHttpOptions): McpEndpoint {
  const servers = mcpServers({ ...options, admitted: theCaller });
  const onerror = (error: Error) => options.log.warn('mcp_request_refused', { reason: error.message });
  const modern = createMcpHandler(() => servers(), { legacy: 'reject', onerror });
  const older = mcpSessions({ servers, limit, idleMs, now, log: options.log });
  return {
    async answer(incoming) {
      const { request, body, admitted } = incoming;
      const legacy = await isLegacyRequest(request, body);
      return asCaller(admitted, () =>
        legacy ? older.answer(incoming) : modern.fetch(request, { ...(body !== undefined && { parsedBody: body }) }),
      );
    },
    async close() {
      await Promise.all([modern.close(), older.close()]);
    },
  };
}

/** Whether the answer is a stream that stays open until somebody ends it: it is no request to wait for. */
export const isStanding = ({ request, body }: Pick<Incoming, 'request' | 'body'>): boolean =>
  request.method === 'GET' ||
  (typeof body === 'object' && body !== null && 'method' in body && body.method === 'subscriptions/listen');

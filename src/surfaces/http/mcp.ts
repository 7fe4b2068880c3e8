import { createMcpHandler, isLegacyRequest, type ServerEventBus } from '@modelcontextprotocol/server';
import { type McpOptions, mcpServers, toolTable } from '../mcp/server.ts';
import { asCaller, theCaller } from './caller.ts';
import { type Incoming, mcpSessions } from './sessions.ts';

export interface McpHttpOptions extends Omit<McpOptions, 'admitted'> {
  sessions: { limit: number; idleMs: number };
  now(): number;
  parts?: McpParts;
}

/** What may stand in for our own parts, so that tests host other tools as these are hosted. */
export interface McpParts {
  makeServers?(options: McpOptions): ReturnType<typeof mcpServers>;
  bus?: ServerEventBus;
}

export interface McpEndpoint {
  answer(incoming: Incoming): Promise<Response>;
  /** Ends what is still open. A run that a call waited for goes on. */
  close(): Promise<void>;
}

/** MCP over streamable HTTP, both eras at one address: 2026-07-28 without sessions, older clients with. */
export function mcpEndpoint({ sessions, now, parts = {}, ...options }: McpHttpOptions): McpEndpoint {
  const { makeServers = makeOurs, ...modernOptions } = parts;
  const servers = makeServers({ ...options, admitted: theCaller });
  const onerror = (error: Error) => options.log.warn('mcp_request_refused', { reason: error.message });
  const modern = createMcpHandler(() => servers(), { legacy: 'reject', onerror, ...modernOptions });
  const older = mcpSessions({ servers, ...sessions, now, log: options.log });
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

const makeOurs = (options: McpOptions) => mcpServers(options, toolTable(options));

/** Whether the answer is a stream that stays open until somebody ends it: it is no request to wait for. */
export const isStanding = ({ request, body }: Pick<Incoming, 'request' | 'body'>): boolean =>
  request.method === 'GET' ||
  (typeof body === 'object' && body !== null && 'method' in body && body.method === 'subscriptions/listen');

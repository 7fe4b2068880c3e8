import { makeKey } from '../../src/gateway/keys.ts';
import { silentLog } from '../../src/log.ts';
import type { McpParts } from '../../src/surfaces/http/mcp.ts';
import { serveHttp } from '../../src/surfaces/http/serve.ts';
import type { McpOptions } from '../../src/surfaces/mcp/server.ts';
import { keyed } from './keyed.ts';

/** Hosted over HTTP as the product does it, its admission included. */
export async function hosted(
  { gateway, admitted, version, callSeconds }: Omit<McpOptions, 'log'>,
  mcp?: McpParts,
): Promise<AsyncDisposable & { url: string }> {
  const key = makeKey();
  const server = await serveHttp({
    gateway,
    admit: (credential) => (credential.key === key ? admitted : undefined),
    host: '127.0.0.1',
    port: 0,
    ready: async () => ({}),
    version,
    callSeconds,
    log: silentLog,
    corsOrigins: [],
    stopping: new AbortController().signal,
    ...(mcp && { mcp }),
  });
  const front = await keyed(server.url, key);
  return {
    url: `${front.url}/mcp`,
    async [Symbol.asyncDispose]() {
      await front[Symbol.asyncDispose]();
      await server.close();
    },
  };
}

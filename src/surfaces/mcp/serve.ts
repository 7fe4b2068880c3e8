import type { Transport } from '@modelcontextprotocol/server';
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio';
import { type McpOptions, mcpServers, type ToolTable } from './server.ts';

export interface McpStdioOptions extends Pick<McpOptions, 'version' | 'log'> {
  table: ToolTable;
  /** Ends the connection, as SIGTERM asks for. */
  stopping: AbortSignal;
}

/**
 * Speaks MCP over this process's stdin and stdout, both eras. Resolves when the client has closed its end or `stopping`
 * has ended the connection; whoever composed the process then closes the rest.
 */
export async function serveMcpStdio(
  options: McpStdioOptions,
  transport: Transport = new StdioServerTransport(),
): Promise<void> {
  const ended = Promise.withResolvers<void>();
  const connection = serveStdio(mcpServers(options, options.table), {
    transport,
    onerror: (error) => options.log.warn('mcp_connection_error', { reason: error.message }),
  });
  // The SDK takes the transport's hook and offers none of its own.
  const { onclose } = transport;
  transport.onclose = () => {
    onclose?.();
    ended.resolve();
  };
  const stop = () => void connection.close();
  options.stopping.addEventListener('abort', stop, { once: true });
  if (options.stopping.aborted) stop();
  await ended.promise;
  options.stopping.removeEventListener('abort', stop);
}

// A process of its own: the SDK's server with one tool, as its documentation hosts it, and nothing around it.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { echoInput, echoOutput } from './echo.ts';

const handler = createMcpHandler(() => {
  const mcp = new McpServer({ name: 'bare', version: '1' });
  mcp.registerTool(
    'echo',
    { description: 'Says it back.', inputSchema: echoInput, outputSchema: echoOutput },
    ({ text }) => ({ content: [{ type: 'text', text: JSON.stringify({ text }) }], structuredContent: { text } }),
  );
  return mcp;
});
const server = createServer(getRequestListener((request) => handler.fetch(request)));
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}`, key: 'none' })}\n`);
});
process.once('SIGTERM', () => {
  server.closeAllConnections();
  server.close();
});

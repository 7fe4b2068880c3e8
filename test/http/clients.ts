import {
  Client,
  type ElicitRequestFormParams,
  type ElicitResult,
  type Progress,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as StreamableHTTPClientTransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import type { Answered, Kind } from '../mcp/clients.ts';
import { KEYS } from './quay.ts';

export { KINDS } from '../mcp/clients.ts';

interface CallOptions {
  signal?: AbortSignal;
  timeout?: number;
  onprogress?: (progress: Progress) => void;
}

/** One way to talk to a server through each of the three clients. */
export interface HttpClient extends AsyncDisposable {
  /** Undefined without a session. */
  session(): string | undefined;
  list(): Promise<{ name: string }[]>;
  call(name: string, args?: Record<string, unknown>, options?: CallOptions): Promise<Answered>;
}

type Person = (question: ElicitRequestFormParams) => ElicitResult;

interface ConnectOptions {
  key?: string;
  path?: string;
  person?: Person;
}

const info = { name: 'test', version: '1' };

export async function connect(
  kind: Kind,
  server: string,
  { key = KEYS.owner, path = '/mcp', person }: ConnectOptions = {},
): Promise<HttpClient> {
  const url = new URL(path, server);
  const options = { requestInit: { headers: { Authorization: `Bearer ${key}` } } };
  const capabilities = person ? { elicitation: {} } : {};
  if (kind === 'SDK v1') {
    const client = new ClientV1(info, { capabilities });
    if (person) client.setRequestHandler(ElicitRequestSchema, async ({ params }) => person(params as never) as never);
    const transport = new StreamableHTTPClientTransportV1(url, options);
    await client.connect(transport as never);
    return {
      session: () => transport.sessionId,
      list: async () => (await client.listTools()).tools,
      call: async (name, args, more) => (await client.callTool({ name, arguments: args }, undefined, more)) as Answered,
      [Symbol.asyncDispose]: () => client.close(),
    };
  }
  const negotiation = kind === 'SDK v2, initialize' ? {} : { versionNegotiation: { mode: 'auto' as const } };
  const client = new Client(info, { capabilities, ...negotiation });
  if (person)
    client.setRequestHandler('elicitation/create', async ({ params }) => person(params as ElicitRequestFormParams));
  const transport = new StreamableHTTPClientTransport(url, options);
  await client.connect(transport);
  return {
    session: () => transport.sessionId,
    list: async () => (await client.listTools()).tools,
    call: async (name, args, more) =>
      (await client.callTool({ name, ...(args && { arguments: args }) }, more)) as Answered,
    [Symbol.asyncDispose]: () => client.close(),
  };
}

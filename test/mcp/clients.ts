import { fileURLToPath } from 'node:url';
import { Client, type ElicitRequestFormParams, type ElicitResult, type Progress } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as StdioClientTransportV1 } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';

export const KINDS = ['SDK v2, 2026-07-28', 'SDK v2, initialize', 'SDK v1'] as const;
export type Kind = (typeof KINDS)[number];

/** What every call's answer holds, whatever the client. */
export interface Answered {
  content: { type: string; text: string }[];
  structuredContent?: Record<string, unknown>;
  isError?: boolean;
  _meta?: Record<string, unknown>;
}

interface CallOptions {
  signal?: AbortSignal;
  timeout?: number;
  onprogress?: (progress: Progress) => void;
}

/** One way to talk to a server process through each of the three clients. */
export interface TestClient extends AsyncDisposable {
  pid: number;
  stderr(): string;
  instructions(): string | undefined;
  list(): Promise<Record<string, unknown>[]>;
  call(name: string, args?: Record<string, unknown>, options?: CallOptions): Promise<Answered>;
}

export type Person = (question: ElicitRequestFormParams) => Promise<ElicitResult> | ElicitResult;

const server = {
  command: process.execPath,
  args: ['--disable-warning=ExperimentalWarning', fileURLToPath(new URL('program.ts', import.meta.url))],
  stderr: 'pipe' as const,
};
const info = { name: 'test', version: '1' };

/** Starts a server process and a client of the kind on it. With a person, the client can ask them. */
export async function connect(kind: Kind, person?: Person): Promise<TestClient> {
  const capabilities = person ? { elicitation: {} } : {};
  let errors = '';
  if (kind === 'SDK v1') {
    const client = new ClientV1(info, { capabilities });
    if (person)
      client.setRequestHandler(ElicitRequestSchema, async ({ params }) => (await person(params as never)) as never);
    const transport = new StdioClientTransportV1(server);
    transport.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    await client.connect(transport);
    await client.listTools();
    return {
      pid: transport.pid!,
      stderr: () => errors,
      instructions: () => client.getInstructions(),
      list: async () => (await client.listTools()).tools,
      call: async (name, args, options) =>
        (await client.callTool({ name, arguments: args }, undefined, options)) as Answered,
      [Symbol.asyncDispose]: () => client.close(),
    };
  }
  const versionNegotiation =
    kind === 'SDK v2, initialize' ? undefined : { versionNegotiation: { mode: 'auto' as const } };
  const client = new Client(info, { capabilities, ...versionNegotiation });
  if (person)
    client.setRequestHandler('elicitation/create', async ({ params }) => person(params as ElicitRequestFormParams));
  const transport = new StdioClientTransport(server);
  transport.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  await client.connect(transport);
  await client.listTools();
  return {
    pid: transport.pid!,
    stderr: () => errors,
    instructions: () => client.getInstructions(),
    list: async () => (await client.listTools()).tools,
    call: async (name, args, options) =>
      (await client.callTool({ name, ...(args && { arguments: args }) }, options)) as Answered,
    [Symbol.asyncDispose]: () => client.close(),
  };
}

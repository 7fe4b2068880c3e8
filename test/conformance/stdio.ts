import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as StdioClientTransportV1 } from '@modelcontextprotocol/sdk/client/stdio.js';

/** Too large to install with every clone (110 MB), so npx fetches it. */
const INSPECTOR = '@modelcontextprotocol/inspector@2.12.0';

const program = join(import.meta.dirname, '../../src/bin.ts');
const info = { name: 'conformance', version: '1' };

/** What each client in the field is held to over stdio: it connects, lists every tool and is answered by one. */
export async function overStdio(): Promise<{ scenario: string; failed: string[] }[]> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-conformance-'));
  const env = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? folder, FAIRLEAD_DATA_DIR: folder };
  const server = { command: process.execPath, args: [program, 'mcp'], env, stderr: 'ignore' as const };
  const v1 = new ClientV1(info);
  const v2 = new Client(info);
  const v2Modern = new Client(info, { versionNegotiation: { mode: 'auto' } });
  try {
    return [
      await scenario('SDK v1, initialize', () => used(v1, new StdioClientTransportV1(server))),
      await scenario('SDK v2, initialize', () => used(v2, new StdioClientTransport(server))),
      await scenario('SDK v2, 2026-07-28', () => used(v2Modern, new StdioClientTransport(server))),
      await scenario('Inspector, strict, initialize', () => inspected('legacy', env)),
      await scenario('Inspector, strict, 2026-07-28', () => inspected('modern', env)),
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function scenario(name: string, run: () => Promise<void>) {
  const failed = await run().then(
    () => [],
    (error: Error) => [error.message],
  );
  return { scenario: name, failed };
}

/** The clients of both SDKs as far as they agree. */
interface AnyClient<Transport> {
  connect(transport: Transport): Promise<void>;
  listTools(): Promise<{ tools: { name: string }[] }>;
  callTool(call: { name: string; arguments: Record<string, unknown> }): Promise<Record<string, unknown>>;
  close(): Promise<void>;
}

async function used<Transport>(client: AnyClient<Transport>, transport: Transport): Promise<void> {
  await client.connect(transport);
  try {
    const { tools } = await client.listTools();
    if (tools.length === 0) throw new Error('it lists no tools');
    // The one read that needs no Coolify. Clients hold its answer to the output schema.
    const { isError, structuredContent } = await client.callTool({ name: 'list_runs', arguments: {} });
    if (isError || structuredContent === undefined) throw new Error('list_runs was not answered');
  } finally {
    await client.close();
  }
}

/** Its strict mode ends with 6 where a tool's schema is not portable between model providers. */
function inspected(era: 'legacy' | 'modern', env: Record<string, string>): Promise<void> {
  const args = ['--cli', '--protocol-era', era, '--method', 'tools/list', '--strict'];
  const path = [dirname(process.execPath), env.PATH].join(delimiter);
  return new Promise((resolve, reject) => {
    execFile(
      'npx',
      ['-y', INSPECTOR, ...args, '--', process.execPath, program, 'mcp'],
      { env: { ...process.env, ...env, PATH: path }, maxBuffer: 1 << 26, timeout: 180_000 },
      (error, _stdout, stderr) => {
        if (error) reject(new Error(`it ended with ${error.code ?? error.signal}: ${stderr.slice(-800)}`));
        else resolve();
      },
    );
  });
}

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { type Emulator, type EmulatorOptions, startEmulator } from 'coolify-emulator';
import { type DemoRepository, makeRepository } from '../demo/repository.ts';

const root = new URL('..', import.meta.url).pathname;

/** A Coolify, a repository and a data folder of their own, and ways to call Fairlead as its users do. */
export interface TestWorld extends AsyncDisposable {
  emulator: Emulator;
  repository: DemoRepository;
  folder: string;
  repo: string;
  /** Starts `fairlead mcp` and connects a real client; ends with the world. */
  agent(env?: Record<string, string>): Promise<Agent>;
  /** Runs a command to its end. */
  cli(args: string[], env?: Record<string, string>): Promise<{ code: number | null; stdout: string; stderr: string }>;
  env(extra?: Record<string, string>): Record<string, string>;
  /** One GET as a visitor makes it. */
  visit(host: string): Promise<{ status: number; body: string }>;
}

export interface Agent {
  client: Client;
  pid: number;
  stderr(): string;
  call(name: string, args: Record<string, unknown>, options?: CallOptions): Promise<ToolAnswer>;
}

interface CallOptions {
  onProgress?: (message: string, progress: number) => void;
  signal?: AbortSignal;
}

export interface ToolAnswer {
  isError: boolean;
  text: string;
  // What a tool answers is read loosely here: each test looks for what it is about.
  // biome-ignore lint/suspicious/noExplicitAny: see above
  content: any;
}

const SPEED = 25;

export async function testWorld(options: EmulatorOptions = {}): Promise<TestWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-test-'));
  const undo = new AsyncDisposableStack();
  undo.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const repository = await makeRepository(join(folder, 'git'), 'hello-web', join(root, 'examples/hello-web'));
  const emulator = await startEmulator({
    git: { 'git.example.test': join(folder, 'git') },
    speed: SPEED,
    rateLimit: Number.POSITIVE_INFINITY,
    ...options,
  });
  undo.defer(() => emulator.close());
  const env = (extra: Record<string, string> = {}): Record<string, string> => ({
    PATH: process.env.PATH ?? '',
    HOME: folder,
    COOLIFY_API_URL: emulator.url,
    COOLIFY_API_TOKEN: emulator.tokens.root ?? '',
    FAIRLEAD_DATA_DIR: join(folder, 'data'),
    FAIRLEAD_PROBE_VIA: `${emulator.proxy.host}:${emulator.proxy.port}`,
    FAIRLEAD_HEALTH_SECONDS: '30',
    ...extra,
  });

  return {
    emulator,
    repository,
    folder,
    repo: 'http://git.example.test/acme/hello-web.git',
    env,
    async agent(extra) {
      const transport = new StdioClientTransport({
        command: process.execPath,
        args: [join(root, 'src/bin.ts'), 'mcp'],
        env: env(extra),
        stderr: 'pipe',
      });
      let stderr = '';
      transport.stderr?.on('data', (chunk: Buffer) => {
        stderr += chunk.toString();
      });
      const client = new Client({ name: 'test-agent', version: '1.0.0' });
      await client.connect(transport);
      undo.defer(() => client.close());
      return {
        client,
        pid: transport.pid ?? 0,
        stderr: () => stderr,
        async call(name, args, { onProgress, signal } = {}) {
          const result = await client.callTool(
            { name, arguments: args },
            {
              timeout: 120_000,
              ...(onProgress && {
                onprogress: ({ message, progress }) => onProgress(message ?? '', progress),
                resetTimeoutOnProgress: true,
              }),
              ...(signal && { signal }),
            },
          );
          const first = (result.content as { text?: string }[])[0];
          return { isError: result.isError === true, text: first?.text ?? '', content: result.structuredContent };
        },
      };
    },
    async cli(args, extra) {
      const child = spawnCli(args, env(extra));
      const [stdout, stderr, code] = await Promise.all([text(child.stdout!), text(child.stderr!), exit(child)]);
      return { code, stdout, stderr };
    },
    async visit(host) {
      const { makeProbe } = await import('../src/probe/probe.ts');
      const answer = await makeProbe({ via: emulator.proxy })(`http://${host}/`);
      return answer.reached ? { status: answer.status, body: answer.body } : { status: 0, body: answer.message };
    },
    [Symbol.asyncDispose]: () => undo.disposeAsync(),
  };
}

export function spawnCli(args: string[], env: Record<string, string>): ChildProcess {
  return spawn(process.execPath, [join(root, 'src/bin.ts'), ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
}

const exit = (child: ChildProcess): Promise<number | null> => new Promise((resolve) => child.once('close', resolve));

/** Waits until something holds, looking often; fails with what it last saw. */
export async function until<T>(
  what: () => Promise<T> | T,
  holds: (value: T) => boolean,
  milliseconds = 20_000,
): Promise<T> {
  const end = performance.now() + milliseconds;
  for (;;) {
    const value = await what();
    if (holds(value)) return value;
    if (performance.now() > end)
      throw new Error(`it did not come about within ${milliseconds} ms; last seen: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, vi } from 'vitest';

export interface Line {
  id?: number;
  method?: string;
  params?: Record<string, unknown>;
  result?: Record<string, unknown>;
  error?: { code: number; message: string };
}

export type Raw = ReturnType<typeof raw>;

const program = fileURLToPath(new URL('program.ts', import.meta.url));

/** A server process and its lines, with no client between. */
export function raw() {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program]);
  let out = '';
  let errors = '';
  let id = 0;
  child.stdout.on('data', (chunk: Buffer) => (out += chunk));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk));
  const lines = (): Line[] =>
    out
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line));
  const send = (message: Line) => child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);

  /** Sends a request and waits for its answer. */
  async function ask(method: string, params: Record<string, unknown>): Promise<Line> {
    const own = ++id;
    send({ id: own, method, params });
    return vi.waitFor(
      () => {
        const answer = lines().find((line) => line.id === own && line.method === undefined);
        expect(answer).toBeDefined();
        return answer!;
      },
      { timeout: 30_000 },
    );
  }

  return {
    child,
    stderr: () => errors,
    lines,
    ask,
    async initialize() {
      await ask('initialize', {
        protocolVersion: '2025-11-25',
        capabilities: {},
        clientInfo: { name: 'raw', version: '1' },
      });
      send({ method: 'notifications/initialized' });
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      if (child.exitCode === null) await new Promise((resolve) => child.once('exit', resolve));
    },
  };
}

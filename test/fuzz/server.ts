import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/** Longer than any call is allowed to wait. */
const HANGS_AFTER_MS = 60_000;

export interface Message {
  id?: unknown;
  result?: { isError?: boolean; _meta?: Record<string, unknown> };
  error?: { code: number; message: string };
}

export interface FuzzedServer extends AsyncDisposable {
  /** Every line it wrote since the last look. */
  newLines(): string[];
  errors(): string;
  exited(): boolean;
  ask(method: string, params?: object): Promise<{ message: Message; line: string }>;
  write(bytes: Buffer): Promise<void>;
  rss(): number;
}

/** `fairlead mcp` as a client starts it, held by its lines alone. */
export async function startFuzzed(env: Record<string, string>): Promise<FuzzedServer> {
  const program = join(import.meta.dirname, '../../src/bin.ts');
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, 'mcp'], { env });
  const waiting = new Map<number, (answer: { message: Message; line: string }) => void>();
  let lines: string[] = [];
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    errors += text;
  });
  child.stdin.on('error', () => undefined);
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    const message = JSON.parse(line) as Message;
    if (typeof message.id === 'number') waiting.get(message.id)?.({ message, line });
  });
  let last = 1_000_000;
  async function ask(method: string, params: object = {}) {
    const id = ++last;
    const answer = Promise.withResolvers<{ message: Message; line: string }>();
    waiting.set(id, answer.resolve);
    child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    const late = new AbortController();
    const hung = sleep(HANGS_AFTER_MS, undefined, { signal: late.signal }).then(() => {
      throw new Error(
        `no answer to ${method} within ${HANGS_AFTER_MS / 1000} s${child.exitCode === null ? '' : `: it exited with ${child.exitCode}\n${errors.slice(-2000)}`}`,
      );
    });
    hung.catch(() => undefined);
    const got = await Promise.race([answer.promise, hung]);
    late.abort();
    waiting.delete(id);
    return got;
  }
  await ask('initialize', {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'fuzz', version: '1' },
  });
  child.stdin.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
  return {
    newLines() {
      const taken = lines;
      lines = [];
      return taken;
    },
    errors: () => errors,
    exited: () => child.exitCode !== null,
    ask,
    async write(bytes) {
      if (!child.stdin.write(Buffer.concat([bytes, Buffer.from('\n')]))) await once(child.stdin, 'drain');
    },
    rss: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024,
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

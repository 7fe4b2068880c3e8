import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

interface Message {
  id?: number;
  result?: Record<string, unknown>;
  error?: { message: string };
}

export interface Lines extends AsyncDisposable {
  /** Milliseconds from before the process was started to the answer of `initialize`. */
  startedIn: number;
  ask(method: string, params?: Record<string, unknown>): Promise<Record<string, unknown>>;
  /** Resident memory in MiB, as Linux tells it. */
  rss(): number;
}

/** Starts an MCP server and initializes it: a client of bare lines, so that none of its own time is measured. */
export async function startLines(program: readonly string[], env: Record<string, string>): Promise<Lines> {
  const since = performance.now();
  const child = spawn(process.execPath, program, {
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...env },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const waiting = new Map<number, (message: Message) => void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    const message = JSON.parse(line) as Message;
    if (message.id !== undefined) waiting.get(message.id)?.(message);
  });
  let last = 0;
  const send = (message: object) => child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  async function ask(method: string, params: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
    const id = ++last;
    const { promise, resolve, reject } = Promise.withResolvers<Message>();
    const onExit = () => reject(new Error(`${program.join(' ')} ended before it answered ${method}`));
    child.once('exit', onExit);
    waiting.set(id, resolve);
    send({ id, method, params });
    const { result, error } = await promise;
    child.off('exit', onExit);
    waiting.delete(id);
    if (error || !result) throw new Error(`${method}: ${error?.message ?? 'no result'}`);
    return result;
  }
  await ask('initialize', {
    protocolVersion: '2025-06-18',
    capabilities: {},
    clientInfo: { name: 'bench', version: '1' },
  });
  const startedIn = performance.now() - since;
  send({ method: 'notifications/initialized' });
  return {
    startedIn,
    ask,
    rss: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024,
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null) return;
      child.kill();
      await once(child, 'exit');
    },
  };
}

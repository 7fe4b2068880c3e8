import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A process of its own that carries out runs on the database: what the tests kill, freeze and race. */
export interface Member {
  process: ChildProcess;
  who: string;
  /** Answers with what the command returned; throws what it threw, with its code. */
  ask<T = unknown>(command: string, ...args: unknown[]): Promise<T>;
  /** Sent, and the answer not waited for. */
  tell(command: string, ...args: unknown[]): void;
  /** What it wrote to its log. */
  log: string[];
  kill(): Promise<void>;
}

export interface MemberOptions {
  /** Without it the member brings its own PostgreSQL up, in the folder. */
  url?: string;
  folder: string;
  who: string;
  leaseMs?: number;
  /** Whom it runs as; only root may choose. */
  user?: { uid: number; gid: number };
}

const PROGRAM = fileURLToPath(new URL('./member.ts', import.meta.url));

export async function startMember({ user, ...options }: MemberOptions): Promise<Member> {
  const node = ['--disable-warning=ExperimentalWarning', PROGRAM, JSON.stringify(options)];
  const child = spawn(process.execPath, node, { stdio: ['pipe', 'pipe', 'pipe'], ...user });
  const log: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => log.push(line));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  async function next(): Promise<{ value?: never; error?: string; code?: string } | 'ready'> {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${options.who} ended without a word:\n${log.join('\n')}`);
    return JSON.parse(value);
  }
  let queue = next().then(() => undefined);
  await queue;
  const send = (command: string, args: unknown[]) => child.stdin.write(`${JSON.stringify({ command, args })}\n`);
  return {
    process: child,
    who: options.who,
    log,
    tell: (command, ...args) => void send(command, args),
    ask(command, ...args) {
      const answered = queue.then(async () => {
        send(command, args);
        const answer = await next();
        if (answer === 'ready') throw new Error('spoke out of turn');
        if (answer.error !== undefined) throw Object.assign(new Error(answer.error), { code: answer.code });
        return answer.value as never;
      });
      queue = answered.then(
        () => undefined,
        () => undefined,
      );
      return answered;
    },
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

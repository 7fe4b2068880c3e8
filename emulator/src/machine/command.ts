import { accessSync, constants, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { createInterface } from 'node:readline';
import { CommandFailed, type OnLine } from './machine.ts';
import { killGroup } from './processes.ts';
import type { Supervisor } from './supervisor.ts';

export interface CommandOptions {
  cwd: string;
  env: Record<string, string>;
  uid?: number;
  gid?: number;
  /** How an error names the command; its first words by default. */
  title?: string;
  onLine?: OnLine;
  /** Strikes secrets out of every line. */
  redact?: (text: string) => string;
  /** Real seconds; 10 minutes by default. */
  timeout?: number;
  signal?: AbortSignal | undefined;
}

export interface CommandResult {
  exitCode: number;
  output: string;
}

const keptLines = 5_000;

/** Runs a command to its end, whatever its exit code. Throws the signal's reason when aborted, {@link CommandFailed} on a timeout. */
export async function runToEnd(
  supervisor: Supervisor,
  command: string[],
  options: CommandOptions,
): Promise<CommandResult> {
  const { redact = (text) => text, timeout = 600, signal } = options;
  signal?.throwIfAborted();
  const title = options.title ?? command.slice(0, 2).join(' ');
  if (findProgram(command[0] ?? '', options.env.PATH ?? '') === undefined) {
    throw new CommandFailed(title, 127, `${command[0]} is not installed on this machine: install it and try again`);
  }

  const child = supervisor.start(command, options);
  const lines: string[] = [];
  const keep = (stream: 'stdout' | 'stderr') => (line: string) => {
    const clean = redact(line);
    if (lines.push(clean) > keptLines) lines.shift();
    options.onLine?.(clean, stream);
  };
  for (const stream of ['stdout', 'stderr'] as const) {
    createInterface({ input: child[stream], crlfDelay: Number.POSITIVE_INFINITY }).on('line', keep(stream));
  }

  const stop = () => killGroup(child.pid);
  const limit = AbortSignal.timeout(timeout * 1000);
  signal?.addEventListener('abort', stop);
  limit.addEventListener('abort', stop);
  const ended = Promise.withResolvers<{ code: number | null; signal: NodeJS.Signals | null }>();
  child.once('close', (code, killed) => ended.resolve({ code, signal: killed }));
  child.once('error', ended.reject);
  try {
    const { code } = await ended.promise;
    signal?.throwIfAborted();
    const output = lines.join('\n');
    if (limit.aborted && code === null) {
      throw new CommandFailed(title, 124, `${output}\nit did not end within ${timeout} s and was stopped`.trim());
    }
    return { exitCode: code ?? 137, output };
  } finally {
    signal?.removeEventListener('abort', stop);
    limit.removeEventListener('abort', stop);
  }
}

/** As {@link runToEnd}, but any exit code other than 0 throws {@link CommandFailed}. Returns the output. */
export async function run(supervisor: Supervisor, command: string[], options: CommandOptions): Promise<string> {
  const { exitCode, output } = await runToEnd(supervisor, command, options);
  if (exitCode !== 0) throw new CommandFailed(options.title ?? command.slice(0, 2).join(' '), exitCode, output);
  return output;
}

/** The file that a shell would run for `name`, or undefined; a relative path is looked up in `cwd`. */
export function findProgram(name: string, path: string, cwd = '/'): string | undefined {
  const candidates = name.includes('/')
    ? [isAbsolute(name) ? name : join(cwd, name)]
    : path
        .split(':')
        .filter((folder) => folder !== '')
        .map((folder) => join(folder, name));
  return candidates.find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return statSync(file).isFile();
    } catch {
      return false; // not there, or not to be run: the next folder may have it
    }
  });
}

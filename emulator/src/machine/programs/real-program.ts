import { spawn } from 'node:child_process';
import { accessSync, constants, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Where PostgreSQL's server programs lie on Debian and its like, newest last. */
const postgresFolders = (): string[] => {
  try {
    return readdirSync('/usr/lib/postgresql')
      .sort((a, b) => Number(a) - Number(b))
      .map((version) => `/usr/lib/postgresql/${version}/bin`);
  } catch {
    return []; // no such folder: not installed there
  }
};

/** The machine's own program of that name, behind our stand-in; undefined when there is none. */
export function realProgram(name: string): string | undefined {
  const { PATH = '', EMULATOR_BIN: ours, EMULATOR_ROOT: root = '\0' } = process.env;
  const path = PATH.split(':').filter((folder) => folder !== '' && folder !== ours && !folder.startsWith(root));
  return [...postgresFolders().reverse(), ...path]
    .map((folder) => join(folder, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false; // not in this folder
      }
    });
}

/** Runs a program in our place: its output is ours, its end is ours, and the signals that ask us to end reach it. */
export function become(
  program: string,
  args: string[],
  options: { env?: NodeJS.ProcessEnv; uid?: number; gid?: number } = {},
): void {
  const child = spawn(program, args, { stdio: 'inherit', ...options });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGQUIT'] as const) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`${program}: ${error.message}`);
    process.exit(126);
  });
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGKILL' ? 137 : 143)));
}

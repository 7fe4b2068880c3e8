import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { killGroup } from './processes.ts';

/** Starts processes so that none outlives this one, however this one ends. */
export interface Supervisor {
  /** Starts a program as the leader of a process group of its own, with nothing to read on its standard input. */
  start(command: string[], options: StartOptions): ChildProcessWithoutNullStreams & { pid: number };
  /** Ends whatever still runs, removes the folder, and resolves when both are done. */
  close(): Promise<void>;
}

export interface StartOptions {
  cwd: string;
  env: Record<string, string>;
  uid?: number;
  gid?: number;
}

// Waits until the pipe from the emulator closes, which the kernel sees to even after a `kill -9`. Process groups are
// not enough: a program can leave its group (`setsid`), so the environment is searched for our mark where /proc shows it.
const watchman = `
groups=' '
while read -r verb group; do
  case $verb in
    watch) groups="$groups$group " ;;
    release) case $groups in *" $group "*) groups="\${groups%% $group *} \${groups#* $group }" ;; esac ;;
  esac
done
for group in $groups; do kill -KILL "-$group" 2>/dev/null; done
round=0
while [ $round -lt 100 ]; do
  marked=$(grep -lF "$1" /proc/[0-9]*/environ 2>/dev/null)
  [ -n "$marked" ] || break
  for file in $marked; do pid=\${file#/proc/}; kill -KILL "\${pid%/environ}" 2>/dev/null; done
  round=$((round + 1))
done
rm -rf "$2" || { sleep 0.2; rm -rf "$2"; }
`;

// The program starts only once the watchman knows it: if the emulator dies in between, the gate reads an end and gives up.
const gate = 'read -r go && exec "$@" </dev/null';

/** `mark` is a `NAME=value` of the environment of everything started; `folder` is removed at the end. */
export function startSupervisor(mark: { name: string; value: string }, folder: string): Supervisor {
  const watch: ChildProcess = spawn('/bin/sh', ['-c', watchman, 'sh', `${mark.name}=${mark.value}`, folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    cwd: '/',
    env: { PATH: process.env.PATH ?? '' },
  });
  const gone = once(watch, 'exit');
  watch.unref();
  const tell = (line: string) => watch.stdin?.write(`${line}\n`);
  // A watchman that was killed must not take the emulator with it by a broken pipe.
  watch.stdin?.on('error', () => watch.stdin?.destroy());
  const running = new Set<number>();

  return {
    start(command, { cwd, env, uid, gid }) {
      const child = spawn('/bin/sh', ['-c', gate, 'sh', ...command], {
        detached: true,
        stdio: 'pipe',
        cwd,
        env: { ...env, [mark.name]: mark.value },
        ...(uid !== undefined && { uid }),
        ...(gid !== undefined && { gid }),
      });
      const { pid } = child;
      if (pid === undefined) {
        child.on('error', () => child.stdin.destroy());
        throw new Error(`no process could be started in ${cwd}: out of processes or memory, or the folder is gone`);
      }
      running.add(pid);
      tell(`watch ${pid}`);
      child.once('exit', () => {
        killGroup(pid);
        running.delete(pid);
        tell(`release ${pid}`);
      });
      child.stdin.on('error', () => child.stdin.destroy());
      child.stdin.end('go\n');
      return Object.assign(child, { pid });
    },
    async close() {
      for (const pid of running) killGroup(pid);
      watch.ref();
      watch.stdin?.end();
      if (watch.exitCode === null && watch.signalCode === null) await gone;
      await rm(folder, { recursive: true, force: true }); // should somebody have killed the watchman
    },
  };
}

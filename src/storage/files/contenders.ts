import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A process of its own that works on the data folder: what the tests race with, and kill. */
export interface Contender {
  process: ChildProcess;
  /** The next line it prints; fails when it ends before. */
  says(): Promise<string>;
  /** Lets it go on from where its code says `await go()`. */
  go(): void;
}

/**
 * Starts a process that runs `code` with `open()` (the stores of the folder), `say(line)` and `go()` at hand, limited
 * to files of `fileKilobytes` where given.
 */
export function contender(folder: string, code: string, { fileKilobytes }: { fileKilobytes?: number } = {}): Contender {
  const [stores, clock] = ['./open.ts', '../../clock.ts'].map((path) => new URL(path, import.meta.url).href);
  const script = `
    import { once } from 'node:events';
    import { openFileStores } from '${stores}';
    import { systemClock } from '${clock}';
    const open = () => openFileStores(${JSON.stringify(folder)}, { clock: systemClock });
    const say = (line) => console.log(String(line));
    const go = () => once(process.stdin, 'data');
    ${code}
    process.exit(0);`;
  const node = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script];
  const limit = `ulimit -f ${(fileKilobytes ?? 0) * 2}; exec "$0" "$@"`;
  const [command, args] = fileKilobytes ? ['sh', ['-c', limit, process.execPath, ...node]] : [process.execPath, node];
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    process: child,
    async says() {
      const { value, done } = await lines.next();
      if (done) throw new Error('The process ended without a word.');
      return value;
    },
    go: () => child.stdin.write('go\n'),
  };
}

/** Kills it as a crash would, and waits until it is gone. */
export async function crash({ process }: Contender): Promise<void> {
  const gone = once(process, 'exit');
  process.kill('SIGKILL');
  await gone;
}

/** Lets `count` processes run `code` at the same time and hears one line of each; they live until all have spoken. */
export async function race(folder: string, count: number, code: string): Promise<string[]> {
  const contenders = Array.from({ length: count }, () =>
    contender(folder, `say('ready'); await go(); ${code}; await go();`),
  );
  for (const one of contenders) await one.says();
  for (const one of contenders) one.go();
  const said = await Promise.all(contenders.map((one) => one.says()));
  await Promise.all(contenders.map(crash));
  return said;
}

import { existsSync } from 'node:fs';
import { chmod, cp, glob, mkdir, stat } from 'node:fs/promises';
import { basename, join, posix } from 'node:path';
import { run } from './command.ts';
import { execForm, type Instruction, StepFailed, splitWords } from './dockerfile.ts';
import { outsideEnvironment } from './environment.ts';
import { inRoot } from './paths.ts';
import type { Supervisor } from './supervisor.ts';

/** Where `COPY` takes from, and where it puts. */
export interface CopyWork {
  instruction: Instruction;
  /** What it says, variables filled in. */
  text: string;
  /** The folder it takes from. */
  from: string;
  /** Whether a path of that folder is to be passed over. */
  staysOut: (path: string) => boolean;
  root: string;
  workdir: string;
  supervisor: Supervisor;
  signal: AbortSignal | undefined;
}

/** Carries out `COPY` or `ADD`. Throws {@link StepFailed}. */
export async function copyInto(work: CopyWork): Promise<void> {
  const { instruction, from: folder, staysOut } = work;
  const words = execForm(work.text) ?? splitWords(work.text);
  const target = words.at(-1);
  if (target === undefined || words.length < 2) {
    throw new StepFailed(`${instruction.name} requires at least two arguments`, instruction);
  }
  const files: string[] = [];
  for (const source of words.slice(0, -1)) files.push(...(await findFiles(source, work)));

  const destination = inRoot(work.root, target, work.workdir);
  const intoFolder =
    files.length > 1 ||
    /(^|\/)\.?$/.test(target) ||
    (existsSync(destination) && (await stat(destination)).isDirectory());
  for (const file of files) {
    const source = join(folder, file);
    const isFolder = (await stat(source)).isDirectory();
    if (instruction.name === 'ADD' && !isFolder && /\.(tar|tar\.(gz|bz2|xz)|tgz)$/.test(file)) {
      await mkdir(destination, { recursive: true });
      await run(work.supervisor, ['tar', '-xf', source, '-C', destination], {
        cwd: folder,
        env: outsideEnvironment(),
        signal: work.signal,
      });
      continue;
    }
    const goal = isFolder || !intoFolder ? destination : join(destination, basename(file));
    await mkdir(isFolder ? goal : join(goal, '..'), { recursive: true });
    await cp(source, goal, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => path === source || !staysOut(path.slice(folder.length + 1)),
    });
    const mode = instruction.flags.chmod;
    if (mode !== undefined && /^[0-7]{3,4}$/.test(mode)) await chmod(goal, Number.parseInt(mode, 8));
  }
}

/** The paths that `source`, a path or a pattern, stands for. */
async function findFiles(source: string, { instruction, from, staysOut }: CopyWork): Promise<string[]> {
  if (/^https?:\/\/|^git@/.test(source)) {
    throw new StepFailed('the emulator does not add files from a URL', instruction);
  }
  const pattern = posix.resolve('/', source).slice(1);
  const found: string[] = [];
  if (existsSync(join(from, pattern))) found.push(pattern);
  else if (/[*?[]/.test(pattern)) for await (const path of glob(pattern, { cwd: from })) found.push(path);
  const taken = found.filter((path) => path === '' || !staysOut(path)).sort();
  if (taken.length > 0) return taken;
  const words = `failed to calculate checksum of ref ${basename(from)}: "/${pattern}": not found`;
  throw new StepFailed(`failed to compute cache key: ${words}`, instruction);
}

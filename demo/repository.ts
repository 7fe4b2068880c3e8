import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A bare git repository made from a folder of `examples/`, and a work tree to push from, as a developer has them. */
export interface DemoRepository {
  /** Changes files by name and pushes them as one commit; gives its hash. */
  push(message: string, change: Record<string, (text: string) => string>): Promise<string>;
  head(): Promise<string>;
}

/** Makes `<folder>/acme/<name>.git`. Needs git on the machine. */
export async function makeRepository(folder: string, name: string, example: string): Promise<DemoRepository> {
  const bare = join(folder, 'acme', `${name}.git`);
  const tree = join(folder, 'work', name);
  await mkdir(join(folder, 'acme'), { recursive: true });
  await mkdir(join(folder, 'work'), { recursive: true });
  await run('git', ['init', '--quiet', '--bare', '--initial-branch=main', bare]);
  await cp(example, tree, { recursive: true });
  await git('init', '--quiet', '--initial-branch=main');
  await git('remote', 'add', 'origin', bare);
  await commitAndPush('The first version');
  return {
    head,
    async push(message, change) {
      for (const [file, edit] of Object.entries(change)) {
        const path = join(tree, file);
        await writeFile(path, edit(await readFile(path, 'utf8')));
      }
      await commitAndPush(message);
      return head();
    },
  };

  async function commitAndPush(message: string): Promise<void> {
    await git('add', '--all');
    await git(
      '-c',
      'user.name=Demo',
      '-c',
      'user.email=demo@example.test',
      '-c',
      'commit.gpgsign=false',
      'commit',
      '--quiet',
      '-m',
      message,
    );
    await git('push', '--quiet', 'origin', 'main');
  }

  async function head(): Promise<string> {
    return (await git('rev-parse', 'HEAD')).trim();
  }

  async function git(...args: string[]): Promise<string> {
    // Hooks and settings of whoever runs the demo have no part in it.
    const env = {
      ...process.env,
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_SYSTEM: '/dev/null',
      GIT_TERMINAL_PROMPT: '0',
    };
    return (await run('git', args, { cwd: tree, env })).stdout;
  }
}

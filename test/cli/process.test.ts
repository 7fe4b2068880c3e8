import { type ChildProcess, spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestWorld, testWorld } from '../harness.ts';
import type { Ended } from './harness.ts';

const PROGRAM = join(import.meta.dirname, '..', '..', 'src', 'bin.ts');
const SECRET = 'tr0mbone-at-midnight';

let world: TestWorld;

beforeAll(async () => {
  world = await testWorld();
});

afterAll(() => world[Symbol.asyncDispose]());

interface Program {
  child: ChildProcess;
  end: Promise<Ended>;
  /** Resolves once stderr holds the words; rejects when the program ends without them. */
  said(words: string): Promise<void>;
}

function start(argv: string[], { env = {} as Record<string, string | undefined>, stdin = '' } = {}): Program {
  const child = spawn(process.execPath, [PROGRAM, ...argv], {
    cwd: world.folder,
    env: { ...world.env(), ...env },
  });
  child.stdin.end(stdin);
  const heard = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      heard[name] += chunk;
    });
  }
  const end = new Promise<Ended>((resolve) => child.once('close', (code) => resolve({ exit: code ?? -1, ...heard })));
  const said = (words: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => heard.stderr.includes(words) && resolve();
      child.stderr.on('data', look);
      look();
      void end.then(({ exit }) => reject(new Error(`ended with ${exit} and never said ${words}:\n${heard.stderr}`)));
    });
  return { child, end, said };
}

const fairlead = (argv: string[], options?: Parameters<typeof start>[1]): Promise<Ended> => start(argv, options).end;

const create = (name: string) => [
  'app',
  'create',
  'http://git.example.test/acme/hello-web.git',
  name,
  '--domain',
  `http://${name}.localhost`,
];
const apps = async (): Promise<string[]> =>
  JSON.parse((await fairlead(['app', 'list', '--json'])).stdout).applications.map(({ name }: { name: string }) => name);

describe('the program', () => {
  it('tells its version and its commands without any configuration', async () => {
    const env = { COOLIFY_API_URL: undefined, COOLIFY_API_TOKEN: undefined };
    expect(await fairlead(['--version'], { env })).toMatchObject({
      exit: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
    const help = await fairlead(['help'], { env });
    expect(help).toMatchObject({ exit: 0, stdout: expect.stringMatching(/app {2,}create, /) });
    expect(await fairlead(['app', 'crate'], { env })).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('fairlead app create?'),
    });
  });

  it('goes on when nobody reads any longer', async () => {
    const { child, end } = start(['help']);
    child.stdout?.destroy();
    expect(await end).toMatchObject({ exit: 0, stderr: '' });
  });

  it('says that Coolify is away', async () => {
    const ended = await fairlead(['app', 'list'], { env: { COOLIFY_API_URL: 'http://127.0.0.1:1' } });
    expect(ended).toMatchObject({ exit: 5, stdout: '', stderr: expect.stringContaining('→') });
  });

  it('examines itself: a token that may do all, and one that does not exist', async () => {
    const well = await fairlead(['doctor', '--json']);
    expect(JSON.parse(well.stdout)).toMatchObject({ healthy: true });
    expect(well.exit).toBe(0);
    const ill = await fairlead(['doctor'], { env: { COOLIFY_API_TOKEN: '1|nosuchtoken' } });
    expect(ill).toMatchObject({ exit: 1, stderr: expect.stringMatching(/✗ token/) });
  });

  it('takes a repository to a live app, sets a variable from standard input, and deletes the app again', async () => {
    const created = await fairlead(create('hello'));
    expect(created, created.stderr).toMatchObject({ exit: 0, stdout: expect.stringContaining('✓ app create: done') });
    expect(created.stdout).toContain('http://hello.localhost');
    expect(created.stdout).toMatch(/^ {2}seen /m);
    expect(await apps()).toContain('hello');

    const set = await fairlead(['env', 'set', 'hello', 'API_KEY', '--value', '-'], { stdin: `${SECRET}\n` });
    expect(set, set.stderr).toMatchObject({ exit: 0 });
    const shown = await fairlead(['env', 'list', 'hello']);
    expect(shown.stdout).toContain('API_KEY');
    for (const { stdout, stderr } of [set, shown, await fairlead(['runs'])])
      expect(stdout + stderr).not.toContain(SECRET);

    const refused = await fairlead(['app', 'delete', 'hello']);
    expect(refused).toMatchObject({ exit: 3, stderr: expect.stringContaining('--yes') });
    expect(await fairlead(['app', 'delete', 'hello', '--yes'])).toMatchObject({ exit: 0 });
    expect(await apps()).not.toContain('hello');
  });

  it('cancels at Ctrl-C and takes back what was begun', async () => {
    const program = start(create('cancelled'));
    await program.said('✓ create cancelled');
    program.child.kill('SIGINT');
    const ended = await program.end;
    expect(ended, ended.stderr).toMatchObject({ exit: 130, stderr: expect.stringContaining('taken back') });
    expect(await apps()).not.toContain('cancelled');
  });

  it('leaves a run at SIGTERM, and undoes it when asked', async () => {
    const program = start(create('left'));
    await program.said('✓ create left');
    program.child.kill('SIGTERM');
    const ended = await program.end;
    expect(ended.exit).toBe(130);
    const id = ended.stderr.match(/fairlead runs undo (txn-[\w-]+)/)?.[1];
    expect(id, ended.stderr).toBeDefined();
    expect(await apps()).toContain('left');
    const undone = await fairlead(['runs', 'undo', id!]);
    expect(undone, undone.stderr).toMatchObject({ exit: 0 });
    expect(await apps()).not.toContain('left');
  });

  it('leaves no secret in the data folder', async () => {
    const files = await readdir(join(world.folder, 'data'), { recursive: true, withFileTypes: true });
    const texts = await Promise.all(
      files.filter((file) => file.isFile()).map((file) => readFile(join(file.parentPath, file.name), 'latin1')),
    );
    expect(texts.length).toBeGreaterThan(0);
    for (const kept of texts)
      for (const secret of [SECRET, world.emulator.tokens.root!]) expect(kept).not.toContain(secret);
  });
});

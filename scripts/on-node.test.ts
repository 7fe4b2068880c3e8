import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const lock = {
  packages: {
    '': {},
    'node_modules/zod': { version: '4.0.0' },
    'node_modules/of-others': { version: '1.0.0', optional: true },
  },
};
const installs =
  'mkdir -p node_modules/zod && echo "{}" > node_modules/zod/package.json && sed \'s/,"node_modules.of-others":{[^}]*}//\' package-lock.json > node_modules/.package-lock.json';
let root: string;

beforeEach(() => {
  // Spaces and letters beyond ASCII: a clone may lie anywhere.
  root = mkdtempSync(join(tmpdir(), 'fair lead é '));
  mkdirSync(join(root, 'scripts'));
  cpSync(join(import.meta.dirname, 'on-node.mjs'), join(root, 'scripts/on-node.mjs'));
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify(lock));
  writeFileSync(
    join(root, 'told.ts'),
    'const told: string[] = process.argv.slice(2);\nconsole.log(JSON.stringify(told));\n',
  );
  npmIs(`echo once >> installs && ${installs}`);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** An npm whose only word is this shell script, run in the clone. */
function npmIs(script: string): void {
  mkdirSync(join(root, 'bin'), { recursive: true });
  writeFileSync(join(root, 'bin/npm'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(root, 'bin/npm'), 0o755);
}

function environment(
  path = [join(root, 'bin'), dirname(process.execPath), '/usr/bin', '/bin'].join(':'),
): NodeJS.ProcessEnv {
  const { npm_execpath: _npm, ...env } = process.env;
  return { ...env, PATH: path };
}

function onNode(args: string[], env = environment()): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) =>
    execFile(process.execPath, [join(root, 'scripts/on-node.mjs'), ...args], { env }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    ),
  );
}

const timesInstalled = () =>
  existsSync(join(root, 'installs')) ? readFileSync(join(root, 'installs'), 'utf8').split('\n').length - 1 : 0;

test('installs once, saying so, and hands the arguments on', async () => {
  expect(await onNode(['told.ts', 'a b', 'é'])).toEqual({
    code: 0,
    out: '["a b","é"]\n',
    err: expect.stringContaining('Installing'),
  });
  expect(await onNode(['told.ts'])).toEqual({ code: 0, out: '[]\n', err: '' });
  expect(timesInstalled()).toBe(1);
});

test('two that start at once install once', async () => {
  npmIs(`echo once >> installs && sleep 1 && ${installs}`);
  const both = await Promise.all([onNode(['told.ts']), onNode(['told.ts'])]);
  expect(both.map(({ code }) => code)).toEqual([0, 0]);
  expect(timesInstalled()).toBe(1);
});

test.each([
  ['a package is gone', () => rmSync(join(root, 'node_modules/zod'), { recursive: true })],
  ['npm was stopped before its end', () => rmSync(join(root, 'node_modules/.package-lock.json'))],
  ['its last file was cut short', () => writeFileSync(join(root, 'node_modules/.package-lock.json'), '{ "packages')],
  [
    'the lock file wants another version',
    () => writeFileSync(join(root, 'package-lock.json'), JSON.stringify(lock).replace('4.0.0', '4.0.1')),
  ],
])('%s: it is installed again', async (_name, happens) => {
  await onNode(['told.ts']);
  happens();
  expect((await onNode(['told.ts'])).code).toBe(0);
  expect(timesInstalled()).toBe(2);
});

test('what a dead installer left in the way is taken away', async () => {
  const dead = spawn(process.execPath, ['-e', '']);
  await once(dead, 'exit');
  mkdirSync(join(root, '.fairlead'));
  writeFileSync(join(root, '.fairlead/installing'), String(dead.pid));
  expect((await onNode(['told.ts'])).code).toBe(0);
});

test.each([
  ['echo "npm error code ENOSPC" >&2; exit 1', 'The disk is full'],
  ['echo "npm error code EACCES" >&2; exit 1', 'clone into a folder of your own'],
  ['echo "npm error errno ECONNREFUSED" >&2; exit 1', 'network connection'],
  ['echo "npm error something odd" >&2; exit 1', 'something odd'],
  ['exit 0', 'left packages out'],
])('npm that says %s is explained', async (script, told) => {
  npmIs(script);
  const { code, err } = await onNode(['told.ts']);
  expect(code).toBe(1);
  expect(err).toContain(told);
});

test('without npm it says where npm comes from', async () => {
  const { code, err } = await onNode(['told.ts'], environment(dirname(root)));
  expect(code).toBe(1);
  expect(err).toContain('There is no npm on PATH');
});

test('a program that is not there is told, and an exit code is handed back', async () => {
  expect(await onNode(['gone.ts'])).toMatchObject({ code: 1, err: expect.stringContaining('there is no gone.ts') });
  writeFileSync(join(root, 'seven.ts'), 'process.exit(7);');
  expect((await onNode(['seven.ts'])).code).toBe(7);
});

test('without a terminal a signal reaches the program, once, and its exit code comes back', async () => {
  await onNode(['told.ts']);
  writeFileSync(
    join(root, 'counts.ts'),
    "let count = 0;\nprocess.on('SIGINT', () => { count += 1; setTimeout(() => process.exit(10 + count), 200); });\nsetInterval(() => {}, 1000);\nconsole.log('up');",
  );
  const program = spawn(process.execPath, [join(root, 'scripts/on-node.mjs'), 'counts.ts'], {
    env: environment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await once(program.stdout, 'data');
  program.kill('SIGINT');
  program.kill('SIGINT');
  expect(await once(program, 'exit')).toEqual([11, null]);
});

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { eventually, isAlive, makeRepository, temporaryFolder } from './test-machine.ts';

const script = (machine: string, folder: string, host: string) => `
const { startMachine } = await import(${JSON.stringify(machine)});
const clock = { now: Date.now, after: (ms, task) => { const timer = setTimeout(task, ms); return () => clearTimeout(timer); } };
const code = \`
process.on('SIGTERM', () => {});
const { spawn } = require('node:child_process');
const child = spawn('sleep', ['600'], { stdio: 'inherit' });
const daemon = spawn('sleep', ['600'], { stdio: 'ignore', detached: true });
console.log('pids', process.pid, child.pid, daemon.pid);
setInterval(() => {}, 1000);
\`;
const machine = await startMachine({
  clock,
  folder: ${JSON.stringify(folder)},
  git: { 'git.example.test': ${JSON.stringify(host)} },
  catalog: [{ name: 'family', config: { cmd: ['node', 'main.js'], workdir: '/app', node: true }, files: { '/app/main.js': code } }],
});
const container = await machine.run({ name: 'family', labels: {}, image: 'family', variables: {} });
const source = { url: 'http://git.example.test/acme/app.git', ref: 'main' };
const request = { reference: 'a:1', source, buildPack: 'dockerfile', baseDirectory: '/', commands: {}, variables: {} };
machine.build(request, (line) => console.log(line)).catch(() => {});
const timer = setInterval(() => {
  if (!container.logs().includes('pids')) return;
  clearInterval(timer);
  console.log(container.logs());
}, 5);
`;

test('when the emulator is killed, nothing that it started goes on, and its folder goes', async () => {
  const folder = await temporaryFolder();
  const host = await temporaryFolder();
  await makeRepository(host, 'acme/app.git', {
    Dockerfile: "FROM alpine\nRUN sh -c 'echo building $$; exec sleep 600'",
  });
  const machine = new URL('./index.ts', import.meta.url).href;
  const emulator = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script(machine, folder, host)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      cwd: fileURLToPath(new URL('.', import.meta.url)),
    },
  );
  onTestFinished(() => void emulator.kill('SIGKILL'));
  const pids: number[] = [];
  for await (const line of createInterface({ input: emulator.stdout })) {
    const [, found] = /pids ([\d ]+)$/.exec(line) ?? /building (\d+)$/.exec(line) ?? [];
    if (found) pids.push(...found.split(' ').map(Number));
    if (pids.length === 4) break;
  }
  expect(pids.map(isAlive)).toEqual([true, true, true, true]);
  expect(await readdir(folder)).toHaveLength(1);
  emulator.kill('SIGKILL');
  await eventually(() => !pids.some(isAlive));
  await eventually(async () => (await readdir(folder)).length === 0);
  expect(existsSync(folder)).toBe(true);
});

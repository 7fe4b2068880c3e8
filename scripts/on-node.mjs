// Runs a program of this repository on Node 24, whatever Node the machine has (this file itself runs on Node 18 and newer).
//   node scripts/on-node.mjs path/to/program.ts [args]      a TypeScript or JavaScript file
//   node scripts/on-node.mjs npm:<bin> [args]               the executable of an installed package
// Installs the dependencies once, when they are missing or older than the lock file, and says so.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);

const installed = join(root, 'node_modules', '.package-lock.json');
const lock = join(root, 'package-lock.json');
if (!existsSync(installed) || statSync(installed).mtimeMs < statSync(lock).mtimeMs - 1000) install();

const [what, ...args] = process.argv.slice(2);
if (what === undefined) fail('which program? usage: node scripts/on-node.mjs <file|npm:bin> [args]');
const program = what.startsWith('npm:') ? packageBin(what.slice(4)) : join(root, what);

const node = node24();
const child = spawn(node, ['--disable-warning=ExperimentalWarning', program, ...args], {
  stdio: 'inherit',
  cwd: root,
  env: { ...process.env, PATH: `${dirname(node)}:${process.env.PATH}` },
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('error', (error) => fail(`${node} could not be started: ${error.message}`));
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)));

function install() {
  console.error('Installing what is missing (npm ci, once)…');
  const npm = process.env.npm_execpath;
  const [command, first] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
  const options = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status, error, stderr } = spawnSync(command, [...first, ...options], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    shell: command === 'npm' && process.platform === 'win32',
  });
  if (status === 0) return;
  const reason = (error?.message ?? stderr ?? '').trim();
  const full = /ENOSPC/.test(reason) ? 'The disk is full: free about 700 MB and run this again.' : '';
  fail(`npm ci failed. ${full || 'Check the network and run this again.'}\n${reason}`);
}

/** The Node 24 that npm brought; the machine's own where it is new enough and npm has none for this platform. */
function node24() {
  for (const name of [`node-${process.platform}-${process.arch}`, `node-bin-${process.platform}-${process.arch}`]) {
    const binary = join(root, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    if (existsSync(binary)) return binary;
  }
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 18)) return process.execPath;
  fail(
    `Node ${process.versions.node} is too old, and npm has no Node 24 for ${process.platform}-${process.arch}. Install Node 24 and run this again.`,
  );
}

function packageBin(name) {
  const [bin, from = bin] = name.split('@from:');
  const manifest = join(root, 'node_modules', from, 'package.json');
  const found = existsSync(manifest) ? manifest : join(root, 'node_modules', '@' + from, 'package.json');
  const json = JSON.parse(readFileSync(existsSync(found) ? found : require.resolve(`${from}/package.json`), 'utf8'));
  const path = typeof json.bin === 'string' ? json.bin : json.bin[bin];
  return join(dirname(found), path);
}

function fail(message) {
  console.error(`fairlead: ${message}`);
  process.exit(1);
}

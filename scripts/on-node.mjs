// Runs a program of this repository on Node 24, whatever Node the machine has. This file itself runs on Node 18 and
// newer; Node 14 and 16 can read it as far as to say that they are too old.
//   node scripts/on-node.mjs path/to/program.ts [args]         a TypeScript or JavaScript file
//   node scripts/on-node.mjs npm:<bin>[@from:<package>] [args]  the executable of an installed package
// Installs the dependencies first where they are missing, half there or not those of the lock file, and says so.
import { spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { constants as machine } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Megabytes of all packages, unpacked. */
const SIZE = 600;

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 18) {
  fail(
    `Node ${process.versions.node} is too old to start this. Install Node 20 or newer; Node 24 itself comes with npm.`,
  );
}

const [what, ...args] = process.argv.slice(2);
if (what === undefined) fail('which program? Usage: node scripts/on-node.mjs <file|npm:bin> [args]');
if (!isInstalled()) await installOnce();
const program = what.startsWith('npm:') ? packageBin(what.slice('npm:'.length)) : join(root, what);
if (!existsSync(program)) fail(`there is no ${what} in ${root}.`);
await run(node24());

/** Whether every package of the lock file that is meant for this machine lies there in its version, and whole. */
function isInstalled() {
  const there = packagesOf(join(root, 'node_modules', '.package-lock.json'));
  const wanted = packagesOf(join(root, 'package-lock.json'));
  if (wanted === undefined) fail('package-lock.json cannot be read: is this a whole clone? Take a fresh one.');
  if (there === undefined) return false;
  return Object.keys(wanted)
    .filter((path) => path.includes('node_modules/'))
    .every((path) => {
      if (there[path] === undefined) return wanted[path].optional === true;
      return there[path].version === wanted[path].version && existsSync(join(root, path, 'package.json'));
    });
}

function packagesOf(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages;
  } catch (error) {
    // Not there, or cut short by an installation that was interrupted: either way nothing is installed that counts.
    if (error.code === 'ENOENT' || error instanceof SyntaxError) return undefined;
    return fail(`${path} cannot be read: ${error.message}`);
  }
}

/** Two programs started at once install once: the second waits for the first. */
async function installOnce() {
  const lock = join(root, '.fairlead', 'installing');
  try {
    accessSync(root, constants.W_OK);
    mkdirSync(dirname(lock), { recursive: true });
  } catch (error) {
    fail(
      `${root} cannot be written to (${error.code}), so nothing can be installed there. Clone into a folder of your own.`,
    );
  }
  for (let waited = false; !take(lock); waited = true) {
    const owners = existsSync(lock) ? readFileSync(lock, 'utf8').split(' ').map(Number) : [];
    if (!owners.some(isAlive)) rmSync(lock, { force: true });
    else if (!waited) console.error(`Waiting for process ${owners.join(', ')}, which installs (or delete ${lock}).`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  if (isInstalled()) return rmSync(lock, { force: true });
  // Asked beforehand: npm clears up behind itself, and an install script on a full disk fails with other words.
  const disk = fs.statfsSync?.(root);
  if (disk && disk.bavail * disk.bsize < SIZE * 1e6) {
    rmSync(lock, { force: true });
    fail(`the disk is full: the dependencies need about ${SIZE} MB. Free some and run this again.`);
  }
  console.error(`Installing what is missing (npm ci, once, about ${SIZE} MB)…`);
  // The npm that started this, where it was npm; `npm run` under another package manager names that one here.
  const own = process.env.npm_execpath;
  const viaNode = own !== undefined && /npm-cli\.[cm]?js$/.test(own) && existsSync(own);
  const options = ['--include=dev', '--include=optional', '--engine-strict=false', '--no-audit', '--no-fund'];
  const child = spawn(
    viaNode ? process.execPath : 'npm',
    [...(viaNode ? [own] : []), 'ci', ...options, '--loglevel=error'],
    { cwd: root, stdio: ['ignore', 'ignore', 'pipe'], shell: !viaNode && process.platform === 'win32' },
  );
  // Should only this process be killed, the npm it leaves behind still holds the lock.
  writeFileSync(lock, [process.pid, child.pid].filter(Boolean).join(' '));
  passSignalsTo(child);
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said += text;
  });
  const { code, signal, error } = await ended(child);
  const whole = code === 0 && isInstalled();
  rmSync(lock, { force: true });
  if (whole) return;
  const reason = (error ? error.message : said).trim();
  if (signal || code === 130 || /signal SIG(INT|TERM|HUP)/.test(reason)) {
    fail('the installation was interrupted; run this again and it starts over.', 130);
  }
  fail(`npm ci did not succeed. ${adviceFor(error, reason)}${reason === '' ? '' : `\n\n${reason}`}`);
}

function ended(child) {
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ code: null, signal: null, error }));
    child.on('close', (code, signal) => resolve({ code, signal, error: undefined }));
  });
}

function take(lock) {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    return fail(`${lock} cannot be written: ${error.message}`);
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function adviceFor(error, reason) {
  if (error?.code === 'ENOENT')
    return 'There is no npm on PATH: it comes with Node from nodejs.org; on Debian and Ubuntu it is the package npm.';
  if (/ENOSPC|no space left/i.test(reason)) {
    return 'The disk is full: free about 1 GB (the npm cache in the home folder counts too) and run this again.';
  }
  if (/EACCES|EPERM|EROFS/.test(reason))
    return 'Something here cannot be written to: clone into a folder of your own, and look whether your npm cache belongs to you.';
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT|network/i.test(reason)) {
    return 'The packages could not be fetched: look at the network connection (and the proxy settings of npm) and run this again.';
  }
  if (reason === '') return 'It left packages out without a word: delete node_modules and run this again.';
  if (/CERT|certificate/i.test(reason))
    return 'The certificate of the place where packages come from is not trusted: see cafile in the settings of npm.';
  return 'What npm said follows; run this again when that is mended.';
}

/** The Node 24 that npm brought; the machine's own where that is new enough to run TypeScript and npm has none for it. */
function node24() {
  const platform = `${process.platform}-${process.arch}`;
  const binary = ['node', 'node-bin']
    .map((name) =>
      join(root, 'node_modules', `${name}-${platform}`, 'bin', process.platform === 'win32' ? 'node.exe' : 'node'),
    )
    .find(existsSync);
  const runs = binary !== undefined && spawnSync(binary, ['--version']).status === 0;
  if (runs) return binary;
  if (major > 22 || (major === 22 && minor >= 18)) return process.execPath;
  const why =
    binary === undefined
      ? `npm brought no Node 24 for ${platform}`
      : `the Node 24 that npm brought does not run on this ${platform} (it wants glibc)`;
  return fail(`Node ${process.versions.node} is too old, and ${why}. Install Node 24 and run this again.`);
}

function packageBin(name) {
  const [bin, from = bin] = name.split('@from:');
  const manifest = join(root, 'node_modules', from, 'package.json');
  if (!existsSync(manifest)) fail(`there is no package ${from}. Usage: npm:<bin>@from:<package>`);
  const bins = JSON.parse(readFileSync(manifest, 'utf8')).bin;
  return join(dirname(manifest), typeof bins === 'string' ? bins : bins[bin]);
}

async function run(node) {
  const path = [dirname(node), process.env.PATH].join(delimiter);
  const child = spawn(node, ['--disable-warning=ExperimentalWarning', program, ...args], {
    stdio: 'inherit',
    cwd: root,
    env: { ...process.env, PATH: path },
  });
  passSignalsTo(child);
  const { code, signal, error } = await ended(child);
  if (error) fail(`${node} could not be started: ${error.message}`);
  process.exit(signal ? 128 + machine.signals[signal] : code);
}

/** Once each. A terminal sends its signals to the child as well as to us; without one they are ours to pass on. */
function passSignalsTo(child) {
  const terminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']) {
    let passed = terminal && signal !== 'SIGTERM';
    process.on(signal, () => {
      if (!passed) child.kill(signal);
      passed = true;
    });
  }
}

function fail(message, code = 1) {
  console.error(`fairlead: ${message}`);
  process.exit(code);
}

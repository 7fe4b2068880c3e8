#!/usr/bin/env node
import './smallHeap.ts';
import { parseArgs } from 'node:util';
import { type EmulatorOptions, startEmulator } from './index.ts';

const usage = `coolify-emulator: a server that speaks Coolify's REST API with state, and really builds and runs small apps.

  --port N                 where the API listens (a free port)
  --wildcard URL           the domain below which applications get their names (http://127.0.0.1.sslip.io)
  --git HOST=FOLDER        serve http://HOST/… from a folder of bare repositories; may be given more than once
  --allow-target HOST      let Coolify call a local or private address: 127.0.0.1, 10.0.0.0/8; may be given more than once
  --state FOLDER           keep the state there between runs (in memory only)
  --speed N                emulated seconds in a real one (1)
  --recorded               start with the users and tokens of the recordings
  --rate-limit N           requests a minute; 0 lifts the limit (200)
  --seed N                 draws the chances and latencies of faults (1)
`;

const { values } = parseArgs({
  options: {
    port: { type: 'string' },
    wildcard: { type: 'string' },
    git: { type: 'string', multiple: true },
    'allow-target': { type: 'string', multiple: true },
    state: { type: 'string' },
    speed: { type: 'string' },
    recorded: { type: 'boolean' },
    'rate-limit': { type: 'string' },
    seed: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
});
if (values.help) {
  console.log(usage);
  process.exit(0);
}

const limit = values['rate-limit'] === undefined ? undefined : number('rate-limit', values['rate-limit']);
const options: EmulatorOptions = {
  git: Object.fromEntries((values.git ?? []).map(pair)),
  allowedTargets: values['allow-target'] ?? [],
  baseline: values.recorded ? 'recorded' : 'fresh',
  ...(values.port === undefined ? {} : { port: number('port', values.port) }),
  ...(values.wildcard === undefined ? {} : { wildcard: values.wildcard }),
  ...(values.state === undefined ? {} : { stateFolder: values.state }),
  ...(values.speed === undefined ? {} : { speed: number('speed', values.speed) }),
  ...(values.seed === undefined ? {} : { seed: number('seed', values.seed) }),
  ...(limit === undefined ? {} : { rateLimit: limit === 0 ? Number.POSITIVE_INFINITY : limit }),
};

const emulator = await startEmulator(options);
console.log(`Coolify   ${emulator.url}`);
console.log(`Proxy     http://${emulator.proxy.host}:${emulator.proxy.port}`);
console.log(`Controls  ${emulator.url}/__emulator/state`);
for (const [name, token] of Object.entries(emulator.tokens)) console.log(`Token     ${name.padEnd(16)} ${token}`);
if (Object.keys(emulator.tokens).length === 0) console.log('Token     those of the first start with this state folder');

const end = async () => {
  await emulator.close();
  process.exit(0);
};
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, end);

function pair(text: string): [string, string] {
  const [host, folder] = text.split('=');
  if (host === undefined || folder === undefined || folder === '') fail(`--git takes HOST=FOLDER, not "${text}".`);
  return [host, folder];
}

function number(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) fail(`--${name} takes a number, not "${text}".`);
  return value;
}

function fail(message: string): never {
  console.error(`coolify-emulator: ${message}\n\n${usage}`);
  process.exit(2);
}

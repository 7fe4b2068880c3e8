import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { newPlace } from '../../test/postgres/place.ts';
import { compared, median, ms, type Part } from '../figures.ts';
import { type Load, load, type Target } from './load.ts';

const CLIENTS = [1, 16, 64] as const;
const ROUNDS = 3;
const MILLISECONDS = 2_000;
const PEER = "the SDK's bare server";

/** A read over HTTP: MCP of 2026-07-28, admission, permission, gateway, audit in batches. */
export async function http(): Promise<Part> {
  await using place = await newPlace();
  await using ours = await started('ours.ts', [join(place.folder, 'own'), await place.database()]);
  await using bare = await started('bare.ts', []);
  for (const target of [ours, bare]) await load(target, 16, MILLISECONDS);
  const figures = [];
  for (const clients of CLIENTS) {
    const seen = { ours: [] as Load[], bare: [] as Load[] };
    for (let round = 0; round < ROUNDS; round++) {
      seen.bare.push(await load(bare, clients, MILLISECONDS));
      seen.ours.push(await load(ours, clients, MILLISECONDS));
    }
    const both = (what: keyof Load) =>
      [median(seen.ours.map((one) => one[what])), median(seen.bare.map((one) => one[what]))] as const;
    const who = `${clients} client${clients === 1 ? '' : 's'}`;
    figures.push(
      compared(`${who}: calls a second`, both('perSecond'), (value) => value.toFixed(0), PEER),
      compared(`${who}: a call, p50`, both('p50'), ms, PEER, clients === 1 ? 1.3 : undefined),
      compared(`${who}: processor time of the server a call`, both('cpu'), (value) => `${value.toFixed(0)} µs`, PEER),
    );
  }
  return {
    title: 'A read over HTTP',
    how: `Medians of ${ROUNDS} rounds of ${MILLISECONDS / 1000} s by turns; each client has a connection and calls again when it is answered. Load and servers share the processors, so processor time is the steadier figure.`,
    figures,
  };
}

async function started(program: string, args: string[]): Promise<Target & AsyncDisposable> {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, program), ...args],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const { url, key } = JSON.parse(line) as { url: string; key: string };
  return {
    pid: child.pid!,
    url,
    key,
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

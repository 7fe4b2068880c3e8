// How fast the emulator starts, how much memory it holds, how many requests it answers: medians of several runs.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** One figure: what was measured, the median of its runs, and each of them. */
export interface Figure {
  name: string;
  unit: 'ms' | 'MiB' | 'requests/s';
  median: number;
  runs: number[];
}

const program = fileURLToPath(new URL('../emulator/src/bin.ts', import.meta.url));
const rounds = 5;
const requests = 2000;
const connections = 8;

/** Measures the emulator as a process of its own: started from source, at rest, and under load. */
export async function measureEmulator(): Promise<Figure[]> {
  const starts: number[] = [];
  const atRest: number[] = [];
  const underLoad: number[] = [];
  const reads: number[] = [];
  const writes: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const begun = performance.now();
    const { child, url, token } = await start();
    try {
      await ask(url, token, 'GET', '/version');
      starts.push(performance.now() - begun);
      atRest.push(memoryOf(child));
      reads.push(await rate(() => ask(url, token, 'GET', '/projects')));
      writes.push(await rate((n) => ask(url, token, 'POST', '/projects', JSON.stringify({ name: `bench ${n}` }))));
      underLoad.push(memoryOf(child));
    } finally {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    }
  }
  return [
    figure('start until the first answer', 'ms', starts),
    figure('memory after the start', 'MiB', atRest),
    figure(`memory after ${2 * requests} requests`, 'MiB', underLoad),
    figure('GET /projects', 'requests/s', reads),
    figure('POST /projects', 'requests/s', writes),
  ];
}

async function start(): Promise<{ child: ChildProcess; url: string; token: string }> {
  const child = spawn(process.execPath, [program, '--rate-limit', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let url = '';
  for await (const line of createInterface({ input: child.stdout })) {
    url ||= /^Coolify +(\S+)/.exec(line)?.[1] ?? '';
    const token = /^Token +root +(\S+)/.exec(line)?.[1];
    if (token !== undefined) return { child, url, token };
  }
  throw new Error('the emulator ended before it said its address');
}

/** MiB that the process holds: Linux tells by `/proc`, elsewhere nothing is known. */
function memoryOf({ pid }: ChildProcess): number {
  if (process.platform !== 'linux') return Number.NaN;
  const [, kib = 'NaN'] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kib) / 1024;
}

/** Requests a second over a few connections that stay open. */
async function rate(one: (n: number) => Promise<void>): Promise<number> {
  const begun = performance.now();
  let next = 0;
  const client = async () => {
    while (next < requests) await one(next++);
  };
  await Promise.all(Array.from({ length: connections }, client));
  return requests / ((performance.now() - begun) / 1000);
}

const agent = new Agent({ keepAlive: true, maxSockets: connections });

function ask(url: string, token: string, method: string, path: string, body?: string): Promise<void> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  return new Promise((resolve, reject) => {
    const sent = request(`${url}/api/v1${path}`, { agent, method, headers }, (response) => {
      response.resume();
      response.on('error', reject);
      response.on('end', () =>
        (response.statusCode ?? 500) < 300 ? resolve() : reject(new Error(`${method} ${path}: ${response.statusCode}`)),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

function figure(name: string, unit: Figure['unit'], runs: number[]): Figure {
  const sorted = [...runs].sort((a, b) => a - b);
  return { name, unit, median: sorted[Math.floor(sorted.length / 2)] ?? Number.NaN, runs };
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const { name, unit, median, runs } of await measureEmulator())
    console.log(
      `${name.padEnd(34)} ${median.toFixed(0).padStart(6)} ${unit.padEnd(10)} (${runs.map((run) => run.toFixed(0)).join(', ')})`,
    );

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { bounded, type Figure, median, mib, ms, type Part } from './figures.ts';

const program = join(import.meta.dirname, '../dist/coolify-emulator/bin.js');
const rounds = 5;
const requests = 2000;
const connections = 8;

/** The emulator as a process of its own: its start, its memory, how much it answers. */
export async function emulator(): Promise<Part> {
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
      underLoad.push(memoryOf(child));
      writes.push(await rate((n) => ask(url, token, 'POST', '/projects', JSON.stringify({ name: `bench ${n}` }))));
    } finally {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    }
  }
  return {
    title: 'The emulator',
    how: `Medians of ${rounds} starts of the built package; ${requests.toLocaleString('en')} requests of each kind over ${connections} open connections, its own rate limit lifted.`,
    figures: [
      bounded('start until the first answer', median(starts), 1000, ms),
      bounded('memory (RSS) after the start', median(atRest), 80, mib),
      bounded(`memory (RSS) after ${requests.toLocaleString('en')} requests`, median(underLoad), 80, mib),
      perSecond('GET /projects', reads),
      perSecond('POST /projects', writes),
    ],
  };
}

function perSecond(what: string, rates: number[]): Figure {
  return { what, ours: `${Math.round(median(rates)).toLocaleString('en')} requests/s` };
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

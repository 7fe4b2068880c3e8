import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { systemClock } from '../../src/clock.ts';
import { dbosDurable } from '../../src/engine/durable/dbos.ts';
import type { RunContext } from '../../src/operations/context.ts';
import { openPostgres } from '../../src/storage/postgres/open.ts';
import type { MemberOptions } from './fleet.ts';
import { probeHeader, probeOperation } from './probe.ts';

// A process as `serve` will be one: reads commands, a JSON line each, and answers each with a JSON line.

const { url, folder, who, leaseMs } = JSON.parse(process.argv[2] ?? '{}') as MemberOptions;
const note =
  (level: string) =>
  (event: string, fields = {}) =>
    process.stderr.write(`${JSON.stringify({ who, level, event, ...fields })}\n`);
const log = { info: note('info'), warn: note('warn'), error: note('error') };

const stores = await openPostgres({ url, dataDir: folder, clock: systemClock, log, leaseMs });
const operation = probeOperation(folder, who);
const durable = await dbosDurable({
  stores,
  clock: systemClock,
  log,
  operation: (name) => (name === 'probe' ? operation : undefined),
  context: (header, signal, report) =>
    ({ runId: header.id, clock: systemClock, signal, report, strike: (text: string) => text }) as unknown as RunContext,
  onEnd: (journal, status) => appendFile(join(folder, 'ends'), `${journal.header.id} ${status} ${who}\n`),
  onOverrun: (journal, effect) => appendFile(join(folder, 'overruns'), `${journal.header.id} ${effect} ${who}\n`),
});

const told: string[] = [];
const commands: Record<string, (...args: never[]) => unknown> = {
  start: (id: string) => durable.start(probeHeader(folder, id)),
  cancel: (id: string) => durable.cancel(id),
  recover: () => durable.recover(),
  takeUp: (id: string, direction: 'forward' | 'undo') => durable.takeUp(id, direction),
  wait: async (id: string, ms: number) => (await durable.wait(id, ms))?.events.map((event) => event.type),
  read: async (id: string) => (await durable.read(id))?.events,
  owned: (id: string) => durable.owned(id),
  follow: (id: string) => void durable.follow(id, ({ event, message }) => told.push(`${event} ${message}`)),
  told: () => told,
  executor: () => stores.executor.life().id,
  async close() {
    await durable.close();
    await stores.close();
  },
};

const answer = (value: unknown) => process.stdout.write(`${JSON.stringify(value ?? null)}\n`);
answer('ready');
for await (const line of createInterface({ input: process.stdin })) {
  const { command, args } = JSON.parse(line) as { command: string; args: never[] };
  try {
    answer({ value: await commands[command]?.(...args) });
  } catch (error) {
    answer({ error: String(error), code: (error as { code?: string }).code });
  }
  if (command === 'close') break;
}
process.stdin.destroy();

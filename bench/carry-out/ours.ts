// A process of its own: DBOS is one for a process. Arguments: `dbos` or `inline`, a folder, how many runs, the database.
import { join } from 'node:path';
import { systemClock } from '../../src/clock.ts';
import { dbosDurable } from '../../src/engine/durable/dbos.ts';
import { type InlineOptions, inlineDurable } from '../../src/engine/durable/inline.ts';
import { silentLog } from '../../src/log.ts';
import type { RunContext } from '../../src/operations/context.ts';
import { openFileStores } from '../../src/storage/files/open.ts';
import { openPostgres } from '../../src/storage/postgres/open.ts';
import { printTimes } from './times.ts';
import { headerOf, trivial } from './trivial.ts';

const [adapter, folder = '', runs, url] = process.argv.slice(2);
const parts = { clock: systemClock, log: silentLog };
const options: Omit<InlineOptions, 'runs'> = {
  ...parts,
  operation: () => trivial,
  context: ({ id }, signal, report) =>
    ({ runId: id, clock: systemClock, signal, report, strike: (text: string) => text }) as unknown as RunContext,
  onEnd: async () => undefined,
  onOverrun: async () => undefined,
};
const { durable, close } = adapter === 'dbos' ? await onDbos() : await inline();

async function onDbos() {
  const stores = await openPostgres({ url, dataDir: folder, ...parts });
  return { durable: await dbosDurable({ ...options, stores }), close: () => stores.close() };
}

async function inline() {
  const stores = await openFileStores(join(folder, 'files'), parts);
  return { durable: inlineDurable({ ...options, runs: stores.runs }), close: () => stores.close() };
}

const second = Math.floor(Date.now() / 1000);
await printTimes(Number(runs), async (index) => {
  const id = `txn-${second}-${adapter}${index}`;
  await durable.start(headerOf(id));
  const journal = await durable.wait(id, 60_000);
  if (journal?.events.at(-1)?.type !== 'ended') throw new Error(`${id} did not end`);
});
await durable.close();
await close();

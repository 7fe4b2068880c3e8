import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';
import type { Clock } from '../../src/clock.ts';
import { systemClock } from '../../src/clock.ts';
import { readConfiguration } from '../../src/config/read.ts';
import { coolify } from '../../src/coolify/coolify.ts';
import { dbosDurable } from '../../src/engine/durable/dbos.ts';
import { inlineDurable } from '../../src/engine/durable/inline.ts';
import { jsonLog } from '../../src/log.ts';
import { compose } from '../../src/main.ts';
import { registry } from '../../src/operations/registry.ts';
import { openFileStores } from '../../src/storage/files/open.ts';
import { openPostgres, type PostgresStores } from '../../src/storage/postgres/open.ts';
import type { ProgramOptions } from './member.ts';
import { arm } from './moment.ts';
import { probe } from './probe.ts';

// The product as it is composed, on a clock that runs faster, with the three-step probe among its operations, struck at
// one moment. Takes commands from the process that started it.

const options = JSON.parse(process.argv[2] ?? '{}') as ProgramOptions;
const { databaseUrl, moment, factor, takeUp } = options;
if (options.host !== undefined) {
  os.hostname = () => options.host!;
  syncBuiltinESMExports();
}

const send = (message: object) => new Promise<void>((resolve) => process.send!(message, () => resolve()));
const armed = arm(moment, (standing) => send({ standing }));
const clock = fasterClock(factor);
const { config, secrets } = readConfiguration({ environment: options.environment });
const log = jsonLog((text) => text);

let stores: PostgresStores | undefined;
await using fairlead = await compose(config, secrets, {
  takeUp,
  clock,
  log,
  operations: [...registry, probe],
  coolify: coolify({ baseUrl: config.coolifyUrl!, token: secrets.coolifyToken!, clock, fetch: armed.fetch }),
  async openStorage({ dataDir }, parts) {
    if (databaseUrl === undefined) return openFileStores(dataDir, parts);
    stores = await openPostgres({ url: databaseUrl, dataDir, leaseMs: options.leaseMs, ...parts });
    return stores;
  },
  makeDurable: (parts) =>
    stores
      ? dbosDurable({ ...parts, stores: { ...stores, runs: armed.runs(stores.runs) } })
      : inlineDurable({ ...parts, runs: armed.runs(parts.runs) }),
});
const { durable, gateway, admitted } = fairlead;

/** What a caller is answered. `waitMs` by the faster clock. */
async function call(name: string, args: Record<string, unknown>, waitMs: number): Promise<unknown> {
  const reply = await gateway.call({ name, arguments: args, signal: new AbortController().signal, waitMs }, admitted);
  return reply.kind === 'output' ? reply.output : reply.answer;
}

const done = Promise.withResolvers<void>();
const commands: Record<string, (...args: never[]) => unknown> = {
  call,
  release: () => armed.release(),
  recover: () => durable.recover(),
  cancel: (id: string) => durable.cancel(id),
  takeUp: (id: string, direction: 'forward' | 'undo') => durable.takeUp(id, direction),
  newest: async () => (await durable.list(1))[0],
  wait: (id: string, milliseconds: number) => durable.wait(id, milliseconds),
  audit: (limit: number) => fairlead.audit.read({ since: 0, limit }),
  close: () => done.resolve(),
};

process.on('message', async ({ id, command, args }: { id: number; command: string; args: never[] }) => {
  try {
    await send({ id, value: (await commands[command]!(...args)) ?? null });
  } catch (error) {
    await send({
      id,
      error: error instanceof Error ? error.message : String(error),
      code: (error as { code?: string }).code,
    });
  }
});
process.once('disconnect', () => done.resolve());
await send({ ready: true });
await done.promise;
process.disconnect?.();

function fasterClock(times: number): Clock {
  const since = Date.now();
  return {
    now: () => since + (Date.now() - since) * times,
    sleep: (milliseconds, signal) => systemClock.sleep(milliseconds / times, signal),
  };
}

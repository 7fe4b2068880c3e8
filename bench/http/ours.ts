// A process of its own: the product's server as `fairlead serve` composes it, with PostgreSQL and reads audited in
// batches, and one read. Arguments: a data folder, the database. Prints its address and key.
import { systemClock } from '../../src/clock.ts';
import { readConfiguration } from '../../src/config/read.ts';
import { admitOwner } from '../../src/gateway/admit.ts';
import { makeKey } from '../../src/gateway/keys.ts';
import { silentLog } from '../../src/log.ts';
import { compose } from '../../src/main.ts';
import { defineOperation, type Operation, steps } from '../../src/operations/operation.ts';
import { openPostgres, type PostgresStores } from '../../src/storage/postgres/open.ts';
import { serveHttp } from '../../src/surfaces/http/serve.ts';
import { echoInput, echoOutput } from './echo.ts';

const [dataDir = '', url] = process.argv.slice(2);
const echo = defineOperation({
  noun: 'echo',
  verb: 'say',
  name: 'echo',
  title: 'Echo: Say',
  description: 'Says it back.',
  effect: 'read',
  idempotent: true,
  input: echoInput,
  output: echoOutput,
  look: async () => null,
  plan: ({ text }) => steps({ text }),
}) as unknown as Operation;

const { config, secrets } = readConfiguration({ environment: { FAIRLEAD_DATA_DIR: dataDir } });
let stores: PostgresStores | undefined;
const fairlead = await compose(config, secrets, {
  takeUp: false,
  operations: [echo],
  log: silentLog,
  async openStorage(_config, parts) {
    stores = await openPostgres({ url, dataDir, ...parts });
    return stores;
  },
});
const stopping = new AbortController();
process.once('SIGTERM', () => stopping.abort());
const key = makeKey();
const admission = {
  policy: config.policy,
  audit: fairlead.audit.write,
  auditRead: stores!.audit.writeBatched,
  now: systemClock.now,
};
const server = await serveHttp({
  gateway: fairlead.gateway,
  admit: (credential) => (credential.key === key ? admitOwner(admission, credential.address) : undefined),
  host: '127.0.0.1',
  port: 0,
  ready: async () => ({}),
  version: '0',
  callSeconds: 10,
  log: silentLog,
  corsOrigins: [],
  stopping: stopping.signal,
});
process.stdout.write(`${JSON.stringify({ url: server.url, key })}\n`);
stopping.signal.addEventListener('abort', async () => {
  await server.close();
  await fairlead[Symbol.asyncDispose]();
});

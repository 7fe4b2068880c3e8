#!/usr/bin/env node
import { realpathSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { systemClock } from './clock.ts';
import { refuse } from './config/problem.ts';
import { readConfiguration } from './config/read.ts';
import { type SettingKey, settingKeys } from './config/settings.ts';
import { dbosDurable } from './engine/durable/dbos.ts';
import { type AdmitOptions, admitOwner } from './gateway/admit.ts';
import { isKey, makeKey, type StoredKey, storedKey } from './gateway/keys.ts';
import { silentLog } from './log.ts';
import { compose } from './main.ts';
import { Refusal } from './refusal.ts';
import { openPostgres, type PostgresStores } from './storage/postgres/open.ts';
import { serveHttp } from './surfaces/http/serve.ts';
import { VERSION } from './version.ts';

/**
 * `fairlead serve` carries out the same operations for many, over HTTP, on PostgreSQL and DBOS; `worker` only carries
 * out. Takes every setting as a flag (`--port 8200`). Ends with SIGTERM or SIGINT; throws {@link Refusal}.
 */
export async function start(name: 'serve' | 'worker', args: readonly string[] = []): Promise<void> {
  const { config, secrets, notes, problems } = readConfiguration({ flags: flagsIn(args), serve: true });
  refuse(problems);
  let stores: PostgresStores | undefined;
  const stopping = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort());

  await using fairlead = await compose(config, secrets, {
    takeUp: true,
    async openStorage({ dataDir }, parts) {
      stores = await openPostgres({ url: secrets.databaseUrl, dataDir, secretKey: secrets.secretKey, ...parts });
      return stores;
    },
    makeDurable: (options) => dbosDurable({ ...options, stores: stores! }),
  });
  const { log, gateway } = fairlead;
  for (const note of notes) log.info('configuration', { note });
  if (name === 'worker') return ended(stopping.signal);

  const owner = await ownerKey(stores!, secrets.key, fairlead.learn);
  const admission: AdmitOptions = {
    policy: config.policy,
    audit: (entry) => fairlead.audit.write(fairlead.strikeDeep(entry)),
    auditRead: (entry) => stores!.audit.writeBatched(fairlead.strikeDeep(entry)),
    now: systemClock.now,
  };
  const http = await serveHttp({
    gateway,
    admit: ({ key, address }) => (owner.is(key) ? admitOwner(admission, address) : undefined),
    host: config.host,
    port: config.port,
    corsOrigins: config.corsOrigins,
    allowedHosts: config.allowedHosts,
    pricePerMillionTokens: config.pricePerMillionTokens,
    callSeconds: config.callSeconds,
    version: VERSION,
    log,
    stopping: stopping.signal,
    ready: async () => ({
      database: await answers(() => stores!.ready()),
      coolify: await answers(() => fairlead.coolify.instance.health({ signal: AbortSignal.timeout(5000) })),
    }),
  });
  tellHow(http.url, owner.made);
  await ended(stopping.signal);
  await http.close();
}

/**
 * `fairlead-server rotate`: seals all secrets under a new key. In the data folder it is made and takes the old one's
 * place; where FAIRLEAD_SECRET_KEY gives the key, the new one is read from standard input, and set there afterwards.
 */
async function rotate(args: readonly string[]): Promise<void> {
  const { config, secrets, problems } = readConfiguration({ flags: flagsIn(args), serve: true });
  refuse(problems);
  const { databaseUrl: url, secretKey } = secrets;
  const stores = await openPostgres({ url, secretKey, dataDir: config.dataDir, clock: systemClock, log: silentLog });
  try {
    await stores.secrets.rotate(secretKey === undefined ? undefined : (await text(process.stdin)).trim());
  } finally {
    await stores.close();
  }
  process.stdout.write('All secrets are sealed under the new key; the old one opens nothing any more.\n');
}

/** The owner's key: given by the environment, or made once, told once and kept as a keyed hash only. */
async function ownerKey(
  { settings, secrets }: PostgresStores,
  given: string | undefined,
  learn: (name: string, value: string) => void,
) {
  const pepper = await secrets.open(String(await settings.agree('pepper', await secrets.seal(makeKey()))));
  const candidate = given ?? makeKey();
  learn('FAIRLEAD_KEY', candidate);
  const mine = storedKey(candidate, pepper);
  if (given !== undefined) return { is: (key: string) => isKey(key, mine, pepper), made: undefined };
  const kept = (await settings.agree('owner_key', mine)) as StoredKey;
  return { is: (key: string) => isKey(key, kept, pepper), made: kept.hash === mine.hash ? candidate : undefined };
}

async function answers(ask: () => Promise<unknown>): Promise<string> {
  try {
    await ask();
    return 'ok';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function tellHow(url: string, made: string | undefined): void {
  const key = made ?? '<your key>';
  const lines = [
    `Fairlead ${VERSION} answers at ${url}`,
    ...(made ? [`The owner's key, shown this once: ${made}`] : []),
    `Connect an agent:  claude mcp add --transport http fairlead ${url}/mcp --header "Authorization: Bearer ${key}"`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

const ended = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

/** Every setting is a flag too, under its key with hyphens; secrets are none. */
function flagsIn(args: readonly string[]): Partial<Record<SettingKey | 'config', string>> {
  const keys = [...settingKeys, 'config'] as const;
  const options = Object.fromEntries(keys.map((key) => [hyphened(key), { type: 'string' as const }]));
  try {
    const { values } = parseArgs({ args: [...args], options });
    return Object.fromEntries(
      keys.flatMap((key) => (values[hyphened(key)] === undefined ? [] : [[key, String(values[hyphened(key)])]])),
    );
  } catch (error) {
    const next = `Flags are: ${keys.map((key) => `--${hyphened(key)}`).join(', ')}.`;
    throw new Refusal('invalid_input', error instanceof Error ? error.message : String(error), next);
  }
}

const hyphened = (key: string): string => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** This file is the package `fairlead-server`: a program, and what `fairlead serve` imports. */
async function program([name, ...args]: string[]): Promise<void> {
  try {
    if (name === 'serve' || name === 'worker') return await start(name, args);
    if (name === 'rotate') return await rotate(args);
    const next =
      'Run `fairlead-server serve`, `fairlead-server worker` for a process that only carries out, or `fairlead-server rotate` for a new key of the secrets.';
    throw new Refusal('invalid_input', name === undefined ? 'Serve, or worker?' : `There is no ${name}.`, next);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    process.stderr.write(`fairlead: ${error.message} ${error.next}\n`);
    process.exitCode = 2;
  }
}

const started = process.argv[1];
if (started !== undefined && realpathSync(started) === fileURLToPath(import.meta.url))
  await program(process.argv.slice(2));

import { type Clock, systemClock } from './clock.ts';
import type { Config } from './config/config.ts';
import type { Secrets } from './config/secrets.ts';
import { type Coolify, coolify } from './coolify/coolify.ts';
import { answerOf, TAKING_BACK } from './engine/answer.ts';
import { type InlineOptions, inlineDurable } from './engine/durable/inline.ts';
import type { Durable } from './engine/durable/port.ts';
import type { Admitted, Engine } from './engine/run.ts';
import { admitOwner, auditEntry } from './gateway/admit.ts';
import { catalogOf } from './gateway/catalog.ts';
import { type Gateway, gateway } from './gateway/gateway.ts';
import { jsonLog, type Log } from './log.ts';
import type { Actor, Context, Progress, RunSummary, Runs } from './operations/context.ts';
import type { Operation } from './operations/operation.ts';
import { registry } from './operations/registry.ts';
import { makeProbe } from './probe/probe.ts';
import { Refusal } from './refusal.ts';
import { reveal, sealInput } from './secrets/door.ts';
import { createStriker, type Striker } from './secrets/strike.ts';
import { openFileStores } from './storage/files/open.ts';
import { type Journal, runState } from './storage/journal.ts';
import type { AuditLog, PlanStore, RunStore, SecretStore } from './storage/stores.ts';
import { VERSION } from './version.ts';

/** What a process is made of, whatever it keeps its state in. */
export interface Fairlead extends AsyncDisposable {
  gateway: Gateway;
  /** Who is at this machine: stdio and the command line. */
  admitted: Admitted;
  durable: Durable;
  coolify: Coolify;
  audit: AuditLog;
  log: Log;
  learn: Striker['learn'];
  strikeDeep: Striker['strikeDeep'];
}

/** Where state is kept: files for one person, PostgreSQL for many. */
export interface Storage {
  runs: RunStore;
  plans: PlanStore;
  secrets: SecretStore & { values(): Promise<string[]> };
  audit: AuditLog;
  close(): Promise<void>;
}

export interface ComposeOptions {
  /** Whether runs that a dead process left are taken up: by what stays, not by a command that is gone in a second. */
  takeUp: boolean;
  openStorage?(config: Config, parts: { clock: Clock; log: Log }): Promise<Storage>;
  makeDurable?(options: InlineOptions, storage: Storage): Durable | Promise<Durable>;
  clock?: Clock;
  coolify?: Coolify;
  operations?: readonly Operation[];
  log?: Log;
}

/** Config → parts. Nothing is asked of Coolify before the first call, unless there is a run to take up. */
export async function compose(config: Config, secrets: Secrets, options: ComposeOptions): Promise<Fairlead> {
  const { clock = systemClock, operations = registry, openStorage = openFiles, makeDurable = inlineDurable } = options;
  const striker = createStriker();
  if (secrets.coolifyToken) striker.learn('COOLIFY_API_TOKEN', secrets.coolifyToken);
  const log = options.log ?? jsonLog(striker.strike, config.logLevel);
  const storage = await openStorage(config, { clock, log });
  // What earlier processes were given may still stand in a log that is read today.
  for (const value of await storage.secrets.values()) striker.learn('', value);
  const client = options.coolify ?? clientOf(config, secrets, striker.strike);
  const probe = makeProbe({ via: config.probeVia });
  const byName = new Map(operations.map((operation) => [operation.name, operation]));

  const durable: Durable = await makeDurable(
    {
      runs: storage.runs,
      clock,
      log,
      operation: (name) => byName.get(name),
      context: (header, signal, report) => ({
        ...contextOf(header.actor as Actor, signal, report),
        runId: header.id,
      }),
      onEnd: (journal, status) => storage.audit.write(entryOf(journal, status)),
      onOverrun: (journal, effect) => tellOverrun(journal, effect),
    },
    storage,
  );

  function contextOf(actor: Actor, signal: AbortSignal, report: (progress: Progress) => void): Context {
    return {
      actor,
      coolify: client,
      probe,
      reveal: (text) => reveal(text, storage.secrets),
      seal: (value) => storage.secrets.seal(value),
      learn: striker.learn,
      strike: striker.strike,
      runs: runsFor(actor),
      clock,
      settings: {
        healthSeconds: config.healthSeconds,
        deploymentSeconds: config.deploymentSeconds,
        project: config.project,
        server: config.server,
      },
      signal,
      report,
    };
  }

  function runsFor(actor: Actor): Runs {
    return {
      async follow(id, milliseconds, signal) {
        const journal = milliseconds > 0 ? await durable.wait(id, milliseconds, signal) : await durable.read(id);
        const operation = journal && byName.get(journal.header.operation);
        return operation && { ...answerOf(operation, journal, actor, await durable.owned(id)) };
      },
      list: async (limit) => Promise.all((await durable.list(limit)).map(summaryOf)),
      cancel: (id) => durable.cancel(id),
    };
  }

  async function summaryOf(journal: Journal): Promise<RunSummary> {
    const { id, operation, startedAt, steps } = journal.header;
    const { ended, position, failure } = runState(journal);
    const status = ended?.status ?? ((await durable.owned(id)) ? 'pending' : 'interrupted');
    const doing = ended ? 'ended' : failure ? TAKING_BACK : (steps[position]?.title ?? 'finishing');
    return { run_id: id, operation, status, started_at: new Date(startedAt).toISOString(), doing };
  }

  async function tellOverrun(journal: Journal, effect: string): Promise<void> {
    const next = 'Look in Coolify whether it is there twice; the run itself goes on in the process that took it over.';
    const told = { run_id: journal.header.id, effect, next };
    log.error('effect_after_takeover', told);
    await storage.audit
      .write(entryOf(journal, 'overrun', told))
      .catch((error: Error) => log.error('audit_not_written', { ...told, reason: error.message }));
  }

  function entryOf(journal: Journal, outcome: string, more: Record<string, unknown> = {}) {
    const { header } = journal;
    const operation = byName.get(header.operation)!;
    const resource = operation.resource?.(header.input, header.facts, runState(journal).done);
    const details = {
      run_id: header.id,
      digest: header.digest,
      steps: header.steps.map(({ title }) => title),
      input: header.input,
      ...more,
    };
    return striker.strikeDeep(auditEntry(header.actor as Actor, operation, outcome, details, clock.now(), resource));
  }

  const engine: Engine = {
    durable,
    plans: storage.plans,
    clock,
    version: VERSION,
    seal: (schema, input) => sealInput(schema, input, storage.secrets, striker.learn),
    strikeDeep: striker.strikeDeep,
    context: contextOf,
  };
  if (options.takeUp) for (const id of await durable.recover()) log.info('run_taken_up', { run_id: id });

  return {
    gateway: gateway(catalogOf(operations), engine),
    admitted: admitOwner({
      policy: config.policy,
      audit: (entry) => storage.audit.write(striker.strikeDeep(entry)),
      now: clock.now,
    }),
    durable,
    coolify: client,
    audit: storage.audit,
    log,
    learn: striker.learn,
    strikeDeep: striker.strikeDeep,
    [Symbol.asyncDispose]: () => close(durable, storage),
  };
}

const openFiles = (config: Config, parts: { clock: Clock; log: Log }): Promise<Storage> =>
  openFileStores(config.dataDir, parts);

async function close(durable: Durable, storage: Storage): Promise<void> {
  await durable.close();
  await storage.close();
}

/** A client, or one that refuses each call with what is missing: an agent then hears it as an answer. */
function clientOf(config: Config, secrets: Secrets, strike: (text: string) => string): Coolify {
  if (config.coolifyUrl && secrets.coolifyToken) {
    return coolify({ baseUrl: config.coolifyUrl, token: secrets.coolifyToken, strike });
  }
  const missing = [
    ...(config.coolifyUrl ? [] : ['COOLIFY_API_URL']),
    ...(secrets.coolifyToken ? [] : ['COOLIFY_API_TOKEN']),
  ];
  const text = `${missing.join(' and ')} ${missing.length > 1 ? 'are' : 'is'} not set, so there is no Coolify to ask.`;
  return new Proxy({} as Coolify, {
    get() {
      throw new Refusal(
        'unreachable',
        text,
        'Set it where Fairlead is configured, then call again. `fairlead doctor` checks it.',
      );
    },
  });
}

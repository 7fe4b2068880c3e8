import { systemClock } from '../../src/clock.ts';
import { inlineDurable } from '../../src/engine/durable/inline.ts';
import type { Engine } from '../../src/engine/run.ts';
import { admitOwner } from '../../src/gateway/admit.ts';
import { catalogOf } from '../../src/gateway/catalog.ts';
import { gateway } from '../../src/gateway/gateway.ts';
import type { Log } from '../../src/log.ts';
import type { Actor, Context, Progress } from '../../src/operations/context.ts';
import type { Operation } from '../../src/operations/operation.ts';
import type { Journal } from '../../src/storage/journal.ts';
import type { PlanStore, RunStore, StoredPlan } from '../../src/storage/stores.ts';
import type { McpOptions } from '../../src/surfaces/mcp/server.ts';

/** The real gateway and engine on stores in memory: all that the surface stands on, and no Coolify. */
export function harbour(registry: readonly Operation[], log: Log): McpOptions & { close(): Promise<void> } {
  const context = (actor: Actor, signal: AbortSignal, report: (progress: Progress) => void): Context => ({
    actor,
    signal,
    report,
    clock: systemClock,
    settings: { healthSeconds: 300, deploymentSeconds: 3600 },
    strike: (text) => text,
    learn: () => undefined,
    seal: async (value) => value,
    reveal: async (text) => text,
    // The fleet sails without these.
    probe: undefined as never,
    coolify: undefined as never,
    runs: undefined as never,
  });
  const owner: Actor = { kind: 'owner' };
  const durable = inlineDurable({
    runs: runsInMemory(log),
    clock: systemClock,
    log,
    operation: (name) => registry.find((operation) => operation.name === name),
    context: ({ id }, signal, report) => ({ ...context(owner, signal, report), runId: id }),
    onEnd: async () => undefined,
    onOverrun: async () => undefined,
  });
  const engine: Engine = {
    durable,
    plans: plansInMemory(),
    clock: systemClock,
    version: '0.0.0-test',
    seal: async (_schema, input) => input,
    strikeDeep: (value) => value,
    context,
  };
  return {
    gateway: gateway(catalogOf(registry), engine),
    admitted: admitOwner({
      policy: { read: 'allow', create: 'allow', change: 'allow', destroy: 'allow' },
      audit: async () => undefined,
      now: Date.now,
    }),
    version: '0.0.0-test',
    callSeconds: 1,
    log,
    close: () => durable.close(),
  };
}

function runsInMemory(log: Log): RunStore {
  const journals = new Map<string, Journal>();
  const cancelled = new Set<string>();
  const copy = (journal: Journal | undefined) => structuredClone(journal);
  return {
    async create(header) {
      const journal: Journal = { header, events: [] };
      journals.set(header.id, journal);
      return {
        append: async (event) => void journal.events.push(event),
        check: async () => undefined,
        release: async () => undefined,
      };
    },
    claim: async () => undefined,
    read: async (id) => copy(journals.get(id)),
    list: async (limit) => [...journals.values()].reverse().slice(0, limit),
    owned: async (id) => journals.has(id),
    async requestCancel(id) {
      cancelled.add(id);
      log.info('cancel_requested', { run_id: id });
    },
    cancelRequested: async (id) => cancelled.has(id),
  };
}

function plansInMemory(): PlanStore {
  const plans = new Map<string, StoredPlan>();
  return {
    save: async (plan) => void plans.set(plan.id, plan),
    read: async (id) => plans.get(id),
    async take(id, runId) {
      const plan = plans.get(id);
      if (!plan || plan.usedBy !== null) return false;
      plans.set(id, { ...plan, usedBy: runId });
      return true;
    },
  };
}

import type { Admitted } from '../engine/run.ts';
import type { Actor } from '../operations/context.ts';
import type { Effect, Operation } from '../operations/operation.ts';
import { Refusal } from '../refusal.ts';
import type { AuditEntry } from '../storage/stores.ts';

/** What may be done without asking, by effect. */
export type Policy = Readonly<Record<Effect, 'allow' | 'ask' | 'deny'>>;

export interface AdmitOptions {
  policy: Policy;
  /** Durable when it resolves: whatever changed, revealed or refused something. */
  audit(entry: AuditEntry): Promise<void>;
  /** What was only read, to be written soon; without it that is recorded nowhere. */
  auditRead?(entry: AuditEntry): void;
  now(): number;
}

/**
 * The owner: at the own machine (stdio, the command line), where identity is the process's own, or by the owner's key.
 * Nobody else is there who could approve, so what policy wants approved is refused.
 */
export function admitOwner({ policy, audit, auditRead, now }: AdmitOptions, address?: string): Admitted {
  const actor: Actor = { kind: 'owner', ...(address !== undefined && { address }) };
  return {
    actor,
    permit: ({ effect }) => (({ allow: 'yes', ask: 'ask', deny: 'no' }) as const)[policy[effect]],
    approved: async () => false,
    askApproval: async (plan) => {
      throw new Refusal(
        'needs_approval',
        `Policy wants another person's approval for ${plan.operation}, and here there is nobody else.`,
        'Use `fairlead serve`, where another person can approve, or change the policy for this effect.',
      );
    },
    async audit(operation, outcome, details) {
      const entry = auditEntry(actor, operation, outcome, details, now());
      if (outcome === 'read') auditRead?.(entry);
      else await audit(entry);
    },
  };
}

export function auditEntry(
  actor: Actor,
  operation: Operation,
  outcome: string,
  details: Record<string, unknown>,
  at: number,
  resource: { type: string; id: string; name: string } = { type: operation.noun, id: '', name: '' },
): AuditEntry {
  return {
    timestamp: new Date(at).toISOString(),
    user: 'name' in actor ? actor.name : actor.kind,
    action: operation.name,
    resource_type: resource.type,
    resource_id: resource.id,
    resource_name: resource.name,
    details: { outcome, ...details },
    ip_address: actor.address ?? null,
  };
}

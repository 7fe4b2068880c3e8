import { AsyncLocalStorage } from 'node:async_hooks';
import type { Admitted } from '../../gateway/gateway.ts';

const callers = new AsyncLocalStorage<Admitted>();

/** Does the work as this caller: whatever it starts sees them as {@link theCaller}. */
export const asCaller = <T>(admitted: Admitted, work: () => T): T => callers.run(admitted, work);

/**
 * Whoever sent the request that is being answered. MCP servers are made from one set of parts for the whole process, so
 * that tools and schemas are made once; the rights are those of each request, looked up when it came in.
 */
export const theCaller: Admitted = {
  get actor() {
    return current().actor;
  },
  permit: (operation) => current().permit(operation),
  approved: (digest) => current().approved(digest),
  askApproval: (plan) => current().askApproval(plan),
  audit: (action, outcome, details) => current().audit(action, outcome, details),
};

function current(): Admitted {
  const admitted = callers.getStore();
  if (!admitted) throw new Error('nobody was admitted here');
  return admitted;
}

/** One text for each identity: what belongs to a session is compared by it. */
export const identityOf = ({ actor }: Admitted): string => ('id' in actor ? `${actor.kind}:${actor.id}` : actor.kind);

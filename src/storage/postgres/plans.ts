import { and, eq, gt, isNull, or } from 'drizzle-orm';
import type { Clock } from '../../clock.ts';
import { Refusal } from '../../refusal.ts';
import type { PlanStore, StoredPlan } from '../stores.ts';
import type { Database } from './database.ts';
import { plans } from './schema.ts';

/** A plan lives an hour: the world it was made for moves on. */
const PLAN_LIFE_MS = 60 * 60_000;

export function postgresPlans({ ask }: Database, clock: Clock): PlanStore {
  const alive = (id: string) => and(eq(plans.id, id), gt(plans.createdAt, clock.now() - PLAN_LIFE_MS));

  async function read(id: string): Promise<StoredPlan | undefined> {
    const [row] = await ask((db) => db.select().from(plans).where(alive(id)));
    return row && { ...row.plan, usedBy: row.usedBy };
  }

  return {
    async save(plan) {
      const { id, createdAt, usedBy } = plan;
      await ask((db) =>
        db
          .insert(plans)
          .values({ id, plan, createdAt, usedBy })
          .onConflictDoUpdate({ target: plans.id, set: { plan, createdAt } }),
      );
    },

    read,

    async take(id, runId) {
      const { rowCount } = await ask((db) =>
        db
          .update(plans)
          .set({ usedBy: runId })
          .where(and(alive(id), or(isNull(plans.usedBy), eq(plans.usedBy, runId)))),
      );
      if (rowCount === 1) return true;
      if (await read(id)) return false;
      throw new Refusal(
        'plan_expired',
        `There is no plan ${id}, or its hour is over.`,
        'Make it again with a dry run.',
      );
    },
  };
}

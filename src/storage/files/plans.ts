import { join } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../../clock.ts';
import { Refusal } from '../../refusal.ts';
import type { PlanStore, StoredPlan } from '../stores.ts';
import { damaged } from './fault.ts';
import { readJson } from './json.ts';
import { planName } from './names.ts';
import { createFile, readIfThere, replaceFile } from './write.ts';

/** A plan lives an hour: the world it was made for moves on. */
const PLAN_LIFE_MS = 60 * 60_000;

const shape = z.looseObject({
  id: z.string(),
  operation: z.string(),
  input: z.looseObject({}),
  digest: z.string(),
  createdAt: z.number(),
});
const planSchema = z.custom<StoredPlan>((value) => shape.safeParse(value).success);

/** Plans as files: `<id>.json` is the plan, and `<id>.used`, which exactly one run can make, names that run. */
export function filePlans(folder: string, clock: Clock): PlanStore {
  const planPath = (id: string) => join(folder, `${planName(id)}.json`);
  const usedPath = (id: string) => join(folder, `${planName(id)}.used`);

  async function read(id: string): Promise<StoredPlan | undefined> {
    const text = await readIfThere(planPath(id));
    if (text === undefined) return undefined;
    const plan = readJson(text, planSchema);
    if (!plan) throw damaged(planPath(id), 'it holds no plan', 'Delete it and make the plan again with a dry run.');
    if (clock.now() - plan.createdAt >= PLAN_LIFE_MS) return undefined;
    return { ...plan, usedBy: (await readIfThere(usedPath(id))) ?? plan.usedBy };
  }

  return {
    save: (plan) => replaceFile(planPath(plan.id), JSON.stringify(plan)),
    read,
    async take(id, runId) {
      const plan = await read(id);
      if (!plan) {
        throw new Refusal(
          'plan_expired',
          `There is no plan ${id}, or its hour is over.`,
          'Make it again with a dry run.',
        );
      }
      if (plan.usedBy !== null) return plan.usedBy === runId;
      return (await createFile(usedPath(id), runId)) || (await readIfThere(usedPath(id))) === runId;
    },
  };
}

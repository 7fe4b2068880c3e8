import { z } from 'zod';

const open = z.looseObject({});

/**
 * The answer to any change as clients see it declared (`contracts.md` section 1, "Answer"). One compact schema for all
 * of them, open to what it does not name: clients refuse an answer that breaks it, and pay for every word of it in each
 * conversation.
 */
export const answerSchema = z.object({
  status: z.enum(['success', 'failed', 'pending', 'blocked', 'rolled_back', 'plan_ready']),
  plan_id: z.string(),
  resource_id: z.string().nullable(),
  details: open,
  metrics: open,
  rollback_point: open.nullable(),
  execution_plan: open.optional(),
  error: z.string().optional(),
  troubleshooting: z.string().optional(),
  incident: open.optional(),
});

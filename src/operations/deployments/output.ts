import { z } from 'zod';
import { fact, figure } from '../fields.ts';

/** What every operation that deploys yields. */
export const deployStepsOutput = {
  url: z.string().nullable(),
  branch: z.string().nullable(),
  commit: z.string().nullable(),
  deployment_uuid: z.string(),
  started_at: z.string(),
  completed_at: z.string(),
  duration_seconds: z.number(),
  verified: z.array(fact),
  metrics: z.record(z.string(), figure),
};

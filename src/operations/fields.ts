import { z } from 'zod';

/** Shared inputs, with the words the model reads; the same everywhere. */
export const app = z.string().trim().min(1).max(255).describe('The app: its name, uuid or repository.');
export const project = z
  .string()
  .trim()
  .min(1)
  .max(255)
  .optional()
  .describe('Project, by name or uuid; only needed where a name stands twice.');
export const limit = z.number().int().min(1).max(200).default(50).describe('At most so many rows.');
export const cursor = z.string().max(200).optional().describe('`next_cursor` of the page before.');

/** What Coolify takes as the name of a variable (recorded: envs 13–20). */
export const variableName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_.]*$/, 'a variable name starts with a letter or _, and holds letters, digits, _ and .')
  .max(255);

/** One thing that was to be seen, whether it was, and by what. `unknown` always has its reason. */
export const fact = z.object({
  fact: z.string(),
  result: z.enum(['seen', 'not_seen', 'unknown']),
  value: z.string().optional(),
  source: z.string(),
  reason: z.string().optional(),
});
export type Fact = z.output<typeof fact>;

/** A figure, or why there is none. */
export const figure = z.union([z.number(), z.string()]);

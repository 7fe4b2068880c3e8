import { z } from 'zod';

/** What most actions answer: a sentence. Read the resource to see what came of it. */
export const message = z.looseObject({ message: z.string() });

/** What a creation answers where nothing but the id is told. */
export const created = z.looseObject({ uuid: z.string() });

/** A number that Coolify sends as text in one place and as a number in another. */
export const numeric = z.union([z.number(), z.string()]);

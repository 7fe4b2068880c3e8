import { z } from 'zod';

/** The one tool that both servers have: says back what it was told. */
export const echoInput = z.object({ text: z.string().describe('Said back.') });
export const echoOutput = z.object({ text: z.string() });

import type { z } from 'zod';

/** What the text holds, as the schema takes it; undefined when it is no JSON or of another shape. */
export function readJson<S extends z.ZodType>(text: string, schema: S): z.output<S> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return schema.safeParse(value).data;
}

/** What may be in no answer, log or message: nothing is wrong where it is undefined. */
export function wrongWith(text: string, secrets: readonly string[]): string | undefined {
  if (secrets.some((secret) => text.includes(secret))) return 'a secret is in it';
  if (/\n\s+at .+:\d+:\d+/.test(text)) return 'a stack is in it';
  if (/\/src\/[\w/-]+\.ts:\d+/.test(text)) return 'a place in the code is in it';
  return undefined;
}

export interface Finding {
  what: string;
  input: string;
  answer: string;
}

/** How many inputs were tried, and what was wrong with some. */
export interface Outcome {
  tried: number;
  found: Finding[];
}

export const finding = (what: string, input: unknown, answer: string): Finding => ({
  what,
  input: (typeof input === 'string' ? input : JSON.stringify(input)).slice(0, 600),
  answer: answer.slice(0, 600),
});

import { randomBytes } from 'node:crypto';
import { hex, secret } from '../ids.ts';

const symbols = '~!#%^*()-_.,<>?/{}[]|:;';

/** What `SERVICE_<command>_<NAME>` stands for in a compose file, drawn once; null for a word that Coolify does not know. */
export function generated(command: string): string | null {
  return makers[command]?.() ?? null;
}

const makers: Record<string, () => string> = {
  PASSWORD: () => secret(32),
  PASSWORD_64: () => secret(64),
  PASSWORDWITHSYMBOLS: () => withSymbols(32),
  PASSWORDWITHSYMBOLS_64: () => withSymbols(64),
  BASE64: () => secret(32),
  BASE64_32: () => secret(32),
  BASE64_64: () => secret(64),
  BASE64_128: () => secret(128),
  REALBASE64: () => randomBytes(32).toString('base64'),
  REALBASE64_32: () => randomBytes(32).toString('base64'),
  REALBASE64_64: () => randomBytes(64).toString('base64'),
  REALBASE64_128: () => randomBytes(128).toString('base64'),
  HEX_32: () => hex(16),
  HEX_64: () => hex(32),
  HEX_128: () => hex(64),
  USER: () => secret(16),
  LOWERCASEUSER: () => secret(16).toLowerCase(),
};

function withSymbols(length: number): string {
  const bytes = randomBytes(length);
  return [...secret(length)]
    .map((char, i) => (i % 4 === 3 ? symbols[(bytes[i] ?? 0) % symbols.length] : char))
    .join('');
}

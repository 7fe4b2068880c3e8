import { inspect } from 'node:util';
import { isPlaceholder } from './placeholder.ts';
import type { Problem } from './problem.ts';

/** Never a flag, which other users of the machine can read, and never in the file, which gets shared. */
export const SECRET_VARIABLES = ['COOLIFY_API_TOKEN', 'DATABASE_URL', 'FAIRLEAD_KEY', 'FAIRLEAD_SECRET_KEY'] as const;
export type SecretVariable = (typeof SECRET_VARIABLES)[number];

/** Kept apart from the configuration, so that that can be logged. Shows nothing of itself when it is. */
export interface Secrets {
  readonly coolifyToken: string | undefined;
  /** PostgreSQL, for `serve`. */
  readonly databaseUrl: string | undefined;
  /** The owner's key, for `serve`. */
  readonly key: string | undefined;
  /** What seals the secrets that are kept, for several `serve` on one database. */
  readonly secretKey: string | undefined;
}

const KEY_LENGTH = 32;

/** Takes what can be used; a problem never shows what it is about. */
export function decideSecrets(
  texts: Readonly<Partial<Record<SecretVariable, string>>>,
  serve: boolean,
): { secrets: Secrets; problems: Problem[] } {
  const problems: Problem[] = [];
  const take = (variable: SecretVariable, wrong: (text: string) => string | undefined, next: string) => {
    const text = texts[variable];
    const unfilled = text !== undefined && isPlaceholder(text) ? 'is a placeholder that nobody filled in' : undefined;
    const reason = unfilled ?? (text === undefined ? undefined : wrong(text));
    if (reason === undefined) return text;
    problems.push({ name: variable, message: `${variable} ${reason}.`, next });
    return undefined;
  };
  const secrets = {
    coolifyToken: take(
      'COOLIFY_API_TOKEN',
      wrongToken,
      'Copy it from Coolify, Keys & Tokens, API tokens: it reads 3|….',
    ),
    databaseUrl: serve
      ? take('DATABASE_URL', wrongDatabase, 'Give a PostgreSQL, or leave it out: then one is kept in the data folder.')
      : undefined,
    key: take('FAIRLEAD_KEY', wrongKey, 'Make one with: openssl rand -hex 32'),
    secretKey: take('FAIRLEAD_SECRET_KEY', wrongSecretKey, 'Make one with: openssl rand -hex 32'),
  };
  return { secrets: unlogged(secrets), problems };
}

/** An object that logs, JSON and copies find empty. */
export function unlogged<T extends object>(values: T): Readonly<T> {
  const shown = () => '[secret]';
  const hidden = Object.create({ toJSON: shown, [inspect.custom]: shown });
  for (const [name, value] of Object.entries(values)) Object.defineProperty(hidden, name, { value });
  return Object.freeze(hidden);
}

function wrongToken(text: string): string | undefined {
  if (/^bearer\s/i.test(text)) return 'begins with "Bearer", which is not part of a token';
  return /^[\x21-\x7e]+$/.test(text) ? undefined : 'has spaces or other signs in it that no token has';
}

function wrongDatabase(text: string): string | undefined {
  if (/^postgres(ql)?:\/\//.test(text) && URL.canParse(text)) return undefined;
  return 'has to be a URL that begins with postgres://';
}

const wrongSecretKey = (text: string): string | undefined =>
  /^[0-9a-f]{64}$/i.test(text) ? undefined : 'has to be 64 hexadecimal digits';

const wrongKey = (text: string): string | undefined =>
  text.length < KEY_LENGTH ? `is too short: it needs ${KEY_LENGTH} characters at least` : undefined;

/** A name that says what it holds. */
const SECRET_NAME = /password|passwd|token|key|secret|credential|auth|dsn|private|salt/i;

/** Words that stand in every log and answer: striking them out would hide everything else. */
const HARMLESS = new Set(
  `true false null none undefined yes enabled disabled default auto always never test testing production development
   staging preview local localhost debug info warn warning error fatal trace verbose silent admin root user node main
   master host password secret postgres postgresql mysql mariadb mongo mongodb redis sqlite docker dockerfile nixpacks
   static application`.split(/\s+/),
);

const SHORT_NUMBER = /^\d{1,5}$/;
const HOST = /^(?:[a-z0-9_-]+\.)+(?:[a-z]{2,}|\d{1,3})(?::\d+)?$/;
const PATH = /^(?:\.{0,2}\/[\w.-]*)+$/;
const PLAIN_URL = /^[a-z][a-z0-9+.-]*:\/\/[a-z0-9_.-]+(?::\d+)?(\/[\w./-]*)?$/;

/** The user and password of a URL: everything up to the last `@` of its authority. */
const CREDENTIALS = /^[a-z][a-z0-9+.-]*:\/\/([^/?#\s]*)@/i;

/** What stands before the `@` of a URL, as it is written there. */
export const credentialsIn = (value: string): string | undefined => CREDENTIALS.exec(value)?.[1];

/**
 * Whether a value, learned under this name, is struck out wherever it turns up: from 4 characters on under a name that
 * says it is a secret, from 8 under another. Never words, short numbers, addresses and paths: they stand everywhere.
 */
export function worthStriking(name: string, value: string): boolean {
  const text = value.trim();
  if (text.length < 4 || HARMLESS.has(text.toLowerCase()) || SHORT_NUMBER.test(text)) return false;
  const url = PLAIN_URL.exec(text);
  if (url) return hasTokenIn(url[1] ?? '');
  // Coolify's own variables (its URLs, names and uuids) are part of every answer.
  if (/^COOLIFY_/.test(name) && !/TOKEN/.test(name)) return false;
  if (SECRET_NAME.test(name)) return true;
  if (HOST.test(text)) return false;
  if (PATH.test(text)) return hasTokenIn(text);
  return text.length >= 8;
}

/** A URL with a password, or a long random-looking token. */
export const looksSecret = (value: string): boolean =>
  credentialsIn(value)?.includes(':') === true || (/^\S+$/.test(value) && hasTokenIn(value));

const hasTokenIn = (text: string): boolean => text.split(/[/.:?&=]/).some(isToken);

/** Digits and letters mixed, 20 at least, and spread as evenly as chance does (bits a character). */
function isToken(part: string): boolean {
  return part.length >= 20 && /\d/.test(part) && /[a-z]/i.test(part) && entropy(part) >= 3.3;
}

function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

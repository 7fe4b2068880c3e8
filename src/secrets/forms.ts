import { credentialsIn, looksSecret, worthStriking } from './worth.ts';

/** A line of a value that spans several (a private key) is known by itself from this length on. */
const LINE_LENGTH = 16;
/** The edges of such a text are the same for everybody. */
const EDGE = /^-----(BEGIN|END) [A-Z0-9 ]+-----$/;

/** Everything to look for, once a value is known: the value, its telling parts, and how programs write them. */
export function formsOf(name: string, value: string): Set<string> {
  const forms = new Set<string>();
  for (const part of partsOf(name, value)) for (const form of writings(part)) forms.add(form);
  return forms;
}

function partsOf(name: string, value: string): string[] {
  const parts = worthStriking(name, value) ? [value, value.trim()] : [];
  const lines = value.split(/\r?\n/).map((line) => line.trim());
  if (lines.length > 1) parts.push(...lines.filter((line) => line.length >= LINE_LENGTH && isTelling(name, line)));
  return [...parts, ...secretsInUrl(value), ...tokenOfPair(value)];
}

/** The token of `user:token`, as git and registries take it. */
function tokenOfPair(value: string): string[] {
  const token = /^[^\s:/@]+:([^\s:/@]+)$/.exec(value)?.[1];
  return token !== undefined && looksSecret(token) ? [token] : [];
}

const isTelling = (name: string, line: string): boolean => !EDGE.test(line) && worthStriking(name, line);

/** The password of a URL, as written and as meant, and the user where that is a token. */
function secretsInUrl(url: string): string[] {
  const credentials = credentialsIn(url.trim());
  if (credentials === undefined) return [];
  const colon = credentials.indexOf(':');
  const user = colon < 0 ? credentials : credentials.slice(0, colon);
  const password = colon < 0 ? '' : credentials.slice(colon + 1);
  const found = [password, decoded(password)].filter((text) => worthStriking('password', text));
  return looksSecret(user) ? [...found, user, decoded(user)] : found;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}

/** A text as it is, in a URL, in JSON (also in JSON within JSON, and as PHP writes it), and in base64. */
function writings(text: string): string[] {
  const json = JSON.stringify(text).slice(1, -1);
  const php = json.replaceAll('/', '\\/').replace(/[^\x20-\x7e]/g, unicodeEscape);
  return [text, ...inUrl(text), json, JSON.stringify(json).slice(1, -1), php, ...inBase64(text)];
}

const unicodeEscape = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;

function inUrl(text: string): string[] {
  const plain = encodeURIComponent(text.toWellFormed());
  const strict = plain.replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
  const spaced = strict.replaceAll('%20', '+');
  const lowerCase = (encoded: string) => encoded.replace(/%[0-9A-F]{2}/g, (byte) => byte.toLowerCase());
  return [plain, strict, spaced, lowerCase(strict), lowerCase(spaced)];
}

/**
 * In base64 alone, and in the middle of something longer (`user:password` in an `Authorization` header): there the
 * digits depend on how many bytes stand before, and those at the edges on the neighbours.
 */
function inBase64(text: string): string[] {
  const bytes = Buffer.from(text);
  const alone = bytes.toString('base64').replaceAll('=', '');
  const within = [0, 1, 2].map((before) => {
    const digits = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replaceAll('=', '');
    return digits.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
  });
  const telling = [alone, ...within.filter((digits) => digits.length >= 8)];
  return telling.flatMap((digits) => [digits, digits.replaceAll('+', '-').replaceAll('/', '_')]);
}

import { CoolifyError, type DomainConflict, type Failure, type Kind } from './error.ts';
import { bound, normaliseFields } from './fields.ts';

const MESSAGE = 500;
const CONFLICTS = 50;
const CHOICES = 1_000;

/** What came back, before anyone has looked at it. `json` is absent where the body was no JSON. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  json?: unknown;
}

type Words = Record<string, unknown>;

/**
 * Turns an answer that is no success into an error in Coolify's own words. Coolify speaks JSON on every error
 * (deploy-queue 65–82), so a page in HTML comes from something in front of it, or from something else altogether.
 */
export function readFailure(
  answer: Answer,
  request: { method: string; path: string },
  strike: (text: string) => string,
): CoolifyError {
  const { status, headers } = answer;
  const words = isObject(answer.json) ? answer.json : undefined;
  const facts: Pick<Failure, 'sent' | 'status' | 'request'> = { sent: 'answered', status, request };
  const retryAfterMs = retryAfter(headers.get('retry-after'));
  const waiting = retryAfterMs === undefined ? {} : { retryAfterMs };
  if (!words) return foreignFailure(answer, facts, waiting, strike);

  const said = sentence(words, status);
  const kind = kindOf(status, said, words);
  const missing = said.match(/^Missing required permissions: (.+)$/)?.[1];
  return new CoolifyError({
    ...facts,
    ...waiting,
    kind,
    message: bound(strike(said), MESSAGE),
    fields: normaliseFields(kind === 'invalid' ? (words.errors ?? typeOnly(words, said)) : words.errors, strike),
    conflicts: conflictsOf(words.conflicts, strike),
    choices: sentences(words.valid_service_types, CHOICES).map(strike),
    ...(missing === undefined ? {} : { missingAbility: missing }),
    ...nextFor(kind, words),
  });
}

/** Coolify's message, its `error` or `details` after it where they say more. */
function sentence(words: Words, status: number): string {
  const parts = [words.message, words.error, words.details].filter(
    (part): part is string => typeof part === 'string' && part !== '' && part !== 'Unauthorized',
  );
  return parts.length > 0 ? parts.join(' ') : `Coolify answered ${status} without a word.`;
}

function kindOf(status: number, said: string, words: Words): Kind {
  if (/^Deployment queue is full/.test(said)) return 'queue_full';
  switch (status) {
    case 401:
      return 'unauthenticated';
    case 403:
      return forbidden(said);
    case 404:
      return Array.isArray(words.valid_service_types) ? 'invalid' : 'not_found';
    case 405:
      return 'method_moved';
    case 409:
      return 'conflict';
    case 400:
      return /^Invalid token\./.test(said) ? 'unauthenticated' : 'invalid';
    case 422:
      return 'invalid';
    case 429:
      return 'rate_limited';
    default:
      return status >= 500 ? 'server_error' : 'unexpected_answer';
  }
}

function forbidden(said: string): Kind {
  if (/^Missing required permissions/.test(said)) return 'ability_missing';
  if (/^Missing required team role/.test(said)) return 'role_missing';
  if (/^API is disabled/.test(said)) return 'api_disabled';
  if (/^You are not allowed to access the API/.test(said)) return 'address_not_allowed';
  if (/root-team API token|^You are not allowed to (en|dis)able /.test(said)) return 'root_team_only';
  return 'policy_denied';
}

/** The catch-all route adds `docs`: it is the path that is unknown, not the resource (access 108). */
function nextFor(kind: Kind, words: Words): { next?: string } {
  if (kind === 'not_found' && typeof words.docs === 'string')
    return { next: 'This Coolify has no such call: check its version, and that the id holds no slash.' };
  if (kind === 'not_found' && words.message === '')
    return { next: 'Coolify offers this call in development only: do without it.' };
  return {};
}

function foreignFailure(
  answer: Answer,
  facts: Pick<Failure, 'sent' | 'status' | 'request'>,
  waiting: { retryAfterMs?: number },
  strike: (text: string) => string,
): CoolifyError {
  const { status, headers, text } = answer;
  const location = headers.get('location');
  if (status >= 300 && status < 400 && location !== null)
    return new CoolifyError({
      ...facts,
      kind: 'unexpected_answer',
      message: strike(`The address redirects to ${originOf(location)}; a token is not carried there.`),
      next: 'Set the Coolify address to where it redirects, if that is Coolify.',
    });
  const title =
    text.match(/<title[^>]*>([^<]*)/i)?.[1]?.trim() ??
    text
      .replace(/<[^>]*>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim();
  const said = title === '' ? 'and no words' : `saying “${bound(strike(title), 120)}”`;
  const type = headers.get('content-type')?.split(';')[0] ?? 'no content type';
  return new CoolifyError({
    ...facts,
    ...waiting,
    kind: status === 429 ? 'rate_limited' : status >= 500 ? 'server_error' : 'unexpected_answer',
    message: `HTTP ${status} with ${type} ${said}: not Coolify’s own answer.`,
    ...(status >= 500 ? { next: 'Look at Coolify and the proxy before it: one of them is down or too slow.' } : {}),
  });
}

const typeOnly = (words: Words, said: string) =>
  Array.isArray(words.valid_service_types) ? { type: said } : undefined;

function conflictsOf(value: unknown, strike: (text: string) => string): DomainConflict[] {
  if (!Array.isArray(value)) return [];
  return value
    .filter(isObject)
    .slice(0, CONFLICTS)
    .map((conflict) => {
      const holder: DomainConflict = {};
      for (const key of ['domain', 'resource_name', 'resource_uuid', 'resource_type', 'message'] as const) {
        const text = conflict[key];
        if (typeof text === 'string') holder[key] = bound(strike(text), MESSAGE);
      }
      return holder;
    });
}

const sentences = (value: unknown, most: number): string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string').slice(0, most) : [];

/** Seconds as Coolify sends them, or the date a proxy may send. */
function retryAfter(header: string | null): number | undefined {
  if (header === null || header.trim() === '') return undefined;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

function originOf(location: string): string {
  return URL.canParse(location) ? new URL(location).origin : 'another path';
}

function isObject(value: unknown): value is Words {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import { type Clock, systemClock } from '../clock.ts';
import { type Answer, readFailure } from './answer.ts';
import { type Budget, type RateHeaders, sharedBudget } from './budget.ts';
import { CoolifyError, type Sent } from './error.ts';
import { readNetworkError } from './network.ts';
import { retryDelay } from './retry.ts';
import { type VersionGate, versionGate } from './version.ts';

const MEBIBYTE = 1024 * 1024;

export interface TransportOptions {
  /** Coolify's address, with or without `/api/v1`. */
  baseUrl: string;
  token: string;
  fetch?: typeof fetch;
  /** Milliseconds for one request, answer read to its end; `slow` for calls in which Coolify itself asks someone else. */
  timeouts?: { usual?: number; slow?: number };
  /** Ends every call of this client. */
  signal?: AbortSignal;
  /** Takes known secrets out of every text that leaves in an error. */
  strike?: (text: string) => string;
  clock?: Clock;
  /** A number in [0, 1), for the jitter of a retry. */
  random?: () => number;
  budget?: Budget;
  /** The largest answer that is read, in bytes. */
  largestAnswer?: number;
  /** Told of each request once it has ended: for metrics and traces. */
  onRequest?: (request: RequestSeen) => void;
}

export interface RequestSeen {
  method: string;
  /** The path with its placeholders: `/applications/{uuid}`. */
  route: string;
  /** How many times this call has gone out, this time included. */
  attempt: number;
  ms: number;
  /** Absent where no answer came. */
  status?: number;
}

export type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';

export interface Outgoing {
  method: Method;
  route: string;
  path: string;
  query?: Record<string, string | number | boolean | undefined>;
  body?: unknown;
  slow?: boolean;
}

export interface Transport {
  /** The address this client speaks to, without a trailing `/api/v1`. */
  readonly baseUrl: string;
  /** Sends a call, again where that is safe, and gives the answer when it is a success. @throws CoolifyError */
  exchange(outgoing: Outgoing, signal?: AbortSignal): Promise<Answer>;
  /** @throws CoolifyError unsupported_version where this Coolify is older than `since`. */
  admit(since: string, outgoing: Outgoing, signal?: AbortSignal): Promise<void>;
  /** Coolify's version, read once and kept. */
  readonly version: VersionGate['read'];
  readonly budget: Budget;
  readonly strike: (text: string) => string;
}

/** @throws CoolifyError invalid where the address or the token can be none. */
export function createTransport(options: TransportOptions): Transport {
  const baseUrl = readBaseUrl(options.baseUrl);
  const token = readToken(options.token);
  const strike = strikeToken(token, options.strike ?? ((text) => text));
  const send = options.fetch ?? fetch;
  const clock = options.clock ?? systemClock;
  const random = options.random ?? Math.random;
  const budget = options.budget ?? sharedBudget(baseUrl, clock);
  const usual = options.timeouts?.usual ?? 30_000;
  const slow = options.timeouts?.slow ?? 90_000;
  const largest = options.largestAnswer ?? 32 * MEBIBYTE;

  /** One request on the wire. */
  const once = async (outgoing: Outgoing, attempt: number, signal: AbortSignal | undefined): Promise<Answer> => {
    const request = { method: outgoing.method, path: strike(outgoing.path) };
    const stopped = (sent: Sent, status?: number) => aborted(request, sent, status);
    let release: (seen: RateHeaders) => void;
    try {
      release = await budget.take(signal);
    } catch (error) {
      throw signal?.aborted ? stopped('no') : error;
    }
    const timeout = AbortSignal.timeout(outgoing.slow ? slow : usual);
    const started = performance.now();
    let seen: RateHeaders = {};
    let response: Response | undefined;
    try {
      response = await send(urlOf(baseUrl, outgoing), {
        method: outgoing.method,
        headers: {
          accept: 'application/json',
          authorization: `Bearer ${token}`,
          'user-agent': 'fairlead',
          ...(outgoing.method === 'GET' ? {} : { 'content-type': 'application/json' }),
        },
        ...(outgoing.body === undefined ? {} : { body: JSON.stringify(outgoing.body) }),
        redirect: 'manual',
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      });
      seen = rateOf(response.headers);
      const text = await readText(response, largest, request);
      const answer = withJson({ status: response.status, headers: response.headers, text });
      if (response.ok) return answer;
      throw readFailure(answer, request, strike);
    } catch (error) {
      if (error instanceof CoolifyError) throw error;
      const sent = response ? 'answered' : 'maybe';
      if (signal?.aborted) throw stopped(sent, response?.status);
      if (timeout.aborted) throw timedOut(request, sent, outgoing.slow ? slow : usual, response?.status);
      const lost = readNetworkError(error, request);
      throw response ? cutOff(lost.message, request, response.status) : lost;
    } finally {
      release(seen);
      options.onRequest?.({
        method: outgoing.method,
        route: outgoing.route,
        attempt,
        ms: performance.now() - started,
        ...(response ? { status: response.status } : {}),
      });
    }
  };

  const eitherSignal = (own: AbortSignal | undefined) =>
    own && options.signal ? AbortSignal.any([own, options.signal]) : (own ?? options.signal);

  const exchange = async (outgoing: Outgoing, own?: AbortSignal): Promise<Answer> => {
    const signal = eitherSignal(own);
    for (let attempt = 1; ; attempt++) {
      try {
        return await once(outgoing, attempt, signal);
      } catch (error) {
        if (!(error instanceof CoolifyError)) throw error;
        const wait = retryDelay(error, outgoing.method, attempt, random());
        if (wait === undefined) throw error;
        if (error.kind === 'rate_limited') budget.pause(wait);
        else
          await clock.sleep(wait, signal).catch((reason) => {
            if (!signal?.aborted) throw reason;
            throw aborted({ method: outgoing.method, path: strike(outgoing.path) }, error.sent);
          });
      }
    }
  };

  const gate = versionGate(async () => {
    const { text } = await exchange({ method: 'GET', route: '/version', path: '/version' });
    return text.trim();
  });

  const admit = async (since: string, outgoing: Outgoing, own?: AbortSignal) => {
    const signal = eitherSignal(own);
    const request = { method: outgoing.method, path: strike(outgoing.path) };
    try {
      await gate.admit(since, request, signal);
    } catch (error) {
      if (!(error instanceof CoolifyError) && signal?.aborted) throw aborted(request, 'no');
      throw error;
    }
  };

  return { baseUrl, exchange, admit, version: gate.read, budget, strike };
}

function aborted(request: { method: string; path: string }, sent: Sent, status?: number): CoolifyError {
  const next = sent === 'no' ? {} : { next: 'Read the resource before calling again: the call may have taken effect.' };
  return new CoolifyError({
    kind: 'aborted',
    message: 'The call was stopped.',
    request,
    sent,
    ...known(status),
    ...next,
  });
}

function timedOut(request: { method: string; path: string }, sent: Sent, ms: number, status?: number): CoolifyError {
  const message = `Coolify did not answer within ${Math.round(ms / 100) / 10} s.`;
  return new CoolifyError({ kind: 'timeout', message, request, sent, ...known(status) });
}

/** The answer began and broke off: Coolify carried the call out, or refused it; its first line says which. */
function cutOff(message: string, request: { method: string; path: string }, status: number): CoolifyError {
  return new CoolifyError({ kind: 'connection_lost_after_send', message, request, sent: 'answered', status });
}

const known = (status: number | undefined) => (status === undefined ? {} : { status });

function urlOf(baseUrl: string, outgoing: Outgoing): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(outgoing.query ?? {}))
    if (value !== undefined) query.set(name, String(value));
  return `${baseUrl}/api/v1${outgoing.path}${query.size > 0 ? `?${query}` : ''}`;
}

/** Reads the body to its end, or gives up where it is larger than anything Coolify has to say. */
async function readText(
  response: Response,
  largest: number,
  request: { method: string; path: string },
): Promise<string> {
  if (!response.body) return '';
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.byteLength;
    if (size > largest) {
      // Leaving the loop by a throw closes the connection.
      throw new CoolifyError({
        kind: 'unexpected_answer',
        message: `The answer is larger than ${largest / MEBIBYTE} MiB.`,
        next: 'Ask for less: one resource instead of a list, or names and states only.',
        request,
        sent: 'answered',
        status: response.status,
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Adds the parsed body where it is JSON; text bodies (`/version`, `/health`) are called text/html by Coolify. */
function withJson(answer: Answer): Answer {
  if (!/\bjson\b/.test(answer.headers.get('content-type') ?? '')) return answer;
  try {
    return { ...answer, json: JSON.parse(answer.text) };
  } catch (error) {
    if (error instanceof SyntaxError) return answer;
    throw error;
  }
}

function rateOf(headers: Headers): RateHeaders {
  const limit = wholeNumber(headers.get('x-ratelimit-limit'));
  const remaining = wholeNumber(headers.get('x-ratelimit-remaining'));
  return { ...(limit === undefined ? {} : { limit }), ...(remaining === undefined ? {} : { remaining }) };
}

const wholeNumber = (text: string | null) => (text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined);

function readBaseUrl(given: string): string {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  const refuse = (message: string) =>
    new CoolifyError({ kind: 'invalid', sent: 'no', message, next: 'Give it like https://coolify.example.com.' });
  if (!url || !/^https?:$/.test(url.protocol)) throw refuse('The Coolify address is no http or https URL.');
  if (url.username !== '' || url.password !== '') throw refuse('The Coolify address holds a user or password.');
  return (
    url.origin +
    url.pathname
      .replace(/\/+$/, '')
      .replace(/\/api(\/v1)?$/, '')
      .replace(/\/+$/, '')
  );
}

function readToken(given: string): string {
  if (/^[\x21-\x7e]+$/.test(given)) return given;
  throw new CoolifyError({
    kind: 'unauthenticated',
    sent: 'no',
    message: 'The Coolify token is empty or holds characters that no token has.',
  });
}

/** Takes the token out of a text, whole and without its number (`3|…`), before the caller's own striking. */
function strikeToken(token: string, strike: (text: string) => string): (text: string) => string {
  const parts = [token, token.slice(token.indexOf('|') + 1)].filter((part) => part.length >= 8);
  return (text) => strike(parts.reduce((rest, part) => rest.replaceAll(part, '***'), text));
}

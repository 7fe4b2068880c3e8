import { lookup as dnsLookup } from 'node:dns';
import type { IncomingMessage } from 'node:http';
import { BlockList, type LookupFunction } from 'node:net';
import type { Probe } from '../operations/context.ts';

const BODY_BYTES = 16_384;
const TIMEOUT_MS = 10_000;

/** Addresses that are no application of anybody's: link-local, where clouds keep their metadata. */
const forbidden = new BlockList();
forbidden.addSubnet('169.254.0.0', 16, 'ipv4');
forbidden.addSubnet('fe80::', 10, 'ipv6');

export interface ProbeOptions {
  /** `host:port` through which every URL is reached instead of what DNS says; the Host header and TLS name stay. */
  via?: { host: string; port: number } | undefined;
}

/**
 * Makes the probe: one GET of a URL as a visitor would make it. A port in the URL is dropped, because in a domain of
 * Coolify's it is the container's and not the proxy's. Names under `.localhost` are this machine's, which Node does
 * not know. No redirect is followed: a redirect is an answer.
 */
export function makeProbe({ via }: ProbeOptions = {}): (url: string, signal?: AbortSignal) => Promise<Probe> {
  return async (text, signal) => {
    const url = new URL(text);
    const tls = url.protocol === 'https:';
    // Loading them costs as much time and memory as half of Node: not before something is probed.
    const { request: send } = tls ? await import('node:https') : await import('node:http');
    const started = performance.now();
    return new Promise((resolve, reject) => {
      const request = send({
        host: via?.host ?? url.hostname,
        port: via?.port ?? (tls ? 443 : 80),
        servername: tls ? url.hostname : undefined,
        path: url.pathname + url.search,
        method: 'GET',
        headers: { host: url.hostname, 'user-agent': 'fairlead-probe', accept: '*/*' },
        agent: false,
        timeout: TIMEOUT_MS,
        lookup,
        ...(signal && { signal }),
      });
      request.once('timeout', () =>
        request.destroy(Object.assign(new Error(`no answer within ${TIMEOUT_MS / 1000} s`), { code: 'ETIMEDOUT' })),
      );
      request.once('error', (error: NodeJS.ErrnoException) =>
        signal?.aborted
          ? reject(signal.reason)
          : resolve({ reached: false, cause: causeOf(error), message: error.message }),
      );
      request.once('response', (response) => {
        const milliseconds = Math.round(performance.now() - started);
        void bodyOf(response).then((body) => {
          const location = response.headers.location;
          const status = response.statusCode ?? 0;
          resolve({
            reached: true,
            status,
            milliseconds,
            body,
            server: answeredBy(status, body),
            ...(location && { location }),
          });
        });
      });
      request.end();
    });
  };
}

const lookup: LookupFunction = (hostname, options, callback) => {
  if (hostname === 'localhost' || hostname.endsWith('.localhost')) {
    if (options.all) return callback(null, [{ address: '127.0.0.1', family: 4 }]);
    return callback(null, '127.0.0.1', 4);
  }
  dnsLookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, options.all ? [] : '');
    const allowed = addresses.filter(
      ({ address, family }) => !forbidden.check(address, family === 6 ? 'ipv6' : 'ipv4'),
    );
    const [first] = allowed;
    if (!first)
      return callback(
        Object.assign(new Error(`${hostname} points at a link-local address`), { code: 'ENOTFOUND' }),
        '',
      );
    return options.all ? callback(null, allowed) : callback(null, first.address, first.family);
  });
};

/** The beginning of the body; what breaks off counts as far as it came. */
async function bodyOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= BODY_BYTES) break;
    }
  } catch {
    // The status line is the answer; a body that broke off does not undo it.
  }
  response.destroy();
  return Buffer.concat(chunks).subarray(0, BODY_BYTES).toString('utf8');
}

/** Traefik's own answers, by their fixed texts (general Traefik behaviour): the application was not reached. */
export function answeredBy(status: number, body: string): 'app' | 'proxy' {
  const text = body.trim();
  const own =
    (status === 404 && text === '404 page not found') ||
    (status === 503 && text === 'no available server') ||
    (status === 502 && text === 'Bad Gateway') ||
    (status === 504 && text === 'Gateway Timeout');
  return own ? 'proxy' : 'app';
}

function causeOf(error: NodeJS.ErrnoException): Exclude<Probe, { reached: true }>['cause'] {
  const code = error.code ?? '';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'ENODATA') return 'dns';
  if (code === 'ECONNREFUSED' || code === 'EHOSTUNREACH' || code === 'ENETUNREACH') return 'refused';
  if (code === 'ETIMEDOUT' || code === 'ECONNABORTED') return 'timeout';
  if (code === 'ECONNRESET' || code === 'EPIPE' || code.startsWith('HPE_')) return 'reset';
  return /cert|tls|ssl/i.test(`${code} ${error.message}`) ? 'tls' : 'reset';
}

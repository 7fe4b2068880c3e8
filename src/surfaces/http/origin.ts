import { isIP } from 'node:net';
import { HttpProblem } from './problem.ts';

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];
const EVERYWHERE = ['0.0.0.0', '[::]'];

export interface Doors {
  /** Where it listens. */
  host: string;
  /** Further names under which it may be called, such as a proxy's. */
  allowedHosts: readonly string[];
  /** Origins whose pages may call it. */
  corsOrigins: readonly string[];
}

/**
 * Keeps out web pages that reach a server they should not: by a name of theirs that they point at this address (Host),
 * or from a page that nobody allowed (Origin). Throws a 403. Who listens everywhere and names no host is called by names
 * that only its proxy knows; every call needs a key all the same.
 */
export function doorkeeper({ host, allowedHosts, corsOrigins }: Doors): (request: Request) => void {
  const own = bracketed(host.toLowerCase());
  const local = LOOPBACK.includes(own) || own.startsWith('127.');
  const anyHost = EVERYWHERE.includes(own) && allowedHosts.length === 0;
  const hosts = new Set([
    ...(local || EVERYWHERE.includes(own) ? LOOPBACK : []),
    own,
    ...allowedHosts.map((name) => bracketed(name.toLowerCase())),
  ]);
  const origins = new Set(corsOrigins);

  return ({ headers }) => {
    const called = headers.get('host');
    if (!anyHost && !hosts.has(hostname(called) ?? '')) {
      throw new HttpProblem(
        403,
        'wrong_host',
        'This server is not called by that Host.',
        'Call it by the address it listens on; a proxy has to send that as Host.',
      );
    }
    const origin = headers.get('origin');
    if (origin === null || origins.has(origin)) return;
    // A page of this server itself. Where any Host goes, a page could have pointed its own name here.
    if (!anyHost && URL.canParse(origin) && new URL(origin).host === called) return;
    throw new HttpProblem(
      403,
      'wrong_origin',
      'Pages of that Origin may not call this server.',
      'Allow it in CORS_ORIGINS.',
    );
  };
}

const hostname = (host: string | null): string | undefined =>
  host !== null && URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : undefined;

const bracketed = (host: string): string => (isIP(host) === 6 ? `[${host}]` : host);

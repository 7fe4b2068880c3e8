import { connect } from 'node:net';
import type { Context } from '../context.ts';
import type { Fact } from '../fields.ts';
import type { Kind } from './kinds.ts';

const WITHIN_MS = 5000;

/**
 * What a client says first and how the server's answer begins, by which a connection is known to have reached a
 * database of that kind and not just a proxy's open port. No password is sent. MySQL's server speaks first.
 */
const GREETINGS: Record<Kind, { say: Uint8Array | null; answer: RegExp } | null> = {
  // An SSLRequest: length 8, code 80877103. Answered by one letter.
  postgresql: { say: new Uint8Array([0, 0, 0, 8, 4, 210, 22, 47]), answer: /^[SNE]/ },
  mysql: { say: null, answer: /^...\0\n/s },
  mariadb: { say: null, answer: /^...\0\n/s },
  redis: { say: Buffer.from('PING\r\n'), answer: /^[+-]/ },
  keydb: { say: Buffer.from('PING\r\n'), answer: /^[+-]/ },
  dragonfly: { say: Buffer.from('PING\r\n'), answer: /^[+-]/ },
  // Their first words are long and depend on versions: that a connection stands has to do.
  mongodb: null,
  clickhouse: null,
};

/** A URL of a database without its password, as it may be shown. Pure. */
export const withoutPassword = (url: string): string =>
  url.replace(/^([a-z][a-z0-9+.-]*:\/\/[^:@/]*:).*@/i, '$1[secret]@');

/**
 * Connects to a database as an application would, as far as the first answer. From elsewhere than its server only a
 * published port can be reached; what cannot be reached is `unknown` and no fault of the database.
 */
export async function connectionFact(ctx: Context, kind: Kind | 'unknown', url: string | null): Promise<Fact> {
  const fact = 'connection';
  const source = "Fairlead's own connection";
  if (url === null)
    return {
      fact,
      result: 'unknown',
      source,
      reason: 'its address is not known: reading it takes the ability read:sensitive',
    };
  if (kind === 'unknown' || !URL.canParse(url))
    return { fact, result: 'unknown', source, reason: 'its kind or address cannot be read' };
  const { hostname, port } = new URL(url);
  const greeting = GREETINGS[kind];
  try {
    const answer = await firstAnswer(hostname, Number(port), greeting?.say ?? null, greeting !== null, ctx.signal);
    if (greeting === null) return { fact, result: 'seen', value: `${hostname}:${port} accepts connections`, source };
    if (greeting.answer.test(answer))
      return { fact, result: 'seen', value: `${kind} answers at ${hostname}:${port}`, source };
    return {
      fact,
      result: 'unknown',
      source,
      reason: `what answers at ${hostname}:${port} does not speak as ${kind} does`,
    };
  } catch (error) {
    ctx.signal.throwIfAborted();
    const why = error instanceof Error ? error.message : String(error);
    return {
      fact,
      result: 'unknown',
      source,
      reason: `${hostname}:${port} cannot be reached from here, only within its server's network: ${why}`,
    };
  }
}

/** The first bytes that come, as latin1; empty where a connection is all that is awaited. */
function firstAnswer(
  host: string,
  port: number,
  say: Uint8Array | null,
  awaited: boolean,
  signal: AbortSignal,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, signal });
    const end = (settle: () => void) => {
      socket.destroy();
      settle();
    };
    socket.setTimeout(WITHIN_MS, () => end(() => reject(new Error(`no answer within ${WITHIN_MS / 1000} s`))));
    socket.once('error', (error) => end(() => reject(error)));
    socket.once('close', () => reject(new Error('it closed the connection without a word')));
    socket.once('data', (chunk) => end(() => resolve(chunk.toString('latin1'))));
    socket.once('connect', () => {
      if (say) socket.write(say);
      if (!awaited) end(() => resolve(''));
    });
  });
}

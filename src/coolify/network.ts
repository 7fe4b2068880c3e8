import { CoolifyError, type Kind, type Sent } from './error.ts';

const NOT_REACHED = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
  'ENETDOWN',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
]);
const NO_NAME = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_NODATA', 'EAI_NONAME', 'EAI_FAIL']);
const NO_TRUST = /^(CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH|EPROTO)/;

/**
 * Names what broke when `fetch` threw. Only the error's code is looked at and told, never its text, which may quote a header.
 * Once a connection stood, a loss cannot tell whether Coolify read the request: that is `maybe`.
 */
export function readNetworkError(thrown: unknown, request: { method: string; path: string }): CoolifyError {
  const { code, beforeTls } = deepest(thrown);
  const fail = (kind: Kind, sent: Sent, message: string) =>
    new CoolifyError({ kind, sent, request, message: code === '' ? `${message}.` : `${message} (${code}).` });
  if (NOT_REACHED.has(code)) return fail('unreachable', 'no', 'Coolify could not be reached');
  if (NO_NAME.has(code)) return fail('dns', 'no', 'The host name of the Coolify address does not resolve');
  if (NO_TRUST.test(code)) return fail('tls', 'no', 'No trusted connection to the Coolify address');
  if (beforeTls) return fail('connection_lost_before_send', 'no', 'The connection broke off while it was being made');
  return fail('connection_lost_after_send', 'maybe', 'The connection broke off before an answer came');
}

/** `fetch` wraps the cause, and a host with several addresses wraps one for each. */
function deepest(thrown: unknown): { code: string; beforeTls: boolean } {
  let code = '';
  let beforeTls = false;
  const look = (error: unknown, depth: number) => {
    if (!(error instanceof Error) || depth > 5) return;
    if ('code' in error && typeof error.code === 'string') code = error.code;
    if (/before secure TLS connection was established/.test(error.message)) beforeTls = true;
    if (error instanceof AggregateError) look(error.errors[0], depth + 1);
    look(error.cause, depth + 1);
  };
  look(thrown, 0);
  return { code, beforeTls };
}

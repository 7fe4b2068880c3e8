import { lookup } from 'node:dns/promises';
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls, type PeerCertificate } from 'node:tls';
import { type Check, failed, passed } from './check.ts';

const CONNECT_MS = 5000;
const DAY_MS = 86_400_000;
const CERTIFICATE_DAYS = 15;

export async function checkName(host: string): Promise<Check> {
  if (isIP(host)) return passed('dns', true, `${host} is an address`);
  try {
    const addresses = await lookup(host, { all: true });
    return passed('dns', true, `${host} is ${addresses.map(({ address }) => address).join(', ')}`);
  } catch (error) {
    const next = 'Check the host in COOLIFY_API_URL, and the DNS of this machine.';
    return failed('dns', true, `${host} does not resolve here (${codeOf(error)})`, next);
  }
}

/** Whether the port takes a connection, and over https with a certificate that this machine trusts. */
export async function checkConnection(url: URL, signal: AbortSignal): Promise<Check> {
  const { host, port, secure } = endpointOf(url);
  const place = `${host}:${port}`;
  try {
    const certificate = secure ? await handshake(host, port, signal) : await reach(host, port, signal);
    if (!certificate) return passed('connection', true, `${place} takes connections`);
    const days = Math.floor((Date.parse(certificate.valid_to) - Date.now()) / DAY_MS);
    const seen = `${place} takes connections; its certificate is trusted and valid for ${days} days`;
    if (days >= CERTIFICATE_DAYS) return passed('connection', true, seen);
    return { ...passed('connection', true, seen), next: 'Renew the certificate soon.' };
  } catch (error) {
    signal.throwIfAborted();
    const code = codeOf(error);
    const trust = /CERT|SELF_SIGNED|UNABLE_TO|ALTNAME|SSL|EPROTO/.test(code);
    const next = trust
      ? 'Check the certificate of COOLIFY_API_URL, or whether it is http; a private authority is named to Node with NODE_EXTRA_CA_CERTS.'
      : 'Check that Coolify runs, its port, and the firewalls in between.';
    return failed(
      'connection',
      true,
      trust ? `${place} has no certificate that is trusted here (${code})` : `${place} cannot be reached (${code})`,
      next,
    );
  }
}

/** The proxy through which URLs of apps are looked at, where one is set. */
export async function checkProbeVia(
  via: { host: string; port: number } | undefined,
  signal: AbortSignal,
): Promise<Check> {
  if (via === undefined) return passed('probe', false, 'apps are looked at directly: FAIRLEAD_PROBE_VIA is not set');
  const place = `${via.host}:${via.port}`;
  try {
    await reach(via.host, via.port, signal);
    return passed('probe', false, `apps are looked at through ${place}, which takes connections`);
  } catch (error) {
    signal.throwIfAborted();
    const seen = `apps are looked at through ${place}, which cannot be reached (${codeOf(error)})`;
    return failed('probe', false, seen, 'Start that proxy, or unset FAIRLEAD_PROBE_VIA.');
  }
}

function endpointOf({ hostname, port, protocol }: URL): { host: string; port: number; secure: boolean } {
  const secure = protocol === 'https:';
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? (secure ? 443 : 80) : Number(port), secure };
}

async function reach(host: string, port: number, signal: AbortSignal): Promise<undefined> {
  await connected(connect({ host, port }), 'connect', signal);
}

const handshake = (host: string, port: number, signal: AbortSignal): Promise<PeerCertificate> => {
  const socket = connectTls({ host, port, ...(isIP(host) ? {} : { servername: host }) });
  return connected(socket, 'secureConnect', signal, () => socket.getPeerCertificate());
};

/** Waits until a socket stands, reads what is wanted of it and lets it go. */
function connected<T>(
  socket: Socket,
  event: 'connect' | 'secureConnect',
  signal: AbortSignal,
  read?: () => T,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => socket.destroy(Object.assign(new Error('no connection in time'), { code: 'ETIMEDOUT' }));
    socket.setTimeout(CONNECT_MS, stop);
    signal.addEventListener('abort', stop, { once: true });
    socket.once('close', () => signal.removeEventListener('abort', stop));
    socket.once('error', reject);
    socket.once(event, () => {
      resolve(read?.() as T);
      socket.destroy();
    });
  });
}

export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error.cause === undefined ? error.name : codeOf(error.cause);
}

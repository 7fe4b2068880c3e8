import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import type { Json } from '../json.ts';
import type { World } from '../world.ts';

/** Where a request for a URL really goes. */
export interface Target {
  host: string;
  port: number;
}

/** A URL that Coolify must not call, with the sentence that says why; `:attribute` stands for the field. */
export class UnsafeTarget extends Error {
  override name = 'UnsafeTarget';
}

const linkLocal = blocks(['169.254.0.0/16'], ['fe80::/10']);
const notPublic = blocks(
  [
    '0.0.0.0/8',
    '10.0.0.0/8',
    '100.64.0.0/10',
    '127.0.0.0/8',
    '169.254.0.0/16',
    '172.16.0.0/12',
    '192.0.0.0/24',
    '192.0.2.0/24',
    '192.168.0.0/16',
    '198.18.0.0/15',
    '198.51.100.0/24',
    '203.0.113.0/24',
    '224.0.0.0/4',
    '240.0.0.0/4',
  ],
  [
    '::/128',
    '::1/128',
    '64:ff9b::/96',
    '100::/64',
    '2001::/23',
    '2001:db8::/32',
    '2002::/16',
    'fc00::/7',
    'fe80::/10',
    'ff00::/8',
  ],
);
/** Names that no public resolver knows (RFC 6761): they are not asked for. */
const reserved = /(^|\.)(test|invalid|example)$/;
const internal = /^localhost$|\.(local|internal)$/;

/**
 * Coolify's `SafeWebhookUrl`: loopback, private and link-local targets are refused, so is a name that does not resolve
 * (recorded: webhooks 4–7). What the emulator was told to allow passes; names that it was given go where it was told.
 * Throws {@link UnsafeTarget}.
 */
export async function resolveTarget(world: World, value: Json | undefined): Promise<Target> {
  const url = typeof value === 'string' && isWebUrl(value) ? new URL(value) : undefined;
  if (url === undefined) throw new UnsafeTarget('The :attribute must be a valid URL.');
  if (!/^https?:$/.test(url.protocol)) throw new UnsafeTarget('The :attribute must use the http or https scheme.');
  const host = url.hostname.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  if (host.endsWith('.')) throw new UnsafeTarget('The :attribute host must not end with a trailing dot.');
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
  const given = world.hosts[host];
  if (given !== undefined) {
    const [name = '', ownPort] = given.split(':');
    return { host: name, port: Number(ownPort ?? port) };
  }
  const privately = `The :field points to a local or private address that is not allowed. Configure allowed internal targets: ${world.state.instance.address}/settings/advanced#endpoint-section`;
  if (internal.test(host) && !isAllowed(world, host)) throw new UnsafeTarget(privately);
  if (isIP(host) !== 0) {
    if (linkLocal.check(host, family(host)))
      throw new UnsafeTarget('The :attribute must not point to link-local addresses.');
    if (!isReachable(world, host, host)) throw new UnsafeTarget(privately);
    return { host, port };
  }
  const addresses = await resolve(host);
  const [first] = addresses;
  if (first === undefined) throw new UnsafeTarget('The :attribute host could not be resolved.');
  for (const address of addresses) {
    if (linkLocal.check(address, family(address)))
      throw new UnsafeTarget('The :attribute must not resolve to a link-local address.');
    if (!isReachable(world, address, host)) throw new UnsafeTarget(privately);
  }
  return { host: first, port };
}

/** The sentence with the field's name, as a validation rule gives it; undefined for a URL that may be called. */
export async function targetFault(world: World, field: string, value: Json | undefined): Promise<string | undefined> {
  try {
    await resolveTarget(world, value);
    return undefined;
  } catch (error) {
    if (!(error instanceof UnsafeTarget)) throw error;
    return error.message.replace(':attribute', field.replaceAll('_', ' ')).replace(':field', field);
  }
}

function isReachable(world: World, address: string, host: string): boolean {
  return !notPublic.check(address, family(address)) || isAllowed(world, host) || isAllowed(world, address);
}

/** Allowed targets are names, addresses or blocks of them (`10.0.0.0/8`). */
function isAllowed(world: World, hostOrAddress: string): boolean {
  return world.allowedTargets.some((entry) => {
    if (!entry.includes('/')) return entry.toLowerCase() === hostOrAddress;
    if (isIP(hostOrAddress) === 0) return false;
    const list = isIP(entry.split('/')[0] ?? '') === 6 ? blocks([], [entry]) : blocks([entry], []);
    return list.check(hostOrAddress, family(hostOrAddress));
  });
}

async function resolve(host: string): Promise<string[]> {
  if (reserved.test(host)) return [];
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === 'getaddrinfo') return [];
    throw error;
  }
}

function isWebUrl(text: string): boolean {
  return /^[a-z][a-z\d+.-]*:\/\/[^\s/?#]+[^\s]*$/i.test(text) && URL.canParse(text);
}

function family(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}

function blocks(four: string[], six: string[]): BlockList {
  const list = new BlockList();
  for (const [cidrs, kind] of [
    [four, 'ipv4'],
    [six, 'ipv6'],
  ] as const) {
    for (const cidr of cidrs) {
      const [network = '', bits] = cidr.split('/');
      list.addSubnet(network, Number(bits), kind);
    }
  }
  return list;
}

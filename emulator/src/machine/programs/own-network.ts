/**
 * Loaded into every Node program of a container (`--import`): gives it the network that Docker would give it. What it
 * opens to everybody goes to the container's own address, what it opens on localhost to another one; names of other
 * containers lead to theirs. The program sees the ports that it asked for.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type net from 'node:net';

// The CommonJS view of the module: its functions can be replaced for everybody.
const { Server, Socket, isIP }: typeof net = createRequire(import.meta.url)('node:net');

const {
  EMULATOR_OUTSIDE: outside,
  EMULATOR_INSIDE: inside,
  EMULATOR_HOSTNAME: hostname,
  EMULATOR_NAMES: names,
} = process.env;
const ports: Record<string, number> = JSON.parse(process.env.EMULATOR_PORTS ?? '{}');
const local = ['localhost', '127.0.0.1', '::1'];
const everywhere = ['', '0.0.0.0', '::', hostname];

/** One view of a function with many overloads. */
type AnyCall<T> = (...args: unknown[]) => T;

interface TcpOptions {
  host?: string | undefined;
  port?: number | string | undefined;
  path?: string | undefined;
  [other: string]: unknown;
}

/** Makes options of what may also be `(port, host?, …)`; undefined when it is no TCP address. */
function tcpOptions(args: unknown[]): { options: TcpOptions; rest: unknown[] } | undefined {
  const [first, ...rest] = args;
  if (typeof first === 'object' && first !== null) {
    const options = first as TcpOptions;
    const isTcp = options.port !== undefined && options.port !== null && !options.path && options.fd === undefined;
    return isTcp ? { options: { ...options }, rest } : undefined;
  }
  if (typeof first !== 'number' && !(typeof first === 'string' && /^\d+$/.test(first))) return undefined;
  const [host, ...others] = rest;
  return typeof host === 'string'
    ? { options: { port: first, host }, rest: others }
    : { options: { port: first }, rest: host === undefined || host === null ? others : rest };
}

if (outside !== undefined && inside !== undefined) {
  const listen = Server.prototype.listen as AnyCall<net.Server>;
  const address = Server.prototype.address;
  const asked = new WeakMap<net.Server, { host: string | undefined; port: number }>();

  Server.prototype.listen = function (this: net.Server, ...args: unknown[]) {
    const call = tcpOptions(args);
    const host = call?.options.host ?? '';
    if (!call || (!everywhere.includes(host) && !local.includes(host))) return listen.apply(this, args);
    const port = Number(call.options.port);
    asked.set(this, { host: call.options.host, port });
    const backlog = call.rest.find((arg) => typeof arg === 'number');
    const callback = call.rest.find((arg) => typeof arg === 'function');
    const options = { ...(backlog !== undefined && { backlog }), ...call.options };
    const bound = { ...options, host: local.includes(host) ? inside : outside, port: ports[port] ?? port };
    return listen.apply(this, callback === undefined ? [bound] : [bound, callback]);
  };

  Server.prototype.address = function (this: net.Server) {
    const real = address.call(this);
    const wish = asked.get(this);
    if (!wish || typeof real !== 'object' || real === null) return real;
    const shown = wish.host === undefined || wish.host === '' || wish.host === hostname ? '::' : wish.host;
    const seen = shown === 'localhost' ? '127.0.0.1' : shown;
    return { address: seen, family: isIP(seen) === 6 ? 'IPv6' : 'IPv4', port: wish.port === 0 ? real.port : wish.port };
  };

  const connect = Socket.prototype.connect as AnyCall<net.Socket>;
  const lead = ({ host = 'localhost', port, ...others }: TcpOptions): TcpOptions | undefined => {
    const own = local.includes(host) || host === hostname || host === '0.0.0.0';
    // A port known to be this container's is its own; any other on localhost is left to be found, or not, on this machine.
    if (own) return String(port) in ports ? { ...others, host: outside, port: ports[String(port)] } : undefined;
    if (isIP(host) !== 0 || names === undefined) return undefined;
    const known: Record<string, { address: string; ports: Record<string, number> }> = JSON.parse(
      readFileSync(names, 'utf8'),
    );
    const target = known[host];
    return target && { ...others, host: target.address, port: target.ports[String(port)] ?? port };
  };
  Socket.prototype.connect = function (this: net.Socket, ...args: unknown[]) {
    // `net.connect` hands on its arguments as one array of options and callback.
    const normal = Array.isArray(args[0]) ? args[0] : undefined;
    const call = tcpOptions(normal ?? args);
    const led = call && lead(call.options);
    if (!call || !led) return connect.apply(this, args);
    if (normal) normal[0] = led;
    return connect.apply(this, normal ? args : [led, ...call.rest]);
  };
}

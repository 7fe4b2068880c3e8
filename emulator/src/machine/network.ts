import { renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type Listener, listenersOf } from './processes.ts';

/**
 * Where a container is on this machine's loopback interface. On Linux it has two addresses of its own: what it opens
 * to everybody is bound to `outside`, what it opens to itself alone (`localhost`) to `inside`, so that the mistake of
 * listening on localhost only shows as it does under Docker. Elsewhere both are 127.0.0.1.
 */
export interface Place {
  outside: string;
  inside: string;
  /** The ports that it is expected to open: as the container says it, and which one that is on this machine. */
  ports: Record<number, number>;
}

/** The environment by which the programs of a container learn their {@link Place}. */
export const placeVariables = (place: Place, hostname: string, namesFile: string): Record<string, string> => ({
  EMULATOR_OUTSIDE: place.outside,
  EMULATOR_INSIDE: place.inside,
  EMULATOR_PORTS: JSON.stringify(place.ports),
  EMULATOR_HOSTNAME: hostname,
  EMULATOR_NAMES: namesFile,
});

export interface Network {
  /** A place for a container that is expected to open `ports`. `own` programs can be bound to the place whatever they ask for. */
  place(ports: number[], own: boolean): Promise<Place>;
  /** The file that tells the containers of a network by name; {@link Network.publish} keeps it true. */
  namesFile(network: string): string;
  publish(containers: NamedPlace[]): void;
}

export interface NamedPlace {
  name: string;
  aliases: string[];
  network: string;
  place: Place;
}

export async function openNetwork(folder: string): Promise<Network> {
  const random = () => 16 + Math.floor(Math.random() * 200);
  const prefix = `127.${random()}.${random()}`;
  const ownAddresses = await canListen(`${prefix}.1`, 0);
  const lowPorts = ownAddresses && (await canListen(`${prefix}.1`, 81));
  let next = 2;
  const address = () =>
    `${prefix.replace(/\d+$/, (third) => String((Number(third) + (next >> 8)) % 256))}.${next++ & 255}`;
  const networks = new Set<string>();
  const file = (network: string) => join(folder, `names-${network.replace(/[^\w.-]/g, '_')}.json`);

  return {
    async place(ports, own) {
      const [outside, inside] = ownAddresses ? [address(), address()] : ['127.0.0.1', '127.0.0.1'];
      const asIs = (port: number) => own && ownAddresses && (port >= 1024 || lowPorts);
      const here = async (port: number) => [port, asIs(port) ? port : await freePort()] as const;
      return { outside, inside, ports: Object.fromEntries(await Promise.all(ports.map(here))) };
    },
    namesFile(network) {
      if (!networks.has(network)) writeFileSync(file(network), '{}');
      networks.add(network);
      return file(network);
    },
    publish(containers) {
      for (const network of networks) {
        const names = containers.flatMap(({ name, aliases, network: its, place }) =>
          [name, ...(its === network ? aliases : [])].map((known) => [
            known,
            { address: place.outside, ports: place.ports },
          ]),
        );
        // Renamed into place: a program may be reading it.
        writeFileSync(`${file(network)}.new`, JSON.stringify(Object.fromEntries(names)));
        renameSync(`${file(network)}.new`, file(network));
      }
    },
  };
}

export interface Address {
  host: string;
  port: number;
}

/**
 * Where on this machine the container's `port` is answered, seen from other containers or, with `alsoInside`, from
 * within. Undefined when nothing of the container listens there. Where sockets cannot be seen it is a supposition.
 */
export function findAddress(place: Place, group: number, port: number, alsoInside = false): Address | undefined {
  const listeners = listenersOf(group);
  const moved = place.ports[port];
  if (listeners === undefined) return { host: place.outside, port: moved ?? port };
  const taken = new Set(Object.values(place.ports));
  const ports = [moved, taken.has(port) ? undefined : port];
  const reachable = ({ address, port: at }: Listener): Address | undefined => {
    if (!ports.includes(at)) return undefined;
    if (address === '0.0.0.0' || address === place.outside) return { host: place.outside, port: at };
    if (alsoInside && [place.inside, '127.0.0.1'].includes(address)) return { host: address, port: at };
    return alsoInside && address === '::1' ? { host: '::1', port: at } : undefined;
  };
  return listeners.map(reachable).find((address) => address !== undefined);
}

/** A loopback port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  const listening = Promise.withResolvers<number>();
  server.once('error', listening.reject);
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    server.close(() => listening.resolve(typeof address === 'object' && address ? address.port : 0));
  });
  return listening.promise;
}

async function canListen(host: string, port: number): Promise<boolean> {
  const server = createServer();
  const answer = Promise.withResolvers<boolean>();
  server.once('error', () => answer.resolve(false)); // refused: that is the answer
  server.listen(port, host, () => server.close(() => answer.resolve(true)));
  return answer.promise;
}

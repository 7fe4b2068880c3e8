import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Refusal } from '../../refusal.ts';

/** Listens, and returns the address to call. Throws {@link Refusal} where that is not possible. */
export async function listen(server: Server, host: string, port: number): Promise<string> {
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw refusalOf(error as NodeJS.ErrnoException, host, port);
  }
  const { address, port: taken, family } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${taken}`;
}

function refusalOf(error: NodeJS.ErrnoException, host: string, port: number): Error {
  switch (error.code) {
    case 'EADDRINUSE':
      return new Refusal(
        'conflict',
        `Port ${port} of ${host} is taken by another program.`,
        'Stop that one, or set BACKEND_PORT to a port that is free.',
      );
    case 'EACCES':
      return new Refusal(
        'not_allowed',
        `Port ${port} may not be opened by this user.`,
        'Set BACKEND_PORT to one above 1023.',
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new Refusal(
        'invalid_input',
        `${host} is no address of this machine.`,
        'Set BACKEND_HOST to 127.0.0.1, or to 0.0.0.0 behind a proxy.',
      );
    default:
      return error;
  }
}

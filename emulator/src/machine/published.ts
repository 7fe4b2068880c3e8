import { connect, createServer, type Server } from 'node:net';
import { CommandFailed } from './machine.ts';
import type { Address } from './network.ts';

/** Opens a port of this machine and hands what arrives on to the container; throws in Docker's words when it is taken. */
export async function publish(port: number, target: () => Address | undefined, name: string): Promise<Server> {
  const server = createServer((socket) => {
    const to = target();
    if (!to) return void socket.resetAndDestroy();
    const onward = connect(to.port, to.host);
    socket.pipe(onward).pipe(socket);
    socket.on('error', () => onward.destroy());
    onward.on('error', () => socket.destroy());
    socket.on('close', () => onward.destroy());
  });
  const listening = Promise.withResolvers<void>();
  server.once('error', (error) => {
    const taken = 'code' in error && error.code === 'EADDRINUSE';
    const reason = taken ? 'port is already allocated' : error.message;
    listening.reject(
      new CommandFailed(
        'docker start',
        125,
        `Error response from daemon: driver failed programming external connectivity on endpoint ${name}: Bind for 0.0.0.0:${port} failed: ${reason}`,
      ),
    );
  });
  server.listen(port, '127.0.0.1', () => listening.resolve());
  await listening.promise;
  return server;
}

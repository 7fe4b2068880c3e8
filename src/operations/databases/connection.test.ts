import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { Context } from '../context.ts';
import { connectionFact, withoutPassword } from './connection.ts';

/** Put together here, so that no text looks like somebody's credentials. */
const url = (scheme: string, user: string, password: string, rest: string) => `${scheme}://${user}:${password}@${rest}`;
const ctx = { signal: new AbortController().signal } as Context;

async function listening(speak: Parameters<typeof createServer>[1]): Promise<AsyncDisposable & { port: number }> {
  const server: Server = createServer(speak);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

describe('a connection to a database', () => {
  it('is seen where the server speaks as its kind does', async () => {
    await using postgres = await listening((socket) => socket.once('data', () => socket.end('N')));
    expect(
      await connectionFact(ctx, 'postgresql', url('postgres', 'u', 'p', `127.0.0.1:${postgres.port}/shop`)),
    ).toMatchObject({
      result: 'seen',
      fact: 'connection',
    });
    await using redis = await listening((socket) =>
      socket.once('data', () => socket.end('-NOAUTH Authentication required.\r\n')),
    );
    expect(await connectionFact(ctx, 'redis', url('redis', 'default', 'p', `127.0.0.1:${redis.port}/0`))).toMatchObject(
      {
        result: 'seen',
      },
    );
    await using mysql = await listening((socket) => socket.end(Buffer.from([74, 0, 0, 0, 10, 56])));
    expect(await connectionFact(ctx, 'mysql', url('mysql', 'u', 'p', `127.0.0.1:${mysql.port}/shop`))).toMatchObject({
      result: 'seen',
    });
  });

  it('is unknown where something else answers, or nothing can be reached; never the password', async () => {
    await using web = await listening((socket) =>
      socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n')),
    );
    const other = await connectionFact(ctx, 'redis', url('redis', 'default', 'hush-hush', `127.0.0.1:${web.port}/0`));
    expect(other).toMatchObject({ result: 'unknown', reason: expect.stringContaining('does not speak as redis') });
    const away = await connectionFact(
      ctx,
      'postgresql',
      url('postgres', 'shop', 'hush-hush', 'qznbezbqu5q4qxeba1ct1nbs.invalid:5432/shop'),
    );
    expect(away).toMatchObject({ result: 'unknown', reason: expect.stringContaining('cannot be reached from here') });
    expect(JSON.stringify([other, away])).not.toContain('hush');
    expect(await connectionFact(ctx, 'redis', null)).toMatchObject({
      result: 'unknown',
      reason: expect.stringContaining('read:sensitive'),
    });
  });
});

describe('an address without its password', () => {
  it.each([
    ['postgres', 'shop', 's3cret%21pass', 'host:5432/shop'],
    ['redis', '', 'p@ss', 'host:6379/0'],
    ['mongodb', 'root', 'pw', 'host:27017/?directConnection=true'],
  ])('%s', (scheme, user, password, rest) => {
    expect(withoutPassword(url(scheme, user, password, rest))).toBe(url(scheme, user, '[secret]', rest));
  });
});

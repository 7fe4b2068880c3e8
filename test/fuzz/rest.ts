import { connect } from 'node:net';
import fc from 'fast-check';
import { makeKey } from '../../src/gateway/keys.ts';
import { silentLog } from '../../src/log.ts';
import type { Fairlead } from '../../src/main.ts';
import { serveHttp } from '../../src/surfaces/http/serve.ts';
import { toolOf } from '../../src/surfaces/mcp/tools.ts';
import { destroyingLast } from './cli.ts';
import { type Finding, finding, type Outcome, wrongWith } from './judge.ts';
import { objectsOf, rawLines } from './values.ts';
import type { FuzzWorld } from './world.ts';

/** Every address of the server: operations from their schemas, bodies and paths at random, bytes that are no HTTP. */
export async function rest(
  fairlead: Fairlead,
  { secrets, known }: FuzzWorld,
  each: number,
  seed: number,
): Promise<Outcome> {
  const key = makeKey();
  const hidden = [...secrets, key];
  const { gateway, admitted } = fairlead;
  const server = await serveHttp({
    gateway,
    admit: (credential) => (credential.key === key ? admitted : undefined),
    host: '127.0.0.1',
    port: 0,
    ready: async () => ({}),
    version: '0',
    callSeconds: 2,
    log: silentLog,
    corsOrigins: [],
    stopping: new AbortController().signal,
  });
  const found: Finding[] = [];
  let tried = 0;
  async function send(path: string, body: string | Buffer, more: Record<string, string> = {}, method = 'POST') {
    tried++;
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...more };
    const response = await fetch(`${server.url}${path}`, {
      method,
      headers,
      ...(method === 'POST' && { body: new Uint8Array(Buffer.from(body)) }),
    });
    const said = await response.text();
    const asked = body.toString();
    const wrong =
      (asked.includes('"reveal":true') ? undefined : wrongWith(said.replaceAll('\\n', '\n'), hidden)) ??
      (response.status >= 500 && response.status !== 503 && !isOfCoolify(said)
        ? `status ${response.status}`
        : undefined);
    if (wrong) found.push(finding(wrong, `${method} ${path} ${asked}`, said));
  }
  for (const entry of destroyingLast(gateway.catalog)) {
    const { noun, verb } = entry.operation;
    const inputs = fc.sample(objectsOf(toolOf(entry).inputSchema, known), { numRuns: each, seed });
    for (const input of inputs) await send(`/v1/${noun}/${verb}?wait=2`, JSON.stringify(input));
  }
  const paths = fc.oneof(
    fc.constantFrom('/', '/mcp', '/execute', '/mcp/rpc', '/v1/app/list', '/v1/runs/x', '/ready', '/v1/openapi.json'),
    fc.webPath(),
  );
  const cases = fc.sample(fc.tuple(paths, rawLines, fc.constantFrom('POST', 'GET', 'DELETE', 'PUT')), {
    numRuns: each * 30,
    seed,
  });
  for (const [path, body, method] of cases) await send(path, body, {}, method);
  for (const bytes of fc.sample(rawLines, { numRuns: each * 10, seed })) {
    tried++;
    await spill(server.url, bytes);
  }
  await send('/v1/app/list', '{}');
  await server.close();
  return { tried, found };
}

/** What Coolify, or the way there, answers for is told as 502 or 504. */
const isOfCoolify = (said: string): boolean => /"code":50[24]/.test(said);

/** Bytes that are no HTTP. It answers or hangs up, and lives. */
async function spill(url: string, bytes: Buffer): Promise<void> {
  const { port } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.on('error', () => undefined);
  socket.resume();
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.end(bytes);
  await closed;
}

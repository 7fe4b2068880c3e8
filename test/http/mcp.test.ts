import type { Progress } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { connect, type HttpClient, KINDS } from './clients.ts';
import { json, KEYS, type Quay, quay } from './quay.ts';

describe.each(KINDS)('the MCP surface over HTTP, %s', (kind) => {
  let here: Quay;
  let client: HttpClient;
  beforeAll(async () => {
    here = await quay();
    client = await connect(kind, here.url);
  });
  afterAll(async () => {
    await client[Symbol.asyncDispose]();
    await here[Symbol.asyncDispose]();
  });
  const events = async (): Promise<string[]> => (await client.call('harbour')).structuredContent?.events as string[];
  const until = (line: string) =>
    vi.waitFor(async () => expect(await events()).toContain(line), { timeout: 20_000, interval: 20 });

  it('speaks the era that the client asked for', () => {
    expect(client.session() === undefined).toBe(kind === 'SDK v2, 2026-07-28');
  });

  it('lists tools, answers reads, changes and noes', async () => {
    expect((await client.list()).map(({ name }) => name)).toContain('list_servers');
    expect((await client.call('list_ships', { max: 1 })).structuredContent).toHaveProperty('ships');
    const painted = await client.call('paint_boat', { boat: 'bob', colour: 'green' });
    expect(painted.structuredContent).toMatchObject({ status: 'success', details: { colour: 'green' } });
    const refused = await client.call('stop_service', { name: 'gone' });
    expect(refused).toMatchObject({ isError: true, _meta: { 'fairlead/error': { code: 'not_found' } } });
  });

  it('reports progress and keeps the call open until the run has ended', async () => {
    const seen: Progress[] = [];
    const onprogress = (progress: Progress) => void seen.push(progress);
    const sailing = client.call('sail_boat', { boat: 'told', wait: true }, { onprogress });
    await vi.waitFor(() => expect(seen.map(({ message }) => message)).toContain('STEP Cruise'), { timeout: 20_000 });
    await until('listening:told');
    await client.call('harbour', { open: true });
    expect((await sailing).structuredContent).toMatchObject({ status: 'success' });
    for (const [i, { progress }] of seen.entries()) if (i > 0) expect(progress).toBeGreaterThan(seen[i - 1]!.progress);
  });

  it('goes on with the run of a client that gave up waiting', async () => {
    await expect(client.call('sail_boat', { boat: 'slow', wait: true }, { timeout: 400 })).rejects.toThrow();
    await until('listening:slow');
    await client.call('harbour', { open: true });
    await until('moored:slow');
    expect((await events()).filter((line) => line.startsWith('aborted:slow'))).toEqual([]);
  });

  it('asks the person, over several requests of one call', async () => {
    const asked: string[] = [];
    await using asking = await connect(kind, here.url, {
      person: ({ message }) => {
        asked.push(message);
        return { action: 'accept', content: { carry_out: true } };
      },
    });
    const { structuredContent } = await asking.call('sink_boat', { boat: 'ann' });
    expect(structuredContent).toMatchObject({ status: 'success', details: { sunk: 'ann' } });
    expect(asked).toHaveLength(1);
  });

  it('lets each caller do what its own key allows, many at once', async () => {
    await using ann = await connect(kind, here.url, { key: KEYS.ann, path: '/' });
    await using bob = await connect(kind, here.url, { key: KEYS.bob });
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, i) => [ann, bob][i % 2]!.call('paint_boat', { boat: `boat-${i}`, colour: 'red' })),
    );
    for (const [i, { isError, _meta }] of answers.entries()) {
      if (i % 2 === 0) expect(isError).toBeFalsy();
      else expect(_meta?.['fairlead/error']).toMatchObject({ code: 'not_allowed' });
    }
    expect(here.log('http_request')).toContainEqual(
      expect.objectContaining({ path: '/mcp', actor: 'bob', asked: 'tools/call paint_boat', status: 200 }),
    );
  });

  it('does not let in a client with a wrong key', async () => {
    await expect(connect(kind, here.url, { key: 'wrong' })).rejects.toThrow(/401|not a valid one/);
  });
});

describe('sessions of clients that open with initialize', () => {
  const initialize = {
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
  };
  const list = { jsonrpc: '2.0', id: 2, method: 'tools/list' };
  const accept = { Accept: 'application/json, text/event-stream' };

  async function open(here: Quay, key: string = KEYS.owner): Promise<string> {
    const answer = await here.post('/mcp', initialize, { headers: accept, key });
    expect(answer.status).toBe(200);
    await answer.text();
    return answer.headers.get('mcp-session-id')!;
  }
  async function use(here: Quay, session: string, key: string = KEYS.owner): Promise<number> {
    const answer = await here.post('/mcp', list, { headers: { ...accept, 'Mcp-Session-Id': session }, key });
    await answer.text();
    return answer.status;
  }

  it('belong to the key that opened them, and end when it says so', async () => {
    await using here = await quay();
    const session = await open(here, KEYS.ann);
    expect(await use(here, session, KEYS.ann)).toBe(200);
    expect(await use(here, session, KEYS.bob)).toBe(404);
    expect(await use(here, session)).toBe(404);
    const ended = await here.ask('/mcp', { method: 'DELETE', headers: { 'Mcp-Session-Id': session }, key: KEYS.ann });
    expect(ended.status).toBe(200);
    expect(await use(here, session, KEYS.ann)).toBe(404);
    expect(await use(here, 'made-up')).toBe(404);
  });

  it('give way, the longest unused first, when there are too many', async () => {
    await using here = await quay({ limits: { sessions: 2 } });
    const [first, second] = [await open(here), await open(here)];
    expect(await use(here, first)).toBe(200);
    const third = await open(here);
    expect([await use(here, first), await use(here, second), await use(here, third)]).toEqual([200, 404, 200]);
  });

  it('are forgotten when long unused, and not while a stream is open', async () => {
    let now = 1_000_000;
    const clock = { now: () => now, sleep: async () => undefined };
    await using here = await quay({ clock, limits: { sessionIdleMs: 60_000 } });
    const [idle, listening] = [await open(here), await open(here)];
    const leaving = new AbortController();
    const stream = await here.ask('/mcp', {
      headers: { Accept: 'text/event-stream', 'Mcp-Session-Id': listening },
      signal: leaving.signal,
    });
    expect(stream.status).toBe(200);
    now += 60_001;
    await open(here);
    expect([await use(here, idle), await use(here, listening)]).toEqual([404, 200]);
    leaving.abort();
  });

  it.each([
    ['a message without a session', list, 400],
    ['an empty body', '', 400],
    ['what is no message', { hello: 1 }, 400],
  ])('refuse %s', async (_what, body, status) => {
    await using here = await quay();
    expect((await here.post('/mcp', body, { headers: accept })).status).toBe(status);
  });

  it('have no stream without a session', async () => {
    await using here = await quay();
    const answer = await here.ask('/mcp', { headers: { Accept: 'text/event-stream' } });
    expect([answer.status, answer.headers.get('allow'), (await json(answer)).code]).toEqual([405, 'POST', 405]);
  });
});

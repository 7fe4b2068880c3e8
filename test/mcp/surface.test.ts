import { once } from 'node:events';
import type { Progress } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { connect, KINDS, type TestClient } from './clients.ts';
import { type Raw, raw } from './raw.ts';

describe.each(KINDS)('the MCP surface over stdio, %s', (kind) => {
  let client: TestClient;
  beforeAll(async () => {
    client = await connect(kind);
  });
  afterAll(() => client[Symbol.asyncDispose]());

  const events = async (): Promise<string[]> => (await client.call('harbour')).structuredContent?.events as string[];
  const until = (event: (line: string) => boolean) =>
    vi.waitFor(async () => expect((await events()).some(event)).toBe(true), { timeout: 20_000, interval: 20 });

  it('lists the tools sorted, each with title, schemas and annotations, and says how to work', async () => {
    const tools = await client.list();
    const names = tools.map(({ name }) => name as string);
    expect(names).toEqual([...names].sort());
    expect(names).not.toContain('list_ships');
    for (const tool of tools)
      expect(tool).toMatchObject({ title: expect.any(String), inputSchema: {}, outputSchema: { type: 'object' } });
    expect(tools.find(({ name }) => name === 'sink_boat')?.annotations).toEqual({
      title: 'Boats: Sink (DESTRUCTIVE)',
      readOnlyHint: false,
      destructiveHint: true,
      idempotentHint: true,
      openWorldHint: false,
    });
    expect(client.instructions()).toContain('get_run');
    expect(client.instructions()!.split(/\s+/).length).toBeLessThan(130);
  });

  it('answers a read with the same in text and structured content', async () => {
    const { content, structuredContent, isError } = await client.call('list_boats', { limit: 1 });
    expect(structuredContent).toEqual({ boats: [{ name: 'ann', colour: 'red' }], total: 2 });
    expect(JSON.parse(content[0]!.text)).toEqual(structuredContent);
    expect(isError).toBeFalsy();
  });

  it('answers an alias that is not listed, with its own arguments and shape', async () => {
    expect((await client.call('list_ships', { max: 1 })).structuredContent).toEqual({
      ships: [{ name: 'ann', colour: 'red' }],
    });
  });

  it('answers a change with the one shape, and plans it without changing anything', async () => {
    const planned = await client.call('paint_boat', { boat: 'bob', colour: 'green', dry_run: true });
    expect(planned.structuredContent).toMatchObject({ status: 'plan_ready', mode: 'dry-run' });
    expect((await client.call('list_boats')).content[0]!.text).not.toContain('green');
    const plan_id = planned.structuredContent!.plan_id;
    const painted = await client.call('paint_boat', { boat: 'bob', colour: 'green', plan_id });
    expect(painted.structuredContent).toMatchObject({
      status: 'success',
      details: { colour: 'green', steps_executed: 1 },
    });
  });

  it('tells of a run that was taken back, and of a gate that blocked, as an error that holds the whole answer', async () => {
    const aground = await client.call('break_boat', { how: 'aground' });
    expect(aground.isError).toBe(true);
    expect(aground.structuredContent).toMatchObject({
      status: 'rolled_back',
      error: 'Transaction failed at step pass_shoal: ran aground',
      troubleshooting: 'Take the channel.',
    });
    const blocked = await client.call('break_boat', { how: 'gate' });
    expect(blocked.isError).toBe(true);
    expect(blocked.structuredContent).toMatchObject({ status: 'blocked', code: 409 });
  });

  it.each([
    ['a refusal', 'break_boat', { how: 'refusal' }, 'ambiguous', /Two boats are called ann\. Say which\.\n.*ann-2/],
    ["Coolify's no", 'break_boat', { how: 'coolify' }, 'unreachable', /Coolify cannot be reached\. Check that Coolify/],
    ['a wrong value', 'list_boats', { limit: 0 }, 'invalid_input', /limit.*Its arguments are: limit/],
    ['a missing argument', 'paint_boat', { boat: 'ann' }, 'invalid_input', /colour/],
    ['an argument nobody knows', 'list_boats', { lmit: 1 }, 'invalid_input', /no argument lmit/],
  ])('says %s as an error with what to do next', async (_what, name, args, code, text) => {
    const answered = await client.call(name, args);
    expect(answered.isError).toBe(true);
    expect(answered.content[0]!.text).toMatch(text);
    expect(answered._meta?.['fairlead/error']).toMatchObject({ code });
  });

  it('tells nothing of a fault but an id, under which the log has the reason', async () => {
    const { isError, content, _meta } = await client.call('break_boat', { how: 'fault' });
    const { fault } = _meta!['fairlead/error'] as { fault: string };
    expect(isError).toBe(true);
    expect(content[0]!.text).toContain(fault);
    expect(content[0]!.text).not.toContain('keel');
    await vi.waitFor(() => expect(client.stderr()).toMatch(new RegExp(`${fault}.*the keel is upside down`)), {
      timeout: 20_000,
    });
  });

  it('refuses a tool that is not there as an error of the protocol, with the nearest names', async () => {
    await expect(client.call('list_boots')).rejects.toMatchObject({
      code: -32602,
      message: expect.stringContaining('list_boats'),
    });
  });

  it('reports progress that only grows, log lines included', async () => {
    const seen: Progress[] = [];
    const onprogress = (progress: Progress) => void seen.push(progress);
    const sailing = client.call('sail_boat', { boat: 'told', wait: true }, { onprogress });
    await vi.waitFor(() => expect(seen.map(({ message }) => message)).toContain('STEP Cruise'), { timeout: 20_000 });
    await until((line) => line === 'listening:told');
    await client.call('harbour', { open: true });
    expect((await sailing).structuredContent).toMatchObject({ status: 'success' });
    expect(seen.map(({ message }) => message)).toEqual(expect.arrayContaining(['STEP Cast off', 'stern line off']));
    expectGrowing(seen);
  });

  it('answers pending in time to one who hears no progress, and the run goes on', async () => {
    const pending = await client.call('sail_boat', { boat: 'late', wait: true });
    expect(pending.isError).toBeFalsy();
    expect(pending.structuredContent).toMatchObject({ status: 'pending', message: expect.stringContaining('get_run') });
    await client.call('harbour', { open: true });
    await until((line) => line === 'moored:late');
  });

  it('keeps a call with progress open until the run has ended', async () => {
    const sailing = client.call('sail_boat', { boat: 'patient', wait: true }, { onprogress: () => undefined });
    await until((line) => line === 'listening:patient');
    // Longer than the second that a call without progress is given here.
    await new Promise((resolve) => setTimeout(resolve, 1200));
    await client.call('harbour', { open: true });
    expect((await sailing).structuredContent).toMatchObject({ status: 'success' });
  });

  it('lets a cancellation reach the operation that looks', async () => {
    const enough = new AbortController();
    const watching = client.call('watch_boat', { boat: 'seen' }, { signal: enough.signal });
    const rejected = expect(watching).rejects.toThrow();
    await until((line) => line === 'listening:seen');
    enough.abort(new Error('seen enough'));
    await rejected;
    await until((line) => /^aborted:seen:.*seen enough/.test(line));
  });

  it('lets a cancellation reach the run, which takes back what was begun', async () => {
    const stop = new AbortController();
    const messages: string[] = [];
    const onprogress = ({ message = '' }: Progress) => void messages.push(message);
    const sailing = client.call('sail_boat', { boat: 'stopped', wait: true }, { signal: stop.signal, onprogress });
    const rejected = expect(sailing).rejects.toThrow();
    await until((line) => line === 'listening:stopped');
    stop.abort();
    await rejected;
    await until((line) => line.startsWith('aborted:stopped:'));
    await until((line) => line === 'moored again:stopped');
    expect(client.stderr()).toContain('cancel_requested');
    expect(await events()).not.toContain('moored:stopped');
    expect(messages).toContain('STEP Cruise');
  });

  it('goes on with the run of a client that only gave up waiting', async () => {
    const sailing = client.call('sail_boat', { boat: 'slow', wait: true }, { timeout: 400 });
    await expect(sailing).rejects.toThrow(/timed out/);
    await until((line) => line === 'listening:slow');
    await client.call('harbour', { open: true });
    await until((line) => line === 'moored:slow');
    expect((await events()).filter((line) => line.startsWith('aborted:slow'))).toEqual([]);
  });

  it('answers fifty calls at once, each its own', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        i % 2
          ? client.call('list_boats', { limit: 1 })
          : client.call('paint_boat', { boat: `boat-${i}`, colour: `colour-${i}` }),
      ),
    );
    for (const [i, { structuredContent }] of answers.entries()) {
      if (i % 2) expect(structuredContent).toHaveProperty('boats');
      else expect(structuredContent).toMatchObject({ status: 'success', details: { colour: `colour-${i}` } });
    }
  });
});

function expectGrowing(seen: { progress: number; total?: number | undefined }[]): void {
  for (const [i, { progress, total }] of seen.entries()) {
    expect(total).toBe(100);
    if (i > 0) expect(progress).toBeGreaterThan(seen[i - 1]!.progress);
  }
}

describe('the process', () => {
  it.each([
    ['when stdin ends', (server: Raw) => server.child.stdin.end()],
    ['on SIGTERM', (server: Raw) => server.child.kill('SIGTERM')],
  ])('closes its parts and ends %s', async (_when, end) => {
    const server = raw();
    await server.initialize();
    end(server);
    const [code] = await once(server.child, 'exit');
    expect(code).toBe(0);
    expect(server.stderr()).toContain('closed');
  });

  it('tells of the whole before it answers, and writes nothing but protocol', async () => {
    await using server = raw();
    await server.initialize();
    const { id } = await server.ask('tools/call', {
      name: 'sail_boat',
      arguments: { boat: 'ann' },
      _meta: { progressToken: 'p' },
    });
    const told = server.lines().filter(({ method }) => method === 'notifications/progress');
    expect(told.length).toBeGreaterThan(8);
    expect(told.map(({ params }) => params?.progressToken)).toEqual(told.map(() => 'p'));
    expectGrowing(told.map(({ params }) => params as { progress: number }));
    expect(told.at(-1)!.params).toMatchObject({ progress: 100, message: expect.stringContaining('all 3 steps done') });
    expect(server.lines().at(-1)).toMatchObject({ id });
  });

  it('leaves a run going when the client is gone, for the next process to take up', async () => {
    await using client = await connect('SDK v2, initialize');
    const left = client.call('sail_boat', { boat: 'left', wait: true }, { onprogress: () => undefined });
    const rejected = expect(left).rejects.toThrow();
    await vi.waitFor(async () => expect((await client.call('harbour')).content[0]!.text).toContain('listening:left'), {
      timeout: 20_000,
    });
    await client[Symbol.asyncDispose]();
    await rejected;
    expect(client.stderr()).toContain('closed');
    expect(client.stderr()).not.toContain('cancel_requested');
  });
});

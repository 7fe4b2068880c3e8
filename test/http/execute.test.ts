import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COOLIFY_SERVICE } from '../../src/surfaces/http/coolifyService.ts';
import { json, KEYS, type Quay, quay } from './quay.ts';

let here: Quay;
beforeAll(async () => {
  here = await quay();
});
afterAll(() => here[Symbol.asyncDispose]());

const executed = async (command: string) => json(await here.post('/execute', { command }));
const rpc = async (params: unknown, more: object = { id: 1 }) =>
  json(await here.post('/mcp/rpc', { jsonrpc: '2.0', method: 'mcp.execute', params, ...more }));

const SERVERS = { count: 1, servers: [{ name: 'localhost', ip: 'host.docker.internal' }] };

describe('the samples of the contract', () => {
  it('names the 18 operations of the service', () => {
    expect(
      COOLIFY_SERVICE.map(({ name }) => name)
        .join(' ')
        .split(' ')
        .sort(),
    ).toEqual(
      'list-applications get-application deploy-application start-application stop-application restart-application list-databases create-database list-servers create-server validate-server list-projects create-project list-services start-service stop-service get-version health'
        .split(' ')
        .sort(),
    );
  });

  it.each([
    '/mcp-coolify servers list',
    '/mcp-coolify list-servers',
    '/mcp-coolify list servers',
    '/mcp-coolify list_servers',
  ])('answers %s', async (command) => {
    expect(await executed(command)).toEqual({
      status: 'success',
      data: SERVERS,
      metadata: { executionTime: expect.any(Number), tokensUsed: expect.any(Number), cost: expect.any(Number) },
    });
  });

  it('answers applications by their names, and tells when there are more', async () => {
    const { status, data } = await executed('/mcp-coolify applications list --limit 9');
    expect({ status, data }).toEqual({
      status: 'success',
      data: { count: 2, applications: ['mcp-gateway', 'worker'] },
    });
    expect((await executed('/mcp-coolify applications list')).data).toEqual({
      count: 1,
      applications: ['mcp-gateway'],
      total: 2,
      next_cursor: 'next',
    });
  });

  it('answers the version', async () => {
    const { data, metadata } = await executed('/mcp-coolify get-version');
    expect(data).toEqual({ version: '4.0.0-beta.441' });
    expect(metadata.executionTime).toBeGreaterThanOrEqual(0);
  });

  it.each([
    ['a given id', { id: 'mine' }, 'mine'],
    ['zero', { id: 0 }, 0],
    ['none', {}, expect.stringMatching(/^[0-9a-f-]{36}$/)],
  ])('answers mcp.execute with %s', async (_what, more, id) => {
    expect(await rpc({ service: 'coolify', operation: 'list-servers' }, more)).toEqual({
      jsonrpc: '2.0',
      id,
      result: {
        status: 'success',
        data: SERVERS,
        metadata: { executionTime: expect.any(Number), tokensUsed: expect.any(Number), cost: expect.any(Number) },
      },
    });
  });

  it('reckons 3 for a million tokens, or what is configured', async () => {
    const { tokensUsed, cost } = (await executed('/mcp-coolify servers list')).metadata;
    expect(tokensUsed).toBeGreaterThan(10);
    expect(cost).toBeCloseTo(tokensUsed * 3e-6, 12);
    await using dear = await quay({ pricePerMillionTokens: 15 });
    const { metadata } = await json(await dear.post('/execute', { command: '/mcp-coolify servers list' }));
    expect(metadata.cost).toBeCloseTo(metadata.tokensUsed * 15e-6, 12);
  });
});

describe('slash commands and mcp.execute', () => {
  it('take arguments in their order, as flags and as JSON', async () => {
    for (const answer of [
      await executed('/mcp-coolify stop-service "my n8n"'),
      await executed('/mcp-coolify services stop --name="my n8n"'),
      await executed(`/mcp-coolify service stop --uuid 'my n8n'`),
      (await rpc({ service: 'coolify', operation: 'stop-service', params: { uuid: 'my n8n' } })).result,
      (await rpc({ service: 'coolify', operation: 'stop_service', args: { name: 'my n8n' } })).result,
      (await rpc({ service: 'coolify', operation: 'stop-service', id: 'my n8n' })).result,
    ])
      expect(answer).toMatchObject({ status: 'success', data: { details: { name: 'my n8n' } } });
  });

  it('reach every operation of the registry, by noun and verb, name or alias', async () => {
    const { data } = await executed('/mcp-coolify boats list --limit=1');
    expect(data.boats).toHaveLength(1);
    expect((await executed('/mcp-coolify list-ships --max 1')).data.ships).toHaveLength(1);
    expect(await executed('/mcp-coolify boat paint ann blue --dry-run')).toMatchObject({ status: 'plan_ready' });
    expect(await executed('/mcp-coolify boat paint --plan plan-1-x ann blue --no-dry-run')).toMatchObject({
      error: { code: -32007 },
    });
  });

  it('answer a change that goes on as pending', async () => {
    const answer = await here.post('/execute', { command: '/mcp-coolify boat sail slow --wait' });
    expect(answer.status).toBe(202);
    expect(await json(answer)).toMatchObject({ status: 'pending', data: { plan_id: expect.stringMatching(/^txn-/) } });
    await executed('/mcp-coolify harbour look --open');
  });

  it.each([
    ['no command', {}, 422, -32602],
    ['no slash command', { command: 'servers list' }, 422, -32009],
    ['an open quote', { command: '/mcp-coolify servers "sesame' }, 422, -32009],
    ['another service', { command: '/mcp-sesam list' }, 404, -32000],
    ['no such operation', { command: '/mcp-coolify sesame open' }, 400, -32002],
    ['one that is not there yet', { command: '/mcp-coolify create-server' }, 400, -32002],
    ['an unknown flag', { command: '/mcp-coolify servers list --sesame' }, 422, -32009],
    ['a flag without its value', { command: '/mcp-coolify servers list --limit' }, 422, -32009],
    ['a wrong number', { command: '/mcp-coolify servers list --limit sesame' }, 422, -32009],
    ['a word too many', { command: '/mcp-coolify servers list sesame' }, 422, -32009],
    ['a gate that blocks', { command: '/mcp-coolify stop-service vital' }, 409, -32008],
    ['a run taken back', { command: '/mcp-coolify boat break --how aground' }, 502, -32001],
  ])('refuse %s', async (what, body, status, code) => {
    const answer = await here.post('/execute', { ...body, id: 7 });
    const { error, ...rest } = await json(answer);
    expect(answer.status).toBe(status);
    expect(rest).toEqual({ jsonrpc: '2.0', id: 7 });
    expect(error).toMatchObject({ code, data: { next: expect.stringMatching(/\S/) } });
    if (what !== 'an unknown flag') expect(JSON.stringify(error)).not.toContain('sesame');
  });

  it.each([
    ['a batch', [{ jsonrpc: '2.0', id: 1, method: 'mcp.execute' }], 400, -32600],
    ['no JSON-RPC', { method: 'mcp.execute', params: {} }, 400, -32600],
    ['a strange id', { jsonrpc: '2.0', id: {}, method: 'mcp.execute' }, 400, -32600],
    ['another method', { jsonrpc: '2.0', id: 1, method: 'mcp.dance' }, 404, -32601],
    ['no params', { jsonrpc: '2.0', id: 1, method: 'mcp.execute' }, 422, -32602],
    [
      'params without a service',
      { jsonrpc: '2.0', id: 1, method: 'mcp.execute', params: { operation: 'x' } },
      422,
      -32602,
    ],
    ['broken JSON', '{"jsonrpc":', 400, -32700],
  ])('refuse %s at /mcp/rpc', async (_what, body, status, code) => {
    const answer = await here.post('/mcp/rpc', body);
    expect([answer.status, (await json(answer)).error.code]).toEqual([status, code]);
  });

  it('say what the key may not do with -32004, and that there is none with -32003', async () => {
    const command = { command: '/mcp-coolify stop-service n8n' };
    const denied = await here.post('/execute', command, { key: KEYS.bob });
    expect([denied.status, (await json(denied)).error.code]).toEqual([403, -32004]);
    const nobody = await here.post('/execute', command, { key: null });
    expect([nobody.status, (await json(nobody)).error.code]).toEqual([401, -32003]);
  });

  it('never show a secret that came in', async () => {
    const { data } = await executed('/mcp-coolify stop-service n8n --token s3cr3t-t0ken-v4lue');
    expect(JSON.stringify([data, here.log()])).not.toContain('s3cr3t');
  });
});

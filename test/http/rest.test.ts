import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { json, KEYS, type Quay, quay } from './quay.ts';

let here: Quay;
beforeAll(async () => {
  here = await quay();
});
afterAll(() => here[Symbol.asyncDispose]());

describe('REST', () => {
  it('answers a read by GET, its arguments in the query, and by POST', async () => {
    const all = { servers: [{ uuid: 'srv-1', name: 'localhost', ip: 'host.docker.internal', reachable: true }] };
    expect(await json(await here.ask('/v1/server/list?limit=5'))).toMatchObject(all);
    expect(await json(await here.ask('/v1/servers/list'))).toMatchObject(all);
    expect(await json(await here.post('/v1/server/list', { limit: 5 }))).toMatchObject(all);
    expect(await json(await here.ask('/v1/server/list', { method: 'POST' }))).toMatchObject(all);
    const exited = await json(await here.ask('/v1/app/list?status=exited&status=paused&limit=9'));
    expect(exited.applications).toEqual([{ uuid: 'app-2', name: 'worker', status: 'exited' }]);
  });

  it('answers a change with the one shape, and where to follow it while it goes on', async () => {
    const done = await here.post('/v1/boat/paint', { boat: 'ann', colour: 'gold' });
    expect(done.status).toBe(200);
    expect(await json(done)).toMatchObject({ status: 'success', details: { colour: 'gold' } });

    const pending = await here.post('/v1/boat/sail?wait=0', { boat: 'away', wait: true });
    expect(pending.status).toBe(202);
    const { status, plan_id } = await json(pending);
    expect(status).toBe('pending');
    const location = pending.headers.get('location')!;
    expect(location).toBe(`/v1/runs/${plan_id}`);
    await vi.waitFor(
      async () => expect((await json(await here.ask('/v1/harbour/look'))).events).toContain('listening:away'),
      { timeout: 20_000 },
    );
    const [followed] = await Promise.all([here.ask(`${location}?wait=20`), here.ask('/v1/harbour/look?open=true')]);
    expect(followed.status).toBe(200);
    expect(await json(followed)).toMatchObject({ status: 'success', plan_id });
  });

  it('plans without changing anything, and carries out exactly that plan', async () => {
    const planned = await json(await here.post('/v1/service/stop', { name: 'n8n', dry_run: true }));
    expect(planned).toMatchObject({ status: 'plan_ready', mode: 'dry-run' });
    const done = await here.post('/v1/service/stop', { name: 'n8n', plan_id: planned.plan_id });
    expect(await json(done)).toMatchObject({ status: 'success' });
    const again = await here.post('/v1/service/stop', { name: 'n8n', plan_id: planned.plan_id });
    expect(again.status).toBe(409);
  });

  it.each([
    ['a wrong value', '/v1/server/list', { limit: 0 }, 422, 'invalid_input', /limit/],
    ['an unknown argument', '/v1/server/list', { lmit: 1 }, 422, 'invalid_input', /no argument lmit/],
    ['what is not there', '/v1/service/stop', { name: 'gone' }, 404, 'not_found', /no service/],
    ['two of a name', '/v1/boat/break', { how: 'refusal' }, 409, 'ambiguous', /Two boats/],
    ["Coolify's silence", '/v1/boat/break', { how: 'coolify' }, 502, 'unreachable', /cannot be reached/],
    ["Coolify's limit", '/v1/service/stop', { name: 'limited' }, 429, 'rate_limited', /Too many/],
    ['a run that is not there', '/v1/run/get', { id: 'txn-1-nowhere' }, 404, 'not_found', /no run/],
    ['an operation that is not there', '/v1/server/paint', {}, 404, 'not_found', /no such operation/],
    ['a list as body', '/v1/server/list', [], 400, 'no_object', /no object/],
    ['a body that is no JSON', '/v1/server/list', '{"limit": sesame}', 400, 'no_json', /no valid JSON/],
  ])('says %s with its status, and what to do next', async (_what, path, body, status, reason, told) => {
    const answer = await here.post(path, body, { headers: { 'X-Request-Id': 'asked-by-test' } });
    const { troubleshooting, ...problem } = await json(answer);
    expect(problem).toMatchObject({
      error: expect.stringMatching(told),
      code: status,
      reason,
      request_id: 'asked-by-test',
    });
    expect(answer.status).toBe(status);
    expect(troubleshooting).toMatch(/\S/);
    expect(answer.headers.get('x-request-id')).toBe('asked-by-test');
    expect(JSON.stringify(problem)).not.toContain('sesame');
    if (status === 429) expect(answer.headers.get('retry-after')).toBe('8');
  });

  it('tells of a gate that blocked and of a run that was taken back by the answer itself', async () => {
    const blocked = await here.post('/v1/service/stop', { name: 'vital' });
    expect(blocked.status).toBe(409);
    expect(await json(blocked)).toMatchObject({
      status: 'blocked',
      error: expect.stringMatching(/^Validation gate failed/),
    });
    const aground = await here.post('/v1/boat/break', { how: 'aground' });
    expect(aground.status).toBe(502);
    expect(await json(aground)).toMatchObject({
      status: 'rolled_back',
      code: 502,
      troubleshooting: 'Take the channel.',
    });
  });

  it('tells nothing of a fault but the id under which the log has the reason', async () => {
    const answer = await here.post('/v1/boat/break', { how: 'fault' });
    expect(answer.status).toBe(500);
    const body = await json(answer);
    expect(JSON.stringify(body)).not.toContain('keel');
    expect(here.log('http_fault')).toContainEqual(
      expect.objectContaining({ request_id: body.request_id, reason: expect.stringContaining('keel is upside down') }),
    );
  });

  it('refuses what the key may not do, and a change by GET', async () => {
    const denied = await here.post('/v1/service/stop', { name: 'n8n' }, { key: KEYS.bob });
    expect(denied.status).toBe(403);
    expect(await json(denied)).toMatchObject({ reason: 'not_allowed' });
    const byGet = await here.ask('/v1/service/stop?name=n8n');
    expect([byGet.status, byGet.headers.get('allow')]).toEqual([405, 'POST']);
    expect((await here.ask('/v1/run/txn')).status).toBe(404);
    expect((await here.ask('/nowhere')).status).toBe(404);
  });

  it('goes on with the run of a caller who has gone', async () => {
    const going = new AbortController();
    const left = here.post('/v1/boat/sail?wait=30', { boat: 'left', wait: true }, { signal: going.signal });
    const events = async () => (await json(await here.ask('/v1/harbour/look'))).events;
    await vi.waitFor(async () => expect(await events()).toContain('listening:left'), { timeout: 20_000 });
    going.abort();
    await expect(left).rejects.toThrow();
    await vi.waitFor(() => expect(here.log('http_request')).toContainEqual(expect.objectContaining({ status: 499 })), {
      timeout: 20_000,
    });
    await here.ask('/v1/harbour/look?open=true');
    await vi.waitFor(async () => expect(await events()).toContain('moored:left'), { timeout: 20_000 });
  });
});

describe('the OpenAPI document', () => {
  it('holds every operation of the registry once, with its arguments, and no loose end', async () => {
    const text = await (await here.ask('/v1/openapi.json')).text();
    const document = JSON.parse(text);
    expect(document).toMatchObject({ openapi: '3.1.0', info: { version: '0.0.0-test' }, security: [{ key: [] }] });
    expect(document.paths['/v1/server/list'].get.parameters).toContainEqual(
      expect.objectContaining({ name: 'limit', in: 'query', required: false }),
    );
    expect(document.paths['/v1/service/stop'].get).toBeUndefined();
    const body = document.paths['/v1/service/stop'].post.requestBody.content['application/json'].schema;
    expect(body).toMatchObject({
      required: ['name'],
      properties: { dry_run: { type: 'boolean' }, token: { writeOnly: true } },
    });
    const ids = [...text.matchAll(/"operationId":"(\w+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(expect.arrayContaining(['list_servers', 'read_list_servers', 'stop_service', 'follow_run']));
    for (const [, name] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g))
      expect(document.components.schemas).toHaveProperty(name!);
  });
});

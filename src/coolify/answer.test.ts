import { describe, expect, test } from 'vitest';
import { readFailure } from './answer.ts';
import { readNetworkError } from './network.ts';

const request = { method: 'GET', path: '/projects' };

function failure(status: number, body: unknown, headers: Record<string, string> = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const answer = { status, headers: new Headers(headers), text };
  return readFailure(typeof body === 'string' ? answer : { ...answer, json: body }, request, (told) => told);
}

describe('readFailure, where no recording has it', () => {
  test.each([
    [403, { success: true, message: 'You are not allowed to access the API.' }, 'address_not_allowed'],
    [403, { message: 'This action is unauthorized.', error: 'Unauthorized' }, 'policy_denied'],
    [403, { message: 'You are not allowed to disable the MCP server.' }, 'root_team_only'],
    [401, { message: 'Invalid token.' }, 'unauthenticated'],
    [
      400,
      { message: 'Invalid token.', docs: 'https://coolify.io/docs/api-reference/authorization' },
      'unauthenticated',
    ],
    [501, { message: 'This operation is not supported for Swarm servers yet.' }, 'server_error'],
    [418, { message: 'no' }, 'unexpected_answer'],
    [403, '<title>Access denied</title>', 'unexpected_answer'],
    [429, '<title>Slow down</title>', 'rate_limited'],
  ])('%i %j', (status, body, kind) => {
    expect(failure(status, body).kind).toBe(kind);
  });

  test('an unknown path is told from an unknown resource', () => {
    expect(failure(404, { message: 'Not found.', docs: 'https://coolify.io/docs' }).next).toMatch(/no such call/);
    expect(failure(404, { message: 'Project not found.' }).next).toMatch(/Check the id/);
    expect(failure(404, { message: '' })).toMatchObject({
      message: 'Coolify answered 404 without a word.',
      next: expect.stringContaining('development'),
    });
  });

  test('a wait may come as a date', () => {
    const soon = new Date(Date.now() + 30_000).toUTCString();
    expect(failure(503, '', { 'retry-after': soon }).retryAfterMs).toBeGreaterThan(25_000);
    expect(failure(503, '', { 'retry-after': 'soon' }).retryAfterMs).toBeUndefined();
  });

  test('details follow the message', () => {
    expect(failure(422, { message: 'Private Key is in use.', details: 'By servers.' }).message).toBe(
      'Private Key is in use. By servers.',
    );
  });
});

describe('readNetworkError', () => {
  const caused = (code: string) =>
    Object.assign(new TypeError('fetch failed: Bearer secret'), { cause: Object.assign(new Error('x'), { code }) });

  test.each([
    ['ECONNREFUSED', 'unreachable', 'no'],
    ['UND_ERR_CONNECT_TIMEOUT', 'unreachable', 'no'],
    ['EAI_AGAIN', 'dns', 'no'],
    ['CERT_HAS_EXPIRED', 'tls', 'no'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls', 'no'],
    ['ECONNRESET', 'connection_lost_after_send', 'maybe'],
    ['UND_ERR_SOCKET', 'connection_lost_after_send', 'maybe'],
    ['SOMETHING_NEW', 'connection_lost_after_send', 'maybe'],
  ])('%s', (code, kind, sent) => {
    const error = readNetworkError(caused(code), request);
    expect(error).toMatchObject({ kind, sent, request });
    expect(error.message).toContain(code);
    expect(error.message).not.toContain('secret');
  });

  test('looks into the several addresses of a host', () => {
    const each = Object.assign(new Error('x'), { code: 'ECONNREFUSED' });
    const error = new TypeError('fetch failed', { cause: new AggregateError([each, each]) });
    expect(readNetworkError(error, request).kind).toBe('unreachable');
  });
});

import { describe, expect, it } from 'vitest';
import type { Probe } from '../context.ts';
import { coolifyTime, judge, type Look, tellingLines } from './health.ts';

const ok: Probe = { reached: true, status: 200, milliseconds: 5, server: 'app', body: '' };
const noServer: Probe = { reached: true, status: 503, milliseconds: 5, server: 'proxy', body: 'no available server' };
const finished = Date.parse('2026-11-21T08:11:10Z');
const look = (row: Look['row'], rest: Partial<Look> = {}): Look => ({
  row,
  answer: null,
  healthCheck: false,
  healthyInLog: null,
  finished,
  since: 0,
  ...rest,
});
const stale = '2026-11-21 07:47:38';
const fresh = '2026-11-21 08:11:38';

describe('what one look tells', () => {
  it('a status from before the deployment says nothing (deploy-git 5)', () => {
    expect(judge(look({ status: 'exited:unhealthy', last_online_at: stale })).kind).toBe('wait');
    expect(judge(look({ status: 'running:healthy', last_online_at: stale })).kind).toBe('wait');
  });

  it('a URL that the app answers is a container that runs', () => {
    const verdict = judge(look({ status: 'exited:unhealthy', last_online_at: stale }, { answer: ok }));
    expect(verdict).toMatchObject({
      kind: 'good',
      facts: [
        { fact: 'container_running', result: 'seen' },
        { fact: 'healthy', result: 'unknown' },
        { fact: 'url_answers', result: 'seen' },
      ],
    });
  });

  it('a restart since the deployment ended is a crash (deploy-image 53)', () => {
    const row = {
      status: 'restarting:unknown',
      restart_count: 3,
      last_restart_at: '2026-11-21T08:11:38.000000Z',
      last_online_at: fresh,
    };
    expect(judge(look(row, { answer: ok }))).toEqual({ kind: 'bad', why: 'crash' });
  });

  it('restarts of the version before do not count', () => {
    const row = {
      status: 'running:unknown',
      restart_count: 3,
      last_restart_at: '2026-11-21T08:11:05.000000Z',
      last_online_at: fresh,
    };
    expect(judge(look(row)).kind).toBe('good');
  });

  it('the proxy answering by itself is no proof, however green the status', () => {
    expect(judge(look({ status: 'running:unknown', last_online_at: fresh }, { answer: noServer }))).toMatchObject({
      kind: 'wait',
      stage: 'proxy_upstream',
    });
  });

  it('an app with a health check has to pass it; its deployment log counts before the lagging status (deploy-image 60)', () => {
    const row = { status: 'running:unhealthy', last_online_at: fresh };
    expect(judge(look(row, { healthCheck: true, answer: ok, healthyInLog: false })).kind).toBe('wait');
    expect(judge(look(row, { healthCheck: true, answer: ok, healthyInLog: true })).kind).toBe('good');
  });

  it('an exited container is believed once the status is newer than the deployment', () => {
    expect(judge(look({ status: 'exited:unhealthy', last_online_at: fresh }))).toEqual({ kind: 'bad', why: 'exited' });
  });

  it('an app that answers 500 is not yet live', () => {
    expect(
      judge(look({ status: 'running:unknown', last_online_at: fresh }, { answer: { ...ok, status: 500 } })),
    ).toMatchObject({ kind: 'wait', stage: 'application_startup' });
  });

  it('a name that does not resolve from here is waited for, then unknown with its reason', () => {
    const answer: Probe = { reached: false, cause: 'dns', message: 'getaddrinfo ENOTFOUND' };
    const row = { status: 'running:unknown', last_online_at: fresh };
    expect(judge(look(row, { answer })).kind).toBe('wait');
    expect(judge(look(row, { answer, since: 30_000 }))).toMatchObject({
      kind: 'good',
      facts: [{}, {}, { fact: 'url_answers', result: 'unknown' }],
    });
  });

  it('reads both ways in which Coolify writes a time', () => {
    expect(coolifyTime('2026-11-21 08:11:38')).toBe(Date.parse('2026-11-21T08:11:38Z'));
    expect(coolifyTime('2026-11-21T08:11:38.000000Z')).toBe(Date.parse('2026-11-21T08:11:38Z'));
    expect(coolifyTime(null)).toBe(0);
  });

  it('of a crash tells the error itself and not the end of its stack', () => {
    const stack = Array.from({ length: 9 }, (_, i) => `    at place ${i}`);
    expect(tellingLines(['starting', '', 'Error: DATABASE_URL is not set', ...stack, 'Node.js v24'])[0]).toBe(
      'Error: DATABASE_URL is not set',
    );
    expect(tellingLines(['a', 'b', ''])).toEqual(['a', 'b']);
  });
});

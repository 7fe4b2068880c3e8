import { describe, expect, it } from 'vitest';
import { newerRisk, restartsWith } from './restart.ts';
import type { AppFacts } from './view.ts';

const old = 'a'.repeat(40);
const moved = 'b'.repeat(40);
const app = {
  name: 'shop',
  repository: 'https://git.example.test/shop.git',
  branch: 'main',
  pin: null,
  image: null,
} as AppFacts;
const runs = { previous: { commit: old, deployment_uuid: 'd1' }, active: null, newer: null };

describe('what a restart brings', () => {
  it('a pinned commit stays, and nothing newer can come', () => {
    expect(restartsWith({ ...app, pin: old }, runs)).toBe('commit aaaaaaaaaaaa again, which is pinned');
    expect(newerRisk({ ...app, pin: old }, runs)).toEqual([]);
  });

  it('a pinned commit that does not run yet takes its place', () => {
    expect(restartsWith({ ...app, pin: moved }, runs)).toContain('aaaaaaaaaaaa runs now');
    expect(newerRisk({ ...app, pin: moved }, runs)).toMatchObject([{ level: 'medium' }]);
  });

  it('the head of the branch, which may have moved: unknown is said', () => {
    expect(restartsWith(app, runs)).toBe('the head of main; aaaaaaaaaaaa runs now');
    expect(newerRisk(app, runs)).toMatchObject([{ level: 'low', description: expect.stringContaining('unknown') }]);
  });

  it('a branch that is known to have moved', () => {
    expect(restartsWith(app, { ...runs, newer: moved })).toContain('moved to bbbbbbbbbbbb');
    expect(newerRisk(app, { ...runs, newer: moved })).toMatchObject([{ level: 'medium' }]);
  });

  it('an image has no commits', () => {
    const image = { ...app, repository: null, image: 'acme/hello:1.0.0' };
    expect(restartsWith(image, { ...runs, previous: null })).toContain('acme/hello:1.0.0');
    expect(newerRisk(image, { ...runs, previous: null })).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { saysOfVersion } from './validate.ts';

describe('what a version of Coolify means', () => {
  it('nothing to say of the one all is built for', () => expect(saysOfVersion({ version: '4.3.11' })).toEqual([]));
  it('what an older one lacks', () =>
    expect(saysOfVersion({ version: '4.1.2' })[0]).toMatch(/^Coolify 4\.1\.2 lacks: .*validating a server/));
  it('that one is too old', () =>
    expect(saysOfVersion({ version: '4.0.0-beta.441' })[0]).toContain('older than 4.0.0'));
  it('why it is unknown', () =>
    expect(saysOfVersion({ version: 'unknown', reason: 'no ability' })).toEqual([
      'The version of Coolify is unknown: no ability',
    ]));
});

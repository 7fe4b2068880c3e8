import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type LogEntry, whyFailed } from './why.ts';

/** The log that a real Coolify wrote for a failed deployment. */
function recorded(file: string, n: number): LogEntry[] {
  const { exchanges } = JSON.parse(
    readFileSync(new URL(`../../../contracts/coolify/recordings/${file}.json`, import.meta.url), 'utf8'),
  );
  return JSON.parse(exchanges.find((exchange: { n?: number }) => exchange.n === n).response.body.logs);
}

describe('why a deployment failed, from recorded logs', () => {
  it('a build that fails: the line that failed', () => {
    const failure = whyFailed(recorded('deploy-git', 10), 'web');
    expect(failure.stage).toBe('deployment');
    expect(failure.message).toContain('The build of web failed');
    expect(failure.logs.join('\n')).toMatch(/error/i);
  });

  it('a branch that is not there', () => {
    const failure = whyFailed(recorded('deploy-git', 15), 'web');
    expect(failure.message).toContain('branch or commit is not in the repository');
  });

  it('a commit that is not there', () => {
    const failure = whyFailed(recorded('deploy-git', 35), 'web');
    expect(failure.message).toContain('branch or commit is not in the repository');
  });

  it('an image that cannot be had', () => {
    const failure = whyFailed(recorded('deploy-image', 45), 'hello');
    expect(failure.message).toContain('image cannot be had');
  });

  it('a health check that does not pass: what the container said', () => {
    const failure = whyFailed(recorded('deploy-image', 64), 'hello');
    expect(failure.stage).toBe('health_check');
    expect(failure.logs.join('\n')).toContain('503');
  });

  it('an empty log says that it does not say why', () => {
    expect(whyFailed([], 'web').message).toContain('does not say why');
  });
});

import { describe, expect, it } from 'vitest';
import { createState } from '../state/state.ts';
import type { World } from '../world.ts';
import { resolveTarget, targetFault } from './targets.ts';

const world = (allowedTargets: string[] = []): World =>
  ({
    state: createState(),
    hosts: { 'hooks.example.test': '127.0.0.1:4711' },
    allowedTargets,
  }) as unknown as World;

describe('targets of webhooks', () => {
  it('are refused when they are local, private, link-local or unknown', async () => {
    const refused: Record<string, string> = {
      nope: 'The webhook url must be a valid URL.',
      'ftp://host.example.test/x': 'The webhook url must use the http or https scheme.',
      'http://127.0.0.1:9900/x': 'The webhook_url points to a local or private address that is not allowed.',
      'http://10.1.2.3/x': 'The webhook_url points to a local or private address that is not allowed.',
      'http://localhost/x': 'The webhook_url points to a local or private address that is not allowed.',
      'http://[::1]/x': 'The webhook_url points to a local or private address that is not allowed.',
      'http://169.254.169.254/latest': 'The webhook url must not point to link-local addresses.',
      'http://absent.example.test/x': 'The webhook url host could not be resolved.',
    };
    for (const [url, sentence] of Object.entries(refused))
      expect(await targetFault(world(), 'webhook_url', url), url).toContain(sentence);
  });

  it('pass when the emulator was told to allow them', async () => {
    expect(await targetFault(world(['127.0.0.1']), 'webhook_url', 'http://127.0.0.1:9900/x')).toBeUndefined();
    expect(await targetFault(world(['10.0.0.0/8']), 'webhook_url', 'http://10.1.2.3/x')).toBeUndefined();
    expect(await targetFault(world(['10.0.0.0/8']), 'webhook_url', 'http://11.1.2.3/x')).toBeUndefined();
    expect(await targetFault(world(['10.0.0.0/8']), 'webhook_url', 'http://192.168.1.1/x')).toContain('not allowed');
  });

  it('go where a given name stands for', async () => {
    expect(await resolveTarget(world(), 'http://hooks.example.test:9900/coolify')).toEqual({
      host: '127.0.0.1',
      port: 4711,
    });
  });
});

import { describe, expect, it } from 'vitest';
import { isServerAddress } from './address.ts';

describe('addresses of servers', () => {
  it('are IPs and host names', () => {
    for (const text of ['127.0.0.9', '::1', 'host.example.test', 'a', '12345', 'x-1.de'])
      expect(isServerAddress(text), text).toBe(true);
  });

  it('hold nothing that a shell or a resolver would trip over', () => {
    for (const text of ['not an ip', "127.0.0.1'--", '', '.a', 'a..b', '-a.b', 'a-.b', 'a_b', `${'a'.repeat(64)}.de`])
      expect(isServerAddress(text), text).toBe(false);
  });
});

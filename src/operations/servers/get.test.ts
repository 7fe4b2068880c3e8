import { describe, expect, it } from 'vitest';
import { uptime, withoutHtml } from './get.ts';

describe('what a server tells of itself', () => {
  it('its uptime, or why there is none', () => {
    expect(uptime({ uptime_since: '2026-11-21T08:00:00Z' }, Date.parse('2026-11-21T08:01:30Z'))).toBe(90);
    expect(uptime(null, 0)).toMatch(/^unknown: /);
    expect(uptime({ uptime_since: 'some time ago' }, 0)).toMatch(/^unknown: /);
  });

  it('what a validation left, in words', () => {
    const html =
      'Server is not reachable.<br>Check this <a target="_blank" href="https://coolify.io">documentation</a> for help. <br><br><div class="text-error">Error: refused</div>';
    expect(withoutHtml(html)).toBe('Server is not reachable.\nCheck this documentation for help.\nError: refused');
  });
});

import { describe, expect, it } from 'vitest';
import { isDue, isSchedule } from './cron.ts';

describe('schedules', () => {
  it('are five-part cron expressions or words of Coolify', () => {
    for (const text of ['* * * * *', '*/5 0-6 * jan mon', 'daily', '@weekly', 'every_minute'])
      expect(isSchedule(text), text).toBe(true);
    for (const text of ['whenever', '', '* * * *', '* * * * * *', '61 * * * *', '@reboot', 'constructor'])
      expect(isSchedule(text), text).toBe(false);
  });

  it('fall due by the time zone of the server', () => {
    const midnight = Date.parse('2026-11-21T00:00:00Z');
    expect(isDue('daily', midnight, 'UTC')).toBe(true);
    expect(isDue('daily', midnight + 60_000, 'UTC')).toBe(false);
    expect(isDue('0 1 * * *', midnight, 'Europe/Berlin')).toBe(true);
    expect(isDue('every_minute', midnight + 60_000, 'UTC')).toBe(true);
  });
});

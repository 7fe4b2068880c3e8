import { Cron } from 'croner';

/** Coolify's words for schedules, beside which it takes five-part cron expressions. */
const words: Record<string, string> = {
  every_minute: '* * * * *',
  hourly: '0 * * * *',
  daily: '0 0 * * *',
  weekly: '0 0 * * 0',
  monthly: '0 0 1 * *',
  yearly: '0 0 1 1 *',
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
  '@yearly': '0 0 1 1 *',
};
const fiveParts = /^[\d*,/\-a-z]+( +[\d*,/\-a-z]+){4}$/i;

/** Whether Coolify takes a text as a schedule (recorded: organise 34). */
export function isSchedule(text: string): boolean {
  if (Object.hasOwn(words, text)) return true;
  if (!fiveParts.test(text)) return false;
  try {
    new Cron(text, { mode: '5-part', paused: true });
    return true;
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) return false;
    throw error;
  }
}

/** Whether a schedule falls due in the minute that begins at `minute` (milliseconds since 1970), by a server's time zone. */
export function isDue(schedule: string, minute: number, timezone: string): boolean {
  return new Cron(words[schedule] ?? schedule, { mode: '5-part', timezone, paused: true }).match(new Date(minute));
}

/** The forms in which Coolify writes a time, from milliseconds since 1970. */

/** `2026-11-21T07:47:40.000000Z`: of rows, to the second. */
export function rowTime(ms: number): string {
  return `${new Date(Math.floor(ms / 1000) * 1000).toISOString().slice(0, 19)}.000000Z`;
}

/** `2026-11-21T08:22:13.721000Z`: of log entries, to the microsecond. */
export function logTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 23)}${String(Math.floor((ms % 1) * 1000)).padStart(3, '0')}Z`;
}

/** `2026-11-21 07:47:38`: of `last_online_at` and its like. */
export function plainTime(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
}

/** `2026-11-21 08:22:48 +0000 UTC`: Docker's own, of images. */
export function dockerTime(ms: number): string {
  return `${plainTime(ms)} +0000 UTC`;
}

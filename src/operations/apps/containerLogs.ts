import type { Context } from '../context.ts';

/** A container's last lines, struck of secrets; or why there are none. Live from the container, first one only. */
export async function readLogs(ctx: Context, app: string, lines: number): Promise<string[] | string> {
  try {
    const text = await ctx.coolify.applications.logs(app, { lines, show_timestamps: true }, { signal: ctx.signal });
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map(ctx.strike);
  } catch (error) {
    if (error instanceof Error && 'status' in error && error.status === 400)
      return 'unknown: no container of the app runs';
    throw error;
  }
}

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runsAmong } from './names.ts';

/** Seconds. Longer than any run is taken up after it began. */
const RECENT = 3600;

/** Whether a run was begun so lately that it may have to be taken up. Tells by names alone, and opens nothing. */
export async function hasRecentRuns(dataFolder: string, now: number): Promise<boolean> {
  const names = await readdir(join(dataFolder, 'runs')).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return runsAmong(names).some(({ second }) => second > now / 1000 - RECENT);
}

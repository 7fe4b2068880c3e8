import { join } from 'node:path';
import type { Environment } from './env.ts';

/** Where the platform keeps what a program remembers between its runs. */
export function defaultDataFolder({ home, xdgState, localAppData }: Environment, platform: NodeJS.Platform): string {
  if (platform === 'win32') return join(localAppData ?? join(home, 'AppData', 'Local'), 'fairlead');
  if (xdgState !== undefined) return join(xdgState, 'fairlead');
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'fairlead');
  return join(home, '.local', 'state', 'fairlead');
}

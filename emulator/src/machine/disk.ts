import { CommandFailed } from './machine.ts';

/** Whether something failed because the disk that holds the machine's folder is full. */
export function isDiskFull(error: unknown): boolean {
  if (error instanceof CommandFailed) return /no space left on device/i.test(error.output);
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}

export const diskFull =
  'no space left on device: the disk that holds the emulator is full; free some of it, or start the emulator with a folder elsewhere';

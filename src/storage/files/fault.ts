import { Refusal } from '../../refusal.ts';

/** The code the operating system gave (`ENOENT`, `EEXIST`, …), if it was the operating system that failed. */
export const errorCode = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

/** What a failed write means to the caller: a full disk and missing rights are refusals, all else a fault. */
export function writeFault(error: unknown, path: string): unknown {
  switch (errorCode(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return new Refusal(
        'busy',
        `There is no room to write ${path} (${errorCode(error)}); what it held before is whole.`,
        'Free space there, or point FAIRLEAD_DATA_DIR at another disk, and call again.',
      );
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new Refusal(
        'not_allowed',
        `${path} cannot be written by this user (${errorCode(error)}).`,
        'Give this user the data folder, or point FAIRLEAD_DATA_DIR at a folder it owns.',
      );
    default:
      return error;
  }
}

/** A file of ours that does not read back as what we wrote. */
export const damaged = (path: string, reason: string, next: string): Refusal =>
  new Refusal('conflict', `The file ${path} is damaged: ${reason}.`, next);

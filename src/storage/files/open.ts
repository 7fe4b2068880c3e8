import { join } from 'node:path';
import type { Clock } from '../../clock.ts';
import { type Log, silentLog } from '../../log.ts';
import type { AuditLog, PlanStore, RunStore } from '../stores.ts';
import { fileAudit } from './audit.ts';
import { clean, type Folders } from './clean.ts';
import { keysFrom } from './key.ts';
import { filePlans } from './plans.ts';
import { fileRuns } from './runs.ts';
import { type FileSecrets, fileSecrets } from './secrets.ts';
import { ensureFolder } from './write.ts';

export interface FileStores {
  runs: RunStore;
  plans: PlanStore;
  secrets: FileSecrets;
  audit: AuditLog;
  /** Gives up the runs this process still owns. */
  close(): Promise<void>;
}

/**
 * Everything kept in one data folder, which any number of processes may open at once. Makes what is missing, and
 * cleans up. Throws a Refusal when the folder cannot be used or its key file is open to others. Damaged files are
 * told to `log` and hide no others.
 */
export async function openFileStores(
  folder: string,
  { clock, log = silentLog }: { clock: Clock; log?: Log },
): Promise<FileStores> {
  const folders: Folders = {
    root: folder,
    runs: join(folder, 'runs'),
    plans: join(folder, 'plans'),
    secrets: join(folder, 'secrets'),
  };
  for (const path of Object.values(folders)) await ensureFolder(path);
  const keys = await keysFrom(join(folder, 'secrets.key'));
  // Old files do no harm; a folder that cannot be cleaned can still be worked with.
  await clean(folders, clock).catch((error: Error) => log.warn('cleaning_failed', { folder, reason: error.message }));

  const runs = fileRuns(folders.runs, clock, log);
  return {
    runs,
    plans: filePlans(folders.plans, clock),
    secrets: fileSecrets(folders.secrets, keys, clock),
    audit: fileAudit(join(folder, 'audit.jsonl'), log),
    close: () => runs.close(),
  };
}

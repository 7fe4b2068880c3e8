import type { Backup, BackupExecution } from '../state/backup.ts';

const gibibyte = 1024 ** 3;
const day = 24 * 60 * 60 * 1000;

type Limits = Pick<
  Backup,
  | 'database_backup_retention_amount_locally'
  | 'database_backup_retention_days_locally'
  | 'database_backup_retention_max_storage_locally'
>;

/** Of the successful executions whose dumps are still there, newest first: those that a schedule's limits let go. 0 is no limit. */
export function expired<E extends Pick<BackupExecution, 'created_at' | 'size'>>(newestFirst: E[], limits: Limits): E[] {
  const [newest, ...older] = newestFirst;
  if (newest === undefined) return [];
  const {
    database_backup_retention_amount_locally: amount,
    database_backup_retention_days_locally: days,
    database_backup_retention_max_storage_locally: gigabytes,
  } = limits;
  const gone = new Set<E>();
  if (amount > 0) for (const execution of newestFirst.slice(amount)) gone.add(execution);
  if (days > 0) {
    const oldest = Date.parse(newest.created_at) - days * day;
    for (const execution of newestFirst) if (Date.parse(execution.created_at) < oldest) gone.add(execution);
  }
  if (gigabytes > 0) {
    let total = 0;
    const over = older.find((execution) => {
      total += execution.size;
      return total > gigabytes * gibibyte;
    });
    // The newest counts for nothing, and the first that goes over the limit is kept, too.
    const beyond = over === undefined ? [] : newestFirst.filter((e) => e.created_at <= over.created_at);
    for (const execution of beyond.slice(1)) gone.add(execution);
  }
  return newestFirst.filter((execution) => gone.has(execution));
}

import { open } from 'node:fs/promises';
import { z } from 'zod';
import type { Log } from '../../log.ts';
import type { AuditEntry, AuditLog } from '../stores.ts';
import { errorCode, writeFault } from './fault.ts';
import { readJson } from './json.ts';

const entrySchema: z.ZodType<AuditEntry> = z.object({
  timestamp: z.string(),
  user: z.string(),
  action: z.string(),
  resource_type: z.string(),
  resource_id: z.string(),
  resource_name: z.string(),
  details: z.record(z.string(), z.unknown()),
  ip_address: z.string().nullable(),
});

/** The audit as one file of JSON lines that only grows, written by many processes at once. */
export function fileAudit(path: string, log: Log): AuditLog {
  let told = false;
  return {
    async write(entry) {
      try {
        const file = await open(path, 'a+', 0o600);
        try {
          // A line that somebody's crash or a full disk cut short must not swallow this one.
          const { size } = await file.stat();
          const lastByte = size === 0 ? '\n' : (await file.read(Buffer.alloc(1), 0, 1, size - 1)).buffer.toString();
          const line = Buffer.from(`${lastByte === '\n' ? '' : '\n'}${JSON.stringify(entry)}\n`);
          // One call, so that the lines of two processes never mix.
          const { bytesWritten } = await file.write(line);
          if (bytesWritten < line.length) throw Object.assign(new Error('cut short'), { code: 'ENOSPC' });
          await file.sync();
        } finally {
          await file.close();
        }
      } catch (error) {
        throw writeFault(error, path);
      }
    },

    async read({ resourceId, since, limit }) {
      const newestLast: AuditEntry[] = [];
      const file = await open(path, 'r').catch((error: unknown) => {
        if (errorCode(error) === 'ENOENT') return undefined;
        throw error;
      });
      if (!file) return [];
      let unreadable = 0;
      // `readLines` closes the file.
      for await (const line of file.readLines()) {
        if (line === '') continue;
        const entry = readJson(line, entrySchema);
        if (!entry) {
          unreadable += 1;
          continue;
        }
        if (Date.parse(entry.timestamp) < since) continue;
        if (resourceId !== undefined && entry.resource_id !== resourceId) continue;
        newestLast.push(entry);
        if (newestLast.length > limit) newestLast.shift();
      }
      if (unreadable > 0 && !told) log.warn('audit_lines_unreadable', { file: path, lines: unreadable });
      told ||= unreadable > 0;
      return newestLast.reverse();
    },
  };
}

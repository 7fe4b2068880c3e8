import { z } from 'zod';
import type { DatabaseBackup } from '../../coolify/backups.ts';
import { defineOperation, steps } from '../operation.ts';
import { withoutPassword } from './connection.ts';
import { hasBackups, versionOf } from './kinds.ts';
import { DATABASE_NAMES, database, factsOf, findDatabase } from './record.ts';

const NOT_READABLE = 'unknown: reading it takes the ability read:sensitive';

export const getDatabaseConfig = defineOperation({
  noun: 'database',
  verb: 'get',
  name: 'get_db_config',
  title: 'Database: Get',
  description: 'One database: type, version, state, limits, where it is, its connection strings, its backup schedules.',
  effect: 'read',
  idempotent: true,
  input: z.object({
    name: database,
    reveal: z.boolean().default(false).describe('Show the connection strings with their passwords. Audited.'),
  }),
  output: z.looseObject({
    name: z.string(),
    type: z.string(),
    version: z.string(),
    status: z.string(),
    connection_string: z.string(),
  }),
  argumentNames: DATABASE_NAMES,

  reveals: ({ reveal }) => reveal,

  async look(ctx, input) {
    const row = await findDatabase(ctx, input.name);
    const found = factsOf(row);
    const backups =
      found.kind !== 'unknown' && hasBackups(found.kind)
        ? await ctx.coolify.backups.list(found.uuid, { signal: ctx.signal })
        : [];
    return { row, found, backups };
  },

  plan({ reveal }, { row, found, backups }) {
    const shown = (url: string | null | undefined): string => {
      if (!url) return NOT_READABLE;
      return reveal ? url : withoutPassword(url);
    };
    return steps({
      name: found.name,
      uuid: found.uuid,
      type: found.kind,
      version: versionOf(row.image),
      image: found.image,
      status: row.status ?? 'unknown',
      project: found.project,
      environment: found.environment,
      server: found.server,
      connection_string: shown(row.internal_db_url),
      ...(found.public_port !== null && {
        public_port: found.public_port,
        public_connection_string: shown(row.external_db_url),
      }),
      limits: { memory: row.limits_memory ?? null, cpus: row.limits_cpus ?? null },
      ssl: row.enable_ssl ?? false,
      backups:
        found.kind !== 'unknown' && !hasBackups(found.kind)
          ? `Coolify makes no backups of ${found.kind}`
          : backups.slice(0, 20).map(schedule),
    });
  },
});

const schedule = ({ uuid, frequency, enabled, save_s3, executions }: DatabaseBackup) => ({
  uuid,
  frequency: frequency ?? 'unknown',
  enabled: enabled === true,
  s3: save_s3 === true,
  last: executions?.[0] ? { status: executions[0].status ?? 'unknown', at: executions[0].created_at ?? null } : null,
});

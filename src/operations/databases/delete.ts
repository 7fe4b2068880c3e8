import { z } from 'zod';
import { fact } from '../fields.ts';
import { volumesAfter } from '../gone.ts';
import { defineOperation, steps } from '../operation.ts';
import { deleteAndSee } from './gone.ts';
import { hasBackups } from './kinds.ts';
import { DATABASE_NAMES, database, factsOf, findDatabase } from './record.ts';

export const deleteDatabase = defineOperation({
  noun: 'database',
  verb: 'delete',
  name: 'delete_database',
  title: 'Database: Delete (DESTRUCTIVE)',
  description:
    'Deletes a database for good: container, configuration, backup schedules. Its volumes stay unless delete_volumes is true. Cannot be undone.',
  effect: 'destroy',
  idempotent: false,
  input: z.object({
    name: database,
    delete_volumes: z.boolean().default(false).describe('Also destroy its data.'),
  }),
  output: z.object({
    name: z.string(),
    deleted: z.boolean(),
    volumes: z.enum(['kept', 'deleted', 'none']),
    verified: z.array(fact),
  }),
  argumentNames: DATABASE_NAMES,

  async look(ctx, input) {
    const found = factsOf(await findDatabase(ctx, input.name));
    const options = { signal: ctx.signal };
    const [storages, backups] = await Promise.all([
      ctx.coolify.storages.list('databases', found.uuid, options),
      found.kind !== 'unknown' && hasBackups(found.kind) ? ctx.coolify.backups.list(found.uuid, options) : [],
    ]);
    return {
      found,
      volumes: storages.persistent_storages.map((v) => v.name ?? v.uuid).sort(),
      schedules: backups.length,
    };
  },

  plan({ delete_volumes }, { found, volumes }) {
    const { uuid, name, project, environment } = found;
    const { fate, told, facts } = volumesAfter(volumes, delete_volumes);
    return steps({ name, volumes: fate }).step('delete_database', {
      title: `delete database ${name} (${uuid}) of ${project ?? 'an unknown project'} / ${environment ?? '?'}; ${told}`,
      estimate: 3,
      irreversible: true,
      async run(ctx) {
        await deleteAndSee(ctx, uuid, { volumes: delete_volumes });
        return {
          deleted: true,
          verified: [
            { fact: 'database_gone', result: 'seen' as const, source: 'Coolify answers 404 for it' },
            ...facts,
          ],
        };
      },
    });
  },

  impact: ({ delete_volumes }, { found, volumes, schedules }) => ({
    downtime_expected: true,
    rollback_available: false,
    affected_users: `everything that uses ${found.name}`,
    risks: [
      { level: 'high', description: `${found.name} and its configuration are gone for good` },
      ...(schedules > 0
        ? [
            {
              level: 'high' as const,
              description: `its ${schedules} backup schedule${schedules === 1 ? '' : 's'} and what Coolify knows of the backups made go with it`,
            },
          ]
        : []),
      ...(delete_volumes && volumes.length > 0
        ? [{ level: 'high' as const, description: `the data in ${volumes.join(', ')} is destroyed` }]
        : []),
    ],
  }),
  resource: (_input, { found }) => ({ type: 'database', id: found.uuid, name: found.name }),
});

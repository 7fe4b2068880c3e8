import { z } from 'zod';
import { app, fact, project } from '../fields.ts';
import { volumesAfter } from '../gone.ts';
import { defineOperation, steps } from '../operation.ts';
import { deleteApp as deleteAndWait } from './gone.ts';
import { findApp } from './resolve.ts';
import { factsOf, visitorUrl } from './view.ts';

export const deleteApp = defineOperation({
  noun: 'app',
  verb: 'delete',
  name: 'delete_app',
  title: 'App: Delete (DESTRUCTIVE)',
  description:
    'Deletes an app for good: container, configuration, variables, deployment history. Its volumes stay unless delete_volumes is true. Cannot be undone.',
  effect: 'destroy',
  idempotent: false,
  input: z.object({
    name: app,
    project,
    delete_volumes: z.boolean().default(false).describe('Also destroy the data in its volumes.'),
  }),
  output: z.object({
    name: z.string(),
    deleted: z.boolean(),
    volumes: z.enum(['kept', 'deleted', 'none']),
    verified: z.array(fact),
  }),
  argumentNames: { id: 'name', application_id: 'name', app_id: 'name' },

  async look(ctx, input) {
    const row = await findApp(ctx, input.name, input.project);
    const { uuid, name, project, environment, urls } = factsOf(row);
    const storages = await ctx.coolify.storages.list('applications', uuid, { signal: ctx.signal });
    return {
      uuid,
      name,
      project,
      environment,
      url: visitorUrl(urls),
      volumes: storages.persistent_storages.map((v) => v.name ?? v.uuid).sort(),
    };
  },

  plan({ delete_volumes }, { uuid, name, project, environment, volumes }) {
    const { fate, told, facts } = volumesAfter(volumes, delete_volumes);
    return steps({ name, volumes: fate }).step('delete_application', {
      title: `delete ${name} (${uuid}) of ${project ?? 'an unknown project'} / ${environment ?? '?'}; ${told}`,
      estimate: 3,
      irreversible: true,
      async run(ctx) {
        await deleteAndWait(ctx, uuid, { volumes: delete_volumes });
        return {
          deleted: true,
          verified: [
            { fact: 'application_gone', result: 'seen' as const, source: 'Coolify answers 404 for it' },
            ...facts,
          ],
        };
      },
    });
  },

  impact: ({ delete_volumes }, { name, url, volumes }) => ({
    downtime_expected: true,
    rollback_available: false,
    affected_users: url ? `all users of ${url}` : `all users of ${name}`,
    risks: [
      { level: 'high', description: `${name}, its variables and its deployment history are gone for good` },
      ...(delete_volumes && volumes.length > 0
        ? [{ level: 'high' as const, description: `the data in ${volumes.join(', ')} is destroyed` }]
        : []),
    ],
  }),
  resource: (_input, { uuid, name }) => ({ type: 'application', id: uuid, name }),
});

import { z } from 'zod';
import { deploymentsOf, followDeployment, newDeployment, requireFinished } from '../deployments/follow.ts';
import { coolifyTime, watchHealth } from '../deployments/health.ts';
import { app, fact, project } from '../fields.ts';
import { defineOperation, LEFT_ALONE, steps, type UndoStep } from '../operation.ts';
import { appContainer, askFor, type Deployed, deployedOf, noDeploymentGate } from './deployed.ts';
import { findApp } from './resolve.ts';
import { stopApp } from './stopped.ts';
import { type AppFacts, factsOf, visitorUrl } from './view.ts';

export const stopApplication = defineOperation({
  noun: 'app',
  verb: 'stop',
  name: 'stop_application',
  title: 'App: Stop',
  description:
    'Stops an app and sees that nothing of it runs. Its configuration and data stay; start_application brings it back.',
  effect: 'change',
  idempotent: true,
  input: z.object({ name: app, project }),
  output: z.object({ name: z.string(), verified: z.array(fact) }),
  argumentNames: { id: 'name', application_id: 'name', app_id: 'name' },

  async look(ctx, input) {
    const row = await findApp(ctx, input.name, input.project);
    return { app: factsOf(row), deployed: await deployedOf(ctx, row.uuid) };
  },

  gates: [(_input, { deployed }) => noDeploymentGate(deployed.active)],

  plan: (_input, { app, deployed }) =>
    steps({ name: app.name }).step('stop_application', {
      title: `stop ${app.name}`,
      estimate: 3,
      mark: async (ctx) => ({ ran: await appContainer(ctx, app.uuid) }),
      run: (ctx) => stopApp(ctx, app),
      undo: startAgain(app, deployed),
    }),

  impact: (_input, { app }) => {
    const url = visitorUrl(app.urls);
    return {
      downtime_expected: true,
      rollback_available: true,
      affected_users: url
        ? `all users of ${url}, until it is started again`
        : `all users of ${app.name}, until it is started again`,
      risks:
        app.repository !== null && app.pin === null
          ? [
              {
                level: 'low',
                description: `A later start deploys the newest commit of ${app.branch}, not the one that ran`,
              },
            ]
          : [],
    };
  },
  resource: (_input, { app }) => ({ type: 'application', id: app.uuid, name: app.name }),
});

type Stopped = { mark: { ran: boolean | null } };

/**
 * A start is a deployment of the newest commit (recorded: deploy-image 39), so the one that ran is pinned for it and
 * unpinned again: after the undo all is as it was.
 */
function startAgain(app: AppFacts, { previous }: Deployed): UndoStep<Stopped>[] {
  const commit = app.repository !== null && app.pin === null ? (previous?.commit ?? null) : null;
  const begun = (given: object) => (given as { started_again?: string }).started_again;
  return [
    {
      title: `start ${app.name} again${commit ? ` at commit ${commit.slice(0, 12)}` : ''} if it ran before and does not now`,
      mark: async (ctx) => ({ before: await deploymentsOf(ctx, app.uuid) }),
      async run(ctx, { mark }) {
        if (mark.ran === false || (await appContainer(ctx, app.uuid)) === true) return LEFT_ALONE;
        if (commit) await ctx.coolify.applications.update(app.uuid, { git_commit_sha: commit }, { signal: ctx.signal });
        return { started_again: await askFor(ctx, 'start', app) };
      },
      async find(ctx, _given, mark) {
        const uuid = await newDeployment(ctx, app.uuid, (mark as { before: string[] }).before);
        return uuid === undefined ? undefined : { started_again: uuid };
      },
    },
    {
      title: `see ${app.name} run`,
      async run(ctx, given) {
        const uuid = begun(given);
        if (uuid === undefined) return LEFT_ALONE;
        const followed = await followDeployment(ctx, uuid);
        requireFinished(followed, app.name);
        const { deployment, logsReadable } = followed;
        const healthyInLog = logsReadable
          ? (deployment.logs ?? []).some(({ output }) => output.includes('New container is healthy'))
          : null;
        const { facts } = await watchHealth(ctx, app, { finished: coolifyTime(deployment.finished_at), healthyInLog });
        return { verified_after_rollback: facts };
      },
    },
    ...(commit === null ? [] : [unpin(app, commit)]),
  ];
}

/** Whatever came of the start: a commit that was pinned for it does not stay pinned. */
const unpin = ({ uuid }: AppFacts, commit: string): UndoStep<Stopped> => ({
  title: 'unpin the commit again',
  async run(ctx) {
    const { git_commit_sha: pinned } = await ctx.coolify.applications.get(uuid, { signal: ctx.signal });
    if (pinned !== commit) return LEFT_ALONE;
    await ctx.coolify.applications.update(uuid, { git_commit_sha: 'HEAD' }, { signal: ctx.signal });
    return {};
  },
});

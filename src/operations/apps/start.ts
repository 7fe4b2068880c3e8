import { z } from 'zod';
import { deployStepsOutput } from '../deployments/output.ts';
import { restoreVersion, verifyDeployment, waitForDeployment, waitForHealth } from '../deployments/steps.ts';
import { app, project } from '../fields.ts';
import { defineOperation, type GateResult, steps } from '../operation.ts';
import { appContainer, deployedOf, deploymentBy, noDeploymentGate } from './deployed.ts';
import { findApp } from './resolve.ts';
import { stopApp } from './stopped.ts';
import { factsOf } from './view.ts';

export const startApp = defineOperation({
  noun: 'app',
  verb: 'start',
  name: 'start_application',
  title: 'App: Start',
  description:
    'Starts a stopped app, which at Coolify is a deployment of the head of its branch, or of the commit that is pinned. Proves that it runs; if not, stops it again.',
  effect: 'change',
  idempotent: false,
  input: z.object({ name: app, project }),
  output: z.object({ name: z.string(), pinned_commit: z.string().nullable(), ...deployStepsOutput }),
  argumentNames: { id: 'name', application_id: 'name', app_id: 'name' },

  async look(ctx, input) {
    const row = await findApp(ctx, input.name, input.project);
    const [deployed, runs] = await Promise.all([deployedOf(ctx, row.uuid), appContainer(ctx, row.uuid)]);
    return { app: factsOf(row), deployed, runs };
  },

  gates: [
    (_input, { deployed }) => noDeploymentGate(deployed.active),
    (_input, { app, runs }): GateResult => ({
      gate: 'stopped',
      result: runs === null ? 'unknown' : runs ? 'blocked' : 'passed',
      evidence:
        runs === null
          ? 'Coolify cannot read its log'
          : runs
            ? `a container of ${app.name} runs`
            : `no container of ${app.name} runs`,
      source: "the app's log",
      ...(runs === true && {
        next: 'It is started already. Use restart_application or deploy_application for a new container.',
      }),
    }),
  ],

  plan(_input, { app }) {
    const what =
      app.image ?? (app.pin ? `commit ${app.pin.slice(0, 12)}, which is pinned` : `the head of ${app.branch}`);
    // What ran before was nothing, so there is no version to bring back: what was begun is cancelled, then stopped.
    const [cancel] = restoreVersion(app, null) ?? [];
    const stop = { title: `stop ${app.name} again`, run: (ctx: Parameters<typeof stopApp>[0]) => stopApp(ctx, app) };
    return steps({ name: app.name, app_uuid: app.uuid, branch: app.branch, pinned_commit: app.pin })
      .step(
        'start_application',
        deploymentBy('start', app, `start ${app.name}: deploy ${what}`, cancel ? [cancel, stop] : [stop]),
      )
      .step('wait_for_deployment', waitForDeployment(app.image ? 15 : 120))
      .step('wait_for_health', waitForHealth())
      .step('verify_deployment', verifyDeployment(app.pin));
  },

  impact: (_input, { app, deployed }) => ({
    downtime_expected: false,
    rollback_available: true,
    affected_users: `none: ${app.name} does not run`,
    risks:
      app.repository !== null && app.pin === null
        ? [
            {
              level: 'low',
              description: `What is started is the newest commit of ${app.branch}${deployed.previous ? `; the last one that ran was ${deployed.previous.commit.slice(0, 12)}` : ''}`,
            },
          ]
        : [],
  }),
  resource: (_input, { app }) => ({ type: 'application', id: app.uuid, name: app.name }),
});

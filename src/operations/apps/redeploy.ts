import { z } from 'zod';
import { coolifyTime } from '../deployments/health.ts';
import { deployStepsOutput } from '../deployments/output.ts';
import {
  restoreVersion,
  triggerDeployment,
  verifyDeployment,
  waitForDeployment,
  waitForHealth,
} from '../deployments/steps.ts';
import { app, project } from '../fields.ts';
import { defineOperation, type GateResult, steps } from '../operation.ts';
import { findApp } from './resolve.ts';
import { factsOf } from './view.ts';

export const redeploy = defineOperation({
  noun: 'app',
  verb: 'redeploy',
  name: 'deploy_application',
  title: 'App: Deploy',
  description:
    'Deploys an app again: the head of its branch, or a commit. Proves that it runs; if it does not, brings the version before back and pins it. A pinned app is unpinned first.',
  effect: 'change',
  idempotent: false,
  input: z.object({
    name: app,
    project,
    commit: z
      .string()
      .regex(/^[0-9a-f]{7,40}$/i, 'a commit is 7 to 40 hexadecimal digits')
      .optional()
      .describe('Deploy and pin this commit instead of the head.'),
    force: z.boolean().default(false).describe('Build without cache, also where the same commit is queued.'),
  }),
  output: z.object({ name: z.string(), pinned_commit: z.string().nullable(), ...deployStepsOutput }),
  aliases: [{ name: 'redeploy' }, { name: 'deploy' }],
  argumentNames: { id: 'name', application_id: 'name', app_id: 'name' },

  async look(ctx, input) {
    const row = await findApp(ctx, input.name, input.project);
    const { deployments } = await ctx.coolify.deployments.ofApplication(row.uuid, { take: 30 }, { signal: ctx.signal });
    const own = deployments.filter((d) => (d.pull_request_id ?? 0) === 0);
    const active = own.find((d) => d.status === 'queued' || d.status === 'in_progress');
    const last = own
      .filter((d) => d.status === 'finished')
      .sort((a, b) => coolifyTime(b.created_at) - coolifyTime(a.created_at))[0];
    const previous =
      last?.commit && last.commit !== 'HEAD' ? { commit: last.commit, deployment_uuid: last.deployment_uuid } : null;
    return {
      app: factsOf(row),
      previous,
      active: active?.deployment_uuid ?? null,
      config_hash: row.config_hash ?? null,
    };
  },

  gates: [
    (_input, { active }): GateResult => ({
      gate: 'prev_deploy',
      result: active === null ? 'passed' : 'blocked',
      evidence: active === null ? 'no deployment of the app is in progress' : `deployment ${active} is in progress`,
      source: "Coolify's deployments",
      ...(active !== null && {
        next: `Wait for it (get_deployment_status ${active}) or cancel it (cancel_deployment).`,
      }),
    }),
    ({ commit }, { app }): GateResult => {
      const blocked = commit !== undefined && app.repository === null;
      return {
        gate: 'commit',
        result: blocked ? 'blocked' : 'passed',
        evidence: blocked
          ? `${app.name} runs the image ${app.image}, which has no commits`
          : 'the app can be deployed so',
        source: "Coolify's application",
        ...(blocked && { next: 'Leave commit out.' }),
      };
    },
  ],

  plan({ commit, force }, { app, previous }) {
    const pin = commit ?? 'HEAD';
    const moves = app.repository !== null && (app.pin ?? 'HEAD') !== pin;
    const what = app.image ?? (commit ? `commit ${commit.slice(0, 12)}` : `the head of ${app.branch}`);
    return steps({ name: app.name, app_uuid: app.uuid, branch: app.branch, pinned_commit: commit ?? null })
      .stepIf(moves, commit ? 'pin_commit' : 'unpin_commit', {
        title: commit
          ? `pin commit ${commit.slice(0, 12)}`
          : `unpin: commit ${app.pin?.slice(0, 12)} is pinned, the head of ${app.branch} is wanted`,
        estimate: 1,
        async run(ctx) {
          await ctx.coolify.applications.update(app.uuid, { git_commit_sha: pin }, { signal: ctx.signal });
          return {};
        },
        undo: [
          {
            title: app.pin
              ? `pin commit ${app.pin.slice(0, 12)} again`
              : 'unpin again, unless the version before had to be pinned',
            async run(ctx, given) {
              const restored = (given as { restored_commit?: string }).restored_commit;
              await ctx.coolify.applications.update(
                app.uuid,
                { git_commit_sha: app.pin ?? restored ?? 'HEAD' },
                { signal: ctx.signal },
              );
              return {};
            },
          },
        ],
      })
      .step('trigger_deployment', triggerDeployment(`deploy ${what}`, force, restoreVersion(app, previous)))
      .step('wait_for_deployment', waitForDeployment(app.image ? 15 : 120))
      .step('wait_for_health', waitForHealth())
      .step('verify_deployment', verifyDeployment(commit ?? null));
  },

  impact({ force }, { app, previous }) {
    const outage = app.port_mappings !== null;
    return {
      downtime_expected: outage || !app.health_check,
      rollback_available: previous !== null,
      affected_users: outage
        ? `all users, while the container is replaced: port ${app.port_mappings} is published, so Coolify removes the old one first`
        : app.health_check
          ? 'zero (zero-downtime deployment)'
          : 'those who call while the container is replaced: without a health check Coolify switches as soon as the new one is started',
      risks: [
        ...(outage
          ? [
              {
                level: 'high' as const,
                description: 'If the new version cannot be had, nothing runs until the old one is brought back',
              },
            ]
          : []),
        ...(!app.health_check
          ? [
              {
                level: 'medium' as const,
                description: 'No health check: a version that crashes at start takes the old container down',
              },
            ]
          : []),
        ...(force ? [{ level: 'medium' as const, description: 'Force rebuild will clear cache' }] : []),
        ...(previous === null
          ? [{ level: 'medium' as const, description: 'No earlier commit is known that could be brought back' }]
          : []),
      ],
    };
  },
  resource: (_input, { app }) => ({ type: 'application', id: app.uuid, name: app.name }),
  rollbackPoint: ({ previous, config_hash }) =>
    previous
      ? { deployment_id: previous.deployment_uuid, config_hash: config_hash ? `sha256:${config_hash}` : 'unknown' }
      : null,
});

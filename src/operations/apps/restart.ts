import { z } from 'zod';
import { deployStepsOutput } from '../deployments/output.ts';
import { restoreVersion, verifyDeployment, waitForDeployment, waitForHealth } from '../deployments/steps.ts';
import { app, project } from '../fields.ts';
import { defineOperation, type Impact, steps } from '../operation.ts';
import { type Deployed, deployedOf, deploymentBy, noDeploymentGate } from './deployed.ts';
import { findApp } from './resolve.ts';
import { type AppFacts, factsOf } from './view.ts';

export const restartApp = defineOperation({
  noun: 'app',
  verb: 'restart',
  name: 'restart_application',
  title: 'App: Restart',
  description:
    'Restarts an app, which at Coolify deploys the head of its branch, so newer commits too, unless one is pinned. Proves that it runs; if it does not, brings the version before back and pins it.',
  effect: 'change',
  idempotent: false,
  input: z.object({ name: app, project }),
  output: z.object({ name: z.string(), pinned_commit: z.string().nullable(), ...deployStepsOutput }),
  argumentNames: { id: 'name', application_id: 'name', app_id: 'name' },

  async look(ctx, input) {
    const row = await findApp(ctx, input.name, input.project);
    return { app: factsOf(row), deployed: await deployedOf(ctx, row.uuid), config_hash: row.config_hash ?? null };
  },

  gates: [(_input, { deployed }) => noDeploymentGate(deployed.active)],

  plan(_input, { app, deployed }) {
    const title = `restart ${app.name}: ${restartsWith(app, deployed)}`;
    return steps({ name: app.name, app_uuid: app.uuid, branch: app.branch, pinned_commit: app.pin })
      .step('restart_application', deploymentBy('restart', app, title, restoreVersion(app, deployed.previous) ?? []))
      .step('wait_for_deployment', waitForDeployment(app.image ? 15 : 120))
      .step('wait_for_health', waitForHealth())
      .step('verify_deployment', verifyDeployment(app.pin));
  },

  impact(_input, { app, deployed }) {
    const outage = app.port_mappings !== null;
    return {
      downtime_expected: outage || !app.health_check,
      rollback_available: deployed.previous !== null,
      affected_users: outage
        ? `all users, while the container is replaced: port ${app.port_mappings} is published, so Coolify removes the old one first`
        : app.health_check
          ? 'zero (zero-downtime deployment)'
          : 'those who call while the container is replaced: without a health check Coolify switches as soon as the new one is started',
      risks: [
        ...newerRisk(app, deployed),
        ...(!app.health_check
          ? [
              {
                level: 'medium' as const,
                description: 'No health check: a version that crashes at start takes the old container down',
              },
            ]
          : []),
        ...(deployed.previous === null
          ? [{ level: 'medium' as const, description: 'No earlier commit is known that could be brought back' }]
          : []),
      ],
    };
  },
  resource: (_input, { app }) => ({ type: 'application', id: app.uuid, name: app.name }),
  rollbackPoint: ({ deployed, config_hash }) =>
    deployed.previous
      ? {
          deployment_id: deployed.previous.deployment_uuid,
          config_hash: config_hash ? `sha256:${config_hash}` : 'unknown',
        }
      : null,
});

const short = (commit: string): string => commit.slice(0, 12);

/** What a restart brings, in the words of the plan. Pure. */
export function restartsWith({ image, pin, branch }: AppFacts, { previous, newer }: Deployed): string {
  if (image) return `the image ${image} again, as it is now at its registry`;
  const runs = previous ? `${short(previous.commit)} runs now` : 'what runs now is unknown';
  if (pin)
    return previous?.commit === pin
      ? `commit ${short(pin)} again, which is pinned`
      : `commit ${short(pin)}, which is pinned; ${runs}`;
  return newer
    ? `the head of ${branch}, which has moved to ${short(newer)} at least; ${runs}`
    : `the head of ${branch}; ${runs}`;
}

/** Coolify does not tell where a branch is: that it has moved is known only of deployments since, else it is only possible. Pure. */
export function newerRisk({ repository, pin, branch }: AppFacts, { previous, newer }: Deployed): Impact['risks'] {
  if (repository === null) return [];
  if (pin)
    return previous && previous.commit !== pin
      ? [
          {
            level: 'medium',
            description: `Commit ${short(pin)} is pinned and takes the place of ${short(previous.commit)}`,
          },
        ]
      : [];
  if (newer)
    return [
      {
        level: 'medium',
        description: `A newer commit of ${branch} (${short(newer)}) goes live with the restart, and its deployment has not succeeded so far`,
      },
    ];
  return [
    {
      level: 'low',
      description: `If ${branch} has moved on, its newest commit goes live with the restart; whether it has is unknown to Coolify`,
    },
  ];
}

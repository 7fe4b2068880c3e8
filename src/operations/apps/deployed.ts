import type { Context, RunContext } from '../context.ts';
import { deploymentsOf, newDeployment, refused } from '../deployments/follow.ts';
import { coolifyTime } from '../deployments/health.ts';
import type { PreviousVersion } from '../deployments/steps.ts';
import { type GateResult, StepFailed, type StepSpec } from '../operation.ts';
import { hasContainer } from '../power/powered.ts';

/** What an app's deployments tell of what runs. */
export interface Deployed {
  /** The last one that finished; null where its commit is not known. */
  previous: PreviousVersion | null;
  /** One that waits or is under way. */
  active: string | null;
  /** The commit of a later deployment that did not finish: the branch has moved on to it at least. */
  newer: string | null;
}

export async function deployedOf(ctx: Context, app: string): Promise<Deployed> {
  const { deployments } = await ctx.coolify.deployments.ofApplication(app, { take: 30 }, { signal: ctx.signal });
  const own = deployments
    .filter((row) => (row.pull_request_id ?? 0) === 0)
    .sort((a, b) => coolifyTime(b.created_at) - coolifyTime(a.created_at));
  const commitOf = (commit: string | null | undefined) => (commit && commit !== 'HEAD' ? commit : null);
  const finished = own.findIndex((row) => row.status === 'finished');
  const last = own[finished];
  const commit = commitOf(last?.commit);
  const later = own.slice(0, Math.max(0, finished)).map((row) => commitOf(row.commit));
  return {
    previous: last && commit ? { commit, deployment_uuid: last.deployment_uuid } : null,
    active: own.find((row) => row.status === 'queued' || row.status === 'in_progress')?.deployment_uuid ?? null,
    newer: later.find((one) => one !== null && one !== commit) ?? null,
  };
}

/** Blocks while a deployment of the app is under way: it would end after whatever is done meanwhile. */
export const noDeploymentGate = (active: string | null): GateResult => ({
  gate: 'prev_deploy',
  result: active === null ? 'passed' : 'blocked',
  evidence: active === null ? 'no deployment of the app is in progress' : `deployment ${active} is in progress`,
  source: "Coolify's deployments",
  ...(active !== null && { next: `Wait for it (get_deployment_status ${active}) or cancel it (cancel_deployment).` }),
});

/** Whether a container of the app is there now, which its log tells and its status may not (recorded: deploy-git 5, 6). */
export const appContainer = (ctx: Context, app: string): Promise<boolean | null> =>
  hasContainer(() => ctx.coolify.applications.logs(app, { lines: 1 }, { signal: ctx.signal }));

/** Asks for a start or a restart and gives its deployment: both are one at Coolify (recorded: deploy-image 31, 39). */
export async function askFor(
  ctx: RunContext,
  what: 'start' | 'restart',
  app: { uuid: string; name: string },
): Promise<string> {
  const options = { signal: ctx.signal };
  const asked =
    what === 'start'
      ? ctx.coolify.applications.start(app.uuid, {}, options)
      : ctx.coolify.applications.restart(app.uuid, options);
  const outcome = await asked.catch((error: unknown) => {
    throw refused(error) ?? error;
  });
  if (outcome.queued) return outcome.deploymentUuid;
  throw new StepFailed(`Coolify did not ${what} ${app.name}: ${outcome.message}`, {
    stage: 'deployment',
    severity: 'medium',
    fix: 'Wait for the deployment in progress (get_deployment_status), then call again.',
    nothingDone: true,
  });
}

type DeploymentStep = StepSpec<{ app_uuid: string; name: string }, { before: string[] }, { deployment_uuid: string }>;

/** The step that starts or restarts an app; what follows is followed as any deployment. */
export function deploymentBy(
  what: 'start' | 'restart',
  app: { uuid: string; name: string },
  title: string,
  undo: NonNullable<DeploymentStep['undo']>,
): DeploymentStep {
  return {
    title,
    estimate: 2,
    mark: async (ctx) => ({ before: await deploymentsOf(ctx, app.uuid) }),
    run: async (ctx) => ({ deployment_uuid: await askFor(ctx, what, app) }),
    async find(ctx, _given, { before }) {
      const uuid = await newDeployment(ctx, app.uuid, before);
      return uuid === undefined ? undefined : { deployment_uuid: uuid };
    },
    undo,
  };
}

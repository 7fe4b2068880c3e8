import type { Deployment } from '../../coolify/deployments.ts';
import { isNotFound } from '../apps/resolve.ts';
import type { RunContext } from '../context.ts';
import { StepFailed, Undecidable } from '../operation.ts';
import { whyFailed } from './why.ts';

/** How long an id may stay 404 before it counts as never made; Coolify writes the row before it answers. */
const GHOST_AFTER_MS = 5000;
/** How long Coolify may be away while a deployment is followed. */
const AWAY_FOR_MS = 10 * 60_000;

const terminal = (status: string | null | undefined): boolean =>
  status === 'finished' || status === 'failed' || (status ?? '').startsWith('cancelled');

/** What a deployment came to. */
export interface Followed {
  deployment: Deployment;
  /** Whether its log could be read at all (it takes `read:sensitive`). */
  logsReadable: boolean;
}

/**
 * Asks for a deployment until it has ended, telling its visible log lines as they come unless they were told before. Coolify may be away for a while
 * in between. A terminal state is read once more where the rest of the row is not there yet (recorded: deploy-git 10).
 * @throws StepFailed for an id that was never made, and when Coolify stays away or the time is over.
 */
export async function followDeployment(ctx: RunContext, uuid: string, tellLog = true): Promise<Followed> {
  const started = ctx.clock.now();
  let told = 0;
  let missingSince: number | null = null;
  let awaySince: number | null = null;
  for (;;) {
    let deployment: Deployment | undefined;
    try {
      deployment = await ctx.coolify.deployments.get(uuid, { signal: ctx.signal });
      missingSince = awaySince = null;
    } catch (error) {
      ctx.signal.throwIfAborted();
      const now = ctx.clock.now();
      if (isNotFound(error)) {
        missingSince ??= now;
        if (now - missingSince >= GHOST_AFTER_MS) throw neverMade(uuid);
      } else if (isAway(error)) {
        awaySince ??= now;
        if (now - awaySince >= AWAY_FOR_MS) throw error;
        if (awaySince === now)
          ctx.report({ event: 'LOG', message: 'Coolify does not answer; waiting for it to come back' });
      } else throw error;
    }
    if (deployment) {
      const visible = (deployment.logs ?? []).filter((entry) => !entry.hidden);
      if (tellLog)
        for (const entry of visible.slice(told)) ctx.report({ event: 'LOG', message: ctx.strike(entry.output) });
      told = visible.length;
      if (terminal(deployment.status)) return settled(ctx, deployment, tellLog ? told : Number.POSITIVE_INFINITY);
    }
    const elapsed = ctx.clock.now() - started;
    if (elapsed > ctx.settings.deploymentSeconds * 1000) throw tooLong(uuid, ctx.settings.deploymentSeconds);
    await ctx.clock.sleep(pause(elapsed), ctx.signal);
  }
}

/** Quick at first, then easy on the 200 requests a minute that all callers share. */
const pause = (elapsed: number): number => (elapsed < 10_000 ? 500 : elapsed < 120_000 ? 1000 : 3000);

async function settled(ctx: RunContext, deployment: Deployment, told: number): Promise<Followed> {
  const complete = deployment.finished_at && (deployment.status === 'finished' || deployment.logs === undefined);
  let last = deployment;
  if (!complete) {
    await ctx.clock.sleep(1000, ctx.signal);
    last = await ctx.coolify.deployments.get(deployment.deployment_uuid, { signal: ctx.signal });
    const visible = (last.logs ?? []).filter((entry) => !entry.hidden);
    for (const entry of visible.slice(told)) ctx.report({ event: 'LOG', message: ctx.strike(entry.output) });
  }
  return { deployment: last, logsReadable: last.logs !== undefined };
}

/** Turns an end other than `finished` into the failure that it is. */
export function requireFinished({ deployment, logsReadable }: Followed, app: string): void {
  const { status, deployment_uuid } = deployment;
  if (status === 'finished') return;
  if (status === 'failed') {
    const failure = whyFailed(deployment.logs ?? [], app);
    if (logsReadable) throw failure;
    throw new StepFailed(
      `The deployment ${deployment_uuid} of ${app} failed; why is unknown, because this token may not read its log.`,
      {
        stage: 'deployment',
        fix: 'Give the token the ability read:sensitive to see why, or look in Coolify.',
      },
    );
  }
  throw new StepFailed(`The deployment ${deployment_uuid} of ${app} was cancelled in Coolify (${status}).`, {
    stage: 'deployment',
    severity: 'low',
    fix: 'Somebody cancelled it; ask, and deploy again if it is wanted.',
  });
}

const neverMade = (uuid: string): StepFailed =>
  new StepFailed(`Coolify answered with a deployment (${uuid}) that it never made; its queue may have been full.`, {
    stage: 'deployment',
    fix: 'Wait for the deployments in progress to end, then deploy again.',
  });

const tooLong = (uuid: string, seconds: number): StepFailed =>
  new StepFailed(`The deployment ${uuid} had not ended after ${seconds} s.`, {
    stage: 'deployment',
    fix: 'Look at it in Coolify; cancel it with cancel_deployment if it hangs. FAIRLEAD_DEPLOYMENT_SECONDS allows more time.',
  });

const AWAY = [
  'timeout',
  'connection_lost_before_send',
  'connection_lost_after_send',
  'unreachable',
  'server_error',
  'rate_limited',
  'dns',
  'tls',
  'unexpected_answer',
];
export const isAway = (error: unknown): boolean =>
  error instanceof Error && 'kind' in error && AWAY.includes(String(error.kind));

/** The deployments that an app has, by uuid: read before one is asked for, so that the new one is told from them. */
export async function deploymentsOf(ctx: RunContext, app: string): Promise<string[]> {
  const { deployments } = await ctx.coolify.deployments.ofApplication(app, { take: 50 }, { signal: ctx.signal });
  return deployments.map(({ deployment_uuid }) => deployment_uuid);
}

/** The one deployment that was not there before; none is undefined, several cannot be told apart. */
export async function newDeployment(
  ctx: RunContext,
  app: string,
  before: readonly string[],
): Promise<string | undefined> {
  const fresh = (await deploymentsOf(ctx, app)).filter((uuid) => !before.includes(uuid));
  if (fresh.length <= 1) return fresh[0];
  throw new Undecidable(
    `${fresh.length} deployments of the app began meanwhile; which one is ours cannot be told, and none was started again`,
    fresh,
  );
}

/** Asks for a deployment and gives its id. What Coolify skipped or could not queue is an outcome of its own. */
export async function startDeployment(
  ctx: RunContext,
  app: { uuid: string; name: string },
  force: boolean,
): Promise<string> {
  const outcome = await ctx.coolify.deployments
    .deploy({ uuid: app.uuid, force }, { signal: ctx.signal })
    .catch((error: unknown) => {
      throw refused(error) ?? error;
    });
  if (outcome.queued) return outcome.deploymentUuid;
  const fix = 'Wait for the deployment in progress (get_deployment_status), or call again with force.';
  throw new StepFailed(`Coolify did not queue the deployment of ${app.name}: ${outcome.message}`, {
    stage: 'deployment',
    severity: 'medium',
    fix,
    nothingDone: true,
  });
}

/** A refusal (4xx) as a step that changed nothing: what is in progress then is somebody else's and stays. */
export function refused(error: unknown): StepFailed | undefined {
  if (!(error instanceof Error) || !('status' in error) || !('next' in error)) return undefined;
  const status = Number(error.status);
  // Without an answer there is no status, and what was asked for may have taken effect.
  if (!(status >= 400 && status < 500)) return undefined;
  return new StepFailed(error.message, { stage: 'deployment', fix: String(error.next), nothingDone: true });
}

import { factsOf, visitorUrl } from '../apps/view.ts';
import type { RunContext } from '../context.ts';
import type { Fact } from '../fields.ts';
import { LEFT_ALONE, StepFailed, type StepSpec } from '../operation.ts';
import { deploymentsOf, followDeployment, newDeployment, requireFinished, startDeployment } from './follow.ts';
import { coolifyTime, watchHealth } from './health.ts';

/** The last steps of everything that deploys: ask for it, follow it, see it run, and say what was seen. */
interface OfApp {
  app_uuid: string;
  name: string;
}

interface Started {
  deployment_uuid: string;
}

interface Finished {
  commit: string | null;
  started_at: string;
  completed_at: string;
  duration_seconds: number;
  /** By Coolify's clock, milliseconds. */
  finished: number;
  healthy_in_log: boolean | null;
}

interface Healthy {
  facts: Fact[];
  /** When the app was first seen to work, by our clock. */
  seen_at: number;
  probe_milliseconds: number | null;
}

type Mark = { before: string[] };

export function triggerDeployment(
  title: string,
  force: boolean,
  undo?: StepSpec<OfApp, Mark, Started>['undo'],
): StepSpec<OfApp, Mark, Started> {
  return {
    title,
    estimate: 2,
    mark: async (ctx, { app_uuid }) => ({ before: await deploymentsOf(ctx, app_uuid) }),
    async run(ctx, { app_uuid, name }) {
      return { deployment_uuid: await startDeployment(ctx, { uuid: app_uuid, name }, force) };
    },
    async find(ctx, { app_uuid }, { before }) {
      const uuid = await newDeployment(ctx, app_uuid, before);
      return uuid === undefined ? undefined : { deployment_uuid: uuid };
    },
    ...(undo && { undo }),
  };
}

export function waitForDeployment(seconds: number): StepSpec<OfApp & Started, undefined, Finished> {
  return {
    title: 'wait until Coolify has built and started it',
    estimate: seconds,
    async run(ctx, { deployment_uuid, name }) {
      const followed = await followDeployment(ctx, deployment_uuid);
      requireFinished(followed, name);
      const { deployment, logsReadable } = followed;
      const begun = coolifyTime(deployment.created_at);
      const finished = coolifyTime(deployment.finished_at);
      return {
        commit: deployment.commit && deployment.commit !== 'HEAD' ? deployment.commit : null,
        started_at: new Date(begun).toISOString(),
        completed_at: new Date(finished).toISOString(),
        duration_seconds: Math.max(0, Math.round((finished - begun) / 1000)),
        finished,
        healthy_in_log: logsReadable
          ? (deployment.logs ?? []).some(({ output }) => output.includes('New container is healthy'))
          : null,
      };
    },
  };
}

export function waitForHealth(): StepSpec<OfApp & Started & Finished, undefined, Healthy> {
  return {
    title: 'see the container run and its URL answer',
    estimate: 30,
    async run(ctx, given) {
      const app = factsOf(await ctx.coolify.applications.get(given.app_uuid, { signal: ctx.signal }));
      const { finished, healthy_in_log } = given;
      const { facts, milliseconds } = await watchHealth(ctx, app, { finished, healthyInLog: healthy_in_log });
      return { facts, seen_at: ctx.clock.now(), probe_milliseconds: milliseconds };
    },
  };
}

/** A container that dies right after its start is seen as restarted within 0.7 s (recorded: deploy-image 53). */
const SETTLES_MS = 1200;

export interface Verified {
  verified: Fact[];
  url: string | null;
  metrics: { deploy_time_seconds: number; response_time_ms: number | string };
}

/** `asked`: the commit that was asked for; null where the head of the branch was. */
export function verifyDeployment(
  asked: string | null,
): StepSpec<OfApp & Started & Finished & Healthy, undefined, Verified> {
  return {
    title: 'look again, and hold what is seen against what was asked for',
    estimate: 2,
    async run(ctx, given) {
      await ctx.clock.sleep(Math.max(0, given.seen_at + SETTLES_MS - ctx.clock.now()), ctx.signal);
      const row = await ctx.coolify.applications.get(given.app_uuid, { signal: ctx.signal });
      const app = factsOf(row);
      const { finished, healthy_in_log } = given;
      const { facts, milliseconds } = await watchHealth(ctx, app, { finished, healthyInLog: healthy_in_log });
      return {
        verified: [
          { fact: 'deployment_finished', result: 'seen', value: given.deployment_uuid, source: "Coolify's deployment" },
          commitFact(given.commit, asked),
          ...facts,
        ],
        url: visitorUrl(app.urls),
        metrics: {
          deploy_time_seconds: given.duration_seconds,
          response_time_ms: milliseconds ?? 'unknown: no answer over HTTP was had',
        },
      };
    },
  };
}

/** @throws StepFailed where another commit was deployed than the one asked for. */
export function commitFact(deployed: string | null, asked: string | null): Fact {
  const source = "Coolify's deployment";
  if (deployed === null) return { fact: 'commit', result: 'unknown', source, reason: 'Coolify names no commit for it' };
  if (asked === null)
    return { fact: 'commit', result: 'seen', value: `${deployed} (head of the branch as Coolify read it)`, source };
  if (deployed === asked || deployed.startsWith(asked))
    return { fact: 'commit', result: 'seen', value: deployed, source };
  throw new StepFailed(`Commit ${asked} was asked for, and Coolify deployed ${deployed}.`, {
    stage: 'deployment',
    fix: 'See which commit is pinned (get_app_details), and deploy again.',
  });
}

/** What of the app's record a rollback leads back to. */
export interface PreviousVersion {
  commit: string;
  deployment_uuid: string;
}

/**
 * Takes a deployment back: what is in progress is cancelled; where the old version no longer runs it is started again
 * and its commit pinned, because a restart or deploy at Coolify would otherwise bring the new one back (recorded:
 * deploy-git 36–43).
 */
export function restoreVersion(
  app: { uuid: string; name: string },
  previous: PreviousVersion | null,
): StepSpec<OfApp, Mark, Started>['undo'] {
  const short = previous?.commit.slice(0, 12) ?? 'nothing';
  return [
    {
      title: 'cancel the deployment if it is in progress, and see what runs',
      async run(ctx, given): Promise<{ restore: boolean } | typeof LEFT_ALONE> {
        const uuid = given.deployment_uuid ?? (await newDeployment(ctx, app.uuid, given.mark?.before ?? []));
        if (uuid === undefined) return LEFT_ALONE;
        const { deployment } = await cancelAndSettle(ctx, uuid);
        // A failed deployment changes nothing that runs, except where the old container had to go first.
        const restore = deployment.status === 'finished' || !(await hasContainer(ctx, app.uuid));
        return restore ? { restore } : LEFT_ALONE;
      },
    },
    {
      title: previous ? `bring commit ${short} back and pin it` : 'bring the earlier version back',
      mark: async (ctx) => ({ before: await deploymentsOf(ctx, app.uuid) }),
      async run(ctx, given) {
        if (!(given as { restore?: boolean }).restore) return LEFT_ALONE;
        if (!previous) {
          throw new StepFailed(`${app.name} had no earlier version that could be brought back`, {
            stage: 'deployment',
            fix: 'Correct the cause and deploy again.',
          });
        }
        await ctx.coolify.applications.update(app.uuid, { git_commit_sha: previous.commit }, { signal: ctx.signal });
        return { rollback_deployment: await startRollback(ctx, app, previous.commit) };
      },
      async find(ctx, _given, mark) {
        const uuid = await newDeployment(ctx, app.uuid, (mark as Mark).before);
        return uuid === undefined ? undefined : { rollback_deployment: uuid };
      },
    },
    {
      title: previous ? `see commit ${short} run` : 'see what runs now',
      async run(ctx, given) {
        const rollback = (given as { rollback_deployment?: string | null }).rollback_deployment;
        if (!rollback || !previous)
          return { ...LEFT_ALONE, after_rollback: 'the version before never stopped running' };
        const followed = await followDeployment(ctx, rollback);
        requireFinished(followed, app.name);
        const { deployment, logsReadable } = followed;
        const row = await ctx.coolify.applications.get(app.uuid, { signal: ctx.signal });
        const { facts } = await watchHealth(ctx, factsOf(row), {
          finished: coolifyTime(deployment.finished_at),
          healthyInLog: logsReadable
            ? (deployment.logs ?? []).some(({ output }) => output.includes('New container is healthy'))
            : null,
        });
        return {
          restored_commit: previous.commit,
          pinned_commit: previous.commit,
          verified_after_rollback: [commitFact(deployment.commit ?? null, previous.commit), ...facts],
          after_rollback: `commit ${previous.commit} runs again and is pinned: a restart keeps it, and the next redeploy unpins it`,
        };
      },
    },
  ];
}

async function cancelAndSettle(ctx: RunContext, uuid: string) {
  const current = await ctx.coolify.deployments.get(uuid, { signal: ctx.signal });
  if (current.status === 'queued' || current.status === 'in_progress') {
    try {
      await ctx.coolify.deployments.cancel(uuid, { signal: ctx.signal });
    } catch (error) {
      // It ended meanwhile: what it came to is read next.
      if (!(error instanceof Error && 'status' in error && error.status === 400)) throw error;
    }
  }
  return followDeployment(ctx, uuid, false);
}

/** Logs come from the real container whatever the status says (recorded: deploy-git 5, 6). */
async function hasContainer(ctx: RunContext, app: string): Promise<boolean> {
  try {
    await ctx.coolify.applications.logs(app, { lines: 1 }, { signal: ctx.signal });
    return true;
  } catch (error) {
    if (error instanceof Error && 'status' in error && error.status === 400) return false;
    throw error;
  }
}

async function startRollback(ctx: RunContext, app: { uuid: string; name: string }, commit: string): Promise<string> {
  try {
    const outcome = await ctx.coolify.applications.rollback(app.uuid, { commit }, { signal: ctx.signal });
    if (outcome.queued) return outcome.deploymentUuid;
  } catch (error) {
    // Before 4.3 there is no rollback; the commit is pinned by now, so that a deployment brings it back as well.
    if (!(error instanceof Error && 'kind' in error && error.kind === 'unsupported_version')) throw error;
  }
  return startDeployment(ctx, app, true);
}

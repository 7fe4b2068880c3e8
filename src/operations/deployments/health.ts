import type { Application } from '../../coolify/applications.ts';
import { parseStatus } from '../../coolify/status.ts';
import { type AppFacts, visitorUrl } from '../apps/view.ts';
import type { Probe, RunContext } from '../context.ts';
import type { Fact } from '../fields.ts';
import { StepFailed } from '../operation.ts';
import { isAway } from './follow.ts';

/** A name that does not resolve, or a proxy behind a firewall, is no fault of the app: after this long it is `unknown`. */
const UNREACHABLE_AFTER_MS = 20_000;

/**
 * What Coolify still knows of the container before (its restarts, its exit) is overwritten within a second of the end of
 * a deployment (recorded: deploy-image 52, 53): bad news is believed when it stands that long.
 */
const BELIEVED_AFTER_MS = 1500;

/** One look at an app after its deployment. */
export interface Look {
  /** Coolify's record: its status is a cached column, up to a minute old. */
  row: Pick<Application, 'status' | 'restart_count' | 'last_restart_at' | 'last_online_at'>;
  /** Null where the app has no address. */
  answer: Probe | null;
  healthCheck: boolean;
  /** The deployment's log says that the new container is healthy; null where the log may not be read. */
  healthyInLog: boolean | null;
  /** When Coolify finished the deployment, by its clock, in milliseconds. */
  finished: number;
  /** Milliseconds since `finished` was seen, by ours. */
  since: number;
}

export type Verdict =
  | { kind: 'good'; facts: Fact[] }
  | { kind: 'bad'; why: 'crash' | 'exited' }
  | {
      kind: 'wait';
      why: string;
      stage: 'health_check' | 'proxy_upstream' | 'container_readiness' | 'application_startup';
    };

/**
 * What one look tells. Pure. The recordings say why each rule is there: a status right after `finished` may be stale in
 * any direction (deploy-git 5; deploy-image 15, 60), so it counts only when it was written since; a crash shows as a
 * restart since the deployment began (deploy-image 53); what answers at the URL is the container that runs now.
 */
export function judge(look: Look): Verdict {
  const { row, answer, since } = look;
  const status = parseStatus(row.status);
  const written = coolifyTime(row.last_online_at) >= look.finished - 1000;
  // Restarts of the container before are counted until the end of the deployment; those after it are the new one's.
  const crashed = (row.restart_count ?? 0) > 0 && coolifyTime(row.last_restart_at) >= look.finished - 1000;
  if (crashed) return { kind: 'bad', why: 'crash' };
  // Around the end of a deployment the old container's exit is still written; a later word is the new one's.
  const writtenAfter = coolifyTime(row.last_online_at) >= look.finished + 2000;
  if (writtenAfter && (status.state === 'exited' || status.state === 'dead')) return { kind: 'bad', why: 'exited' };

  const answers = answer?.reached === true && answer.server === 'app' && answer.status < 500;
  const running = answers || (written && status.state === 'running');
  const healthy = look.healthyInLog === true || (written && status.health === 'healthy');
  if (!running)
    return {
      kind: 'wait',
      why: waitingFor(answer, status.raw),
      stage: answer?.reached ? 'proxy_upstream' : 'container_readiness',
    };
  if (look.healthCheck && !healthy) {
    return { kind: 'wait', why: `its health check has not passed (status ${status.raw})`, stage: 'health_check' };
  }
  const url = urlFact(answer, since);
  if (url?.result === 'not_seen')
    return {
      kind: 'wait',
      why: url.reason ?? 'its URL does not answer',
      stage: answer?.reached && answer.server === 'app' ? 'application_startup' : 'proxy_upstream',
    };

  const container: Fact = {
    fact: 'container_running',
    result: 'seen',
    value: status.raw,
    source: answers ? 'it answered at its URL' : "Coolify's status, written after the deployment",
  };
  const health: Fact = !look.healthCheck
    ? { fact: 'healthy', result: 'unknown', source: 'Coolify', reason: 'the app has no health check' }
    : { fact: 'healthy', result: 'seen', source: look.healthyInLog ? 'the deployment log' : "Coolify's status" };
  return { kind: 'good', facts: [container, health, ...(url ? [url] : [])] };
}

function urlFact(answer: Probe | null, since: number): Fact | null {
  if (answer === null) return null;
  const source = "Fairlead's own GET";
  if (answer.reached) {
    const value = `${answer.status} in ${answer.milliseconds} ms`;
    if (answer.server === 'proxy')
      return {
        fact: 'url_answers',
        result: 'not_seen',
        value,
        source,
        reason: `the proxy itself answers ${answer.status}: it does not reach the app`,
      };
    if (answer.status >= 500)
      return { fact: 'url_answers', result: 'not_seen', value, source, reason: `the app answers ${answer.status}` };
    return { fact: 'url_answers', result: 'seen', value, source };
  }
  const reason = {
    dns: 'the name does not resolve from here',
    refused: 'nothing accepts connections there',
    timeout: 'no answer came in time',
    tls: 'its certificate is not valid',
    reset: 'the connection broke off',
  }[answer.cause];
  const told = `${reason} (${answer.message})`;
  return { fact: 'url_answers', result: since < UNREACHABLE_AFTER_MS ? 'not_seen' : 'unknown', source, reason: told };
}

function waitingFor(answer: Probe | null, status: string): string {
  if (answer?.reached)
    return `its URL answers ${answer.status} from the ${answer.server === 'proxy' ? 'proxy, which does not reach it' : 'app'} (status ${status})`;
  return `it is not seen running (status ${status}${answer ? `; its URL: ${answer.message}` : ''})`;
}

/** Coolify writes `YYYY-MM-DD HH:MM:SS` and ISO 8601, both UTC; what is absent is the beginning of time. */
export function coolifyTime(text: string | null | undefined): number {
  if (!text) return 0;
  const iso = /[TZ]/.test(text) ? text : `${text.replace(' ', 'T')}Z`;
  const time = Date.parse(iso);
  return Number.isNaN(time) ? 0 : time;
}

export interface Watched {
  facts: Fact[];
  /** Latency of the last answer, milliseconds. */
  milliseconds: number | null;
}

/**
 * Looks until the app is seen to run as it should, or is seen not to, or the time for it is over.
 * @throws StepFailed with the container's newest lines.
 */
export async function watchHealth(
  ctx: RunContext,
  app: AppFacts,
  deployment: { finished: number; healthyInLog: boolean | null },
): Promise<Watched> {
  const started = ctx.clock.now();
  const url = visitorUrl(app.urls);
  let badSince: number | undefined;
  let waiting: Extract<Verdict, { kind: 'wait' }> | undefined;
  for (;;) {
    const since = ctx.clock.now() - started;
    const [row, answer] = await Promise.all([readRow(ctx, app.uuid), url === null ? null : ctx.probe(url, ctx.signal)]);
    if (row) {
      const verdict = judge({ row, answer, since, healthCheck: app.health_check, ...deployment });
      if (verdict.kind === 'good')
        return { facts: verdict.facts, milliseconds: answer?.reached ? answer.milliseconds : null };
      badSince = verdict.kind === 'bad' ? (badSince ?? since) : undefined;
      if (verdict.kind === 'bad' && since - badSince! >= BELIEVED_AFTER_MS)
        throw await broken(ctx, app, verdict.why, row);
      if (verdict.kind === 'wait' && verdict.why !== waiting?.why)
        ctx.report({ event: 'LOG', message: `waiting for ${app.name}: ${verdict.why}` });
      if (verdict.kind === 'wait') waiting = verdict;
    }
    if (since > ctx.settings.healthSeconds * 1000) throw await tooLate(ctx, app, waiting, ctx.settings.healthSeconds);
    await ctx.clock.sleep(since < 10_000 ? 400 : since < 60_000 ? 1000 : 3000, ctx.signal);
  }
}

async function readRow(ctx: RunContext, uuid: string): Promise<Application | undefined> {
  try {
    return await ctx.coolify.applications.get(uuid, { signal: ctx.signal });
  } catch (error) {
    if (isAway(error)) return undefined;
    throw error;
  }
}

async function broken(ctx: RunContext, app: AppFacts, why: 'crash' | 'exited', row: Look['row']): Promise<StepFailed> {
  const logs = await newestLines(ctx, app.uuid);
  const told =
    why === 'crash'
      ? `exits at start and is restarted again and again (${row.restart_count} restarts so far)`
      : 'has exited and is not running';
  return new StepFailed(`Coolify calls the deployment finished, but the container of ${app.name} ${told}.`, {
    stage: 'application_startup',
    severity: 'critical',
    fix: 'See the log lines: a missing variable, a dependency that cannot be reached, or a wrong start command. Correct it and deploy again.',
    logs,
    details: { container_status: row.status ?? 'unknown', restart_count: row.restart_count ?? 'unknown' },
  });
}

async function tooLate(
  ctx: RunContext,
  app: AppFacts,
  waiting: Extract<Verdict, { kind: 'wait' }> | undefined,
  seconds: number,
): Promise<StepFailed> {
  const logs = await newestLines(ctx, app.uuid);
  const why = waiting?.why ?? 'Coolify could not be asked';
  return new StepFailed(`${app.name} was not seen to work within ${seconds} s: ${why}.`, {
    stage: waiting?.stage ?? 'unknown',
    severity: 'critical',
    fix: `See that the app listens on port ${app.port ?? 'that Coolify expects'} of all interfaces and starts in time; FAIRLEAD_HEALTH_SECONDS allows more.`,
    logs,
  });
}

/** What the container said that tells most, or why nothing can be read: a failure is told without it rather than not at all. */
async function newestLines(ctx: RunContext, uuid: string): Promise<string[]> {
  try {
    const logs = await ctx.coolify.applications.logs(uuid, { lines: 60 }, { signal: ctx.signal });
    return tellingLines(logs.split('\n')).map(ctx.strike);
  } catch (error) {
    return [`(the container's log could not be read: ${error instanceof Error ? error.message : String(error)})`];
  }
}

/** The newest error and what follows it, at most five lines; without one the last five. */
export function tellingLines(lines: readonly string[]): string[] {
  const said = lines.filter((line) => line.trim() !== '');
  const error = said.findLastIndex((line) => /\w*(Error|Exception|panic|fatal)\b.*:/i.test(line));
  return error < 0 ? said.slice(-5) : said.slice(error, error + 5);
}

import { incidentId } from '../ids.ts';
import type { Actor } from '../operations/context.ts';
import type { GateResult, Impact, Operation, Resource } from '../operations/operation.ts';
import { type Failure, type Journal, runState } from '../storage/journal.ts';

/** The one shape in which a change is answered (`contracts.md` section 1, "Answer"). */
export interface Answer {
  status: 'success' | 'failed' | 'pending' | 'blocked' | 'rolled_back' | 'plan_ready';
  mode: 'on-demand' | 'dry-run';
  plan_id: string;
  resource_id: string | null;
  details: Record<string, unknown>;
  metrics: Record<string, number | string>;
  rollback_point: { deployment_id: string | null; config_hash: string } | null;
  message?: string;
  execution_plan?: ExecutionPlan;
  impact_analysis?: Omit<Impact, 'risks'>;
  error?: string;
  /** As an HTTP status would say it: 409 blocked or refused, 499 cancelled, 502 Coolify's part, 500 ours. */
  code?: number;
  troubleshooting?: string;
  incident?: Incident;
}

export interface ExecutionPlan {
  steps: { order: number; action: string; title: string; estimated_duration: string; undo: string[] }[];
  total_estimated_duration: string;
  gates_to_check: string[];
  risks: Impact['risks'];
}

export interface Incident {
  id: string;
  started_at: string;
  stage: string;
  root_cause: string;
  severity: string;
  recommended_fix: string;
  last_logs_sample: string[];
  related_resources: Resource[];
}

/** What a run is doing once it has failed. */
export const TAKING_BACK = 'taking back what was begun';

const NO_RESOURCE: Resource = { type: 'none', id: 'none', name: 'none' };

/** The answer of a run as its journal has it now: pending (`owned`: somebody carries it out), or its end. Pure. */
export function answerOf(operation: Operation, journal: Journal, actor: Actor, owned: boolean): Answer {
  const { header } = journal;
  const state = runState(journal);
  const { given, list } = operation.plan(header.input, header.facts);
  const known = { ...given, ...state.done };
  const resource = operation.resource?.(header.input, header.facts, known) ?? NO_RESOURCE;
  const shown = (raw: object) => {
    const output = operation.output.parse(raw);
    return operation.present?.(actor, output) ?? output;
  };
  const answer: Omit<Answer, 'status'> = {
    mode: 'on-demand',
    plan_id: header.id,
    // Uuids are the operator's; an account of the platform works by name.
    resource_id: actor.kind === 'account' || resource.id === 'none' ? null : resource.id,
    details: { steps_executed: state.position },
    metrics: metricsOf(known),
    rollback_point: operation.rollbackPoint?.(header.facts) ?? null,
  };

  if (!state.ended) {
    const step = list[state.position];
    const undoing = state.failure ? TAKING_BACK : (step?.title ?? 'finishing');
    return {
      ...answer,
      status: 'pending',
      details: {
        ...answer.details,
        steps_total: list.length,
        doing: undoing,
        started_at: new Date(header.startedAt).toISOString(),
        estimated_duration: seconds(list.reduce((sum, s) => sum + s.estimate, 0)),
        ...pick(known, ['deployment_uuid', 'branch']),
      },
      message: owned
        ? `Still going on: ${undoing}. Follow it with get_run ${header.id}.`
        : `Interrupted at: ${undoing}. No process carries it out now: fairlead runs resume ${header.id}, or runs undo.`,
    };
  }
  if (state.ended.status === 'success') {
    const output = shown(state.ended.output ?? {});
    return { ...answer, status: 'success', details: { ...output, steps_executed: state.position } };
  }

  const failure = state.failure?.failure ?? UNKNOWN_FAILURE;
  const failedStep = list[state.failure?.step ?? 0]?.name ?? 'unknown';
  const undone = undoTitles(operation, journal).filter(({ key }) => state.undone.has(key));
  const restored = undone
    .filter(({ key }) => !('left_alone' in (state.undone.get(key) ?? {})))
    .map(({ title }) => title);
  const left = state.undoFailed.map(({ step, part, failure: f }) => `${list[step]?.undo?.[part]?.title}: ${f.message}`);
  const cause = {
    ...failure,
    fix: left.length > 0 ? `${failure.fix} Then take the rest back: fairlead runs undo ${header.id}` : failure.fix,
  };
  return {
    ...answer,
    status: state.ended.status,
    details: {
      ...failure.details,
      ...Object.assign(
        {},
        ...[...state.undone.values()].map(({ left_alone, ...result }: { left_alone?: boolean }) => result),
      ),
      steps_executed: state.position,
      restored,
      not_restored: left,
    },
    error: `Transaction failed at step ${failedStep}: ${failure.message}`,
    code: failure.kind === 'cancelled' ? 499 : failure.kind === 'fault' ? 500 : 502,
    troubleshooting: cause.fix,
    incident: incidentOf(cause, resource, header, left),
  };
}

function undoTitles(operation: Operation, { header }: Journal): { key: string; title: string }[] {
  return operation
    .plan(header.input, header.facts)
    .list.flatMap((step, i) => (step.undo ?? []).map((undo, part) => ({ key: `${i}.${part}`, title: undo.title })));
}

function incidentOf(failure: Failure, resource: Resource, header: Journal['header'], left: string[]): Incident {
  return {
    id: incidentId(resource.id, header.id, header.startedAt),
    started_at: new Date(header.startedAt).toISOString(),
    stage: failure.stage,
    root_cause: left.length > 0 ? `${failure.message}; not taken back: ${left.join('; ')}` : failure.message,
    severity: left.length > 0 ? 'critical' : failure.severity,
    recommended_fix: failure.fix,
    last_logs_sample: failure.logs.slice(-5),
    related_resources: resource.type === 'none' ? [] : [resource],
  };
}

/** The answer of a dry run, or of a call that a gate blocked: the plan is given either way. */
export function planAnswer(
  operation: Operation,
  plan: { id: string; input: Record<string, unknown>; facts: unknown; digest: string },
  gates: GateResult[],
  actor: Actor,
  mode: Answer['mode'],
): Answer {
  const { given, list } = operation.plan(plan.input, plan.facts);
  const resource = operation.resource?.(plan.input, plan.facts, given) ?? NO_RESOURCE;
  const { risks = [], ...impact } = operation.impact?.(plan.input, plan.facts) ?? {
    downtime_expected: false,
    rollback_available: list.every((step) => !step.mark || step.undo),
    affected_users: 'unknown',
  };
  const blocked = gates.filter((gate) => gate.result === 'blocked');
  return {
    status: blocked.length > 0 && mode === 'on-demand' ? 'blocked' : 'plan_ready',
    mode,
    plan_id: plan.id,
    resource_id: actor.kind === 'account' || resource.id === 'none' ? null : resource.id,
    details: { resource, digest: plan.digest, gates },
    metrics: {},
    rollback_point: operation.rollbackPoint?.(plan.facts) ?? null,
    execution_plan: {
      steps: list.map((step, i) => ({
        order: i + 1,
        action: step.name,
        title: step.title,
        estimated_duration: seconds(step.estimate),
        undo: (step.undo ?? []).map((undo) => undo.title),
      })),
      total_estimated_duration: seconds(list.reduce((sum, step) => sum + step.estimate, 0)),
      gates_to_check: gates.map(({ gate }) => gate),
      risks,
    },
    impact_analysis: impact,
    ...(blocked.length > 0 && {
      error: `Validation gate failed: ${blocked.map(({ gate, evidence }) => `${gate}: ${evidence}`).join('; ')}`,
      code: 409,
      troubleshooting: blocked.map(({ next }) => next ?? 'Clear the cause and call again.').join(' '),
    }),
  };
}

const UNKNOWN_FAILURE: Failure = {
  message: 'the journal does not say why',
  kind: 'fault',
  stage: 'unknown',
  severity: 'high',
  fix: 'Report it with the run id.',
  logs: [],
  details: {},
};

const seconds = (n: number): string => `${Math.round(n)}s`;

const pick = (from: Record<string, unknown>, keys: string[]): Record<string, unknown> =>
  Object.fromEntries(keys.flatMap((key) => (from[key] === undefined ? [] : [[key, from[key]]])));

function metricsOf(done: object): Answer['metrics'] {
  const metrics = (done as { metrics?: Answer['metrics'] }).metrics;
  return metrics ?? {};
}

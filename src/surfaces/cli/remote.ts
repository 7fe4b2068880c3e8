import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { argumentsOf, type Catalog } from '../../gateway/catalog.ts';
import type { Answer, Reply, Request } from '../../gateway/gateway.ts';
import { Refusal } from '../../refusal.ts';
import type { Carrier } from './carrier.ts';
import { isRefusalCode } from './exit.ts';
import { followed } from './followed.ts';
import { tellItGoesOn } from './leaving.ts';

export interface ServerOptions {
  /** Where `fairlead serve` answers, with the path of a proxy if there is one. */
  url: string;
  key: string;
  catalog: Catalog;
  /** Aborted when nobody waits for answers any more. */
  leave: AbortSignal;
}

/** Seconds that one look at a run waits for its end; between looks its steps are told. */
const LOOK_SECONDS = 2;
/** A server that restarts goes on with its runs: so long it is asked again. */
const AWAY_MS = 60_000;
const ASK_AGAIN_MS = 500;

const answerSchema = z.looseObject({
  status: z.enum(['success', 'failed', 'pending', 'blocked', 'rolled_back', 'plan_ready']),
  mode: z.string(),
  plan_id: z.string(),
  details: z.record(z.string(), z.unknown()),
});
const problemSchema = z.object({
  error: z.string(),
  reason: z.string(),
  troubleshooting: z.string(),
  details: z.record(z.string(), z.unknown()).optional(),
});

/** A "no" of the server's that is no refusal of ours: Coolify's, or HTTP's own. Read as any client's error. */
class ServerProblem extends Error {
  override name = 'ServerProblem';
  readonly kind: string;
  readonly next: string;
  constructor(kind: string, message: string, next: string) {
    super(message);
    this.kind = kind;
    this.next = next;
  }
}

/** Carries out at a server, over its REST interface; which operations there are is known here. */
export function atServer({ url, key, catalog, leave }: ServerOptions): Carrier {
  const base = url.replace(/\/+$/, '');
  if (!URL.canParse(base)) throw new Refusal('invalid_input', '--server is no URL.', 'It reads https://fairlead.….');

  async function call(request: Omit<Request, 'waitMs'>): Promise<Reply> {
    const found = catalog.find(request.name);
    const { operation, alias } = found;
    const { input, controls } = argumentsOf(found, request.arguments);
    const path = `/v1/${operation.noun}/${operation.verb}`;
    if (operation.effect === 'read') {
      const output = await ask(path, { body: input, signal: request.signal });
      return { kind: 'output', output: alias?.output?.(output) ?? output };
    }
    const change = (more: { plan_id?: string | undefined }) =>
      askAnswer(`${path}?wait=0`, {
        ...input,
        dry_run: controls.dryRun,
        plan_id: controls.planId,
        confirm_destructive: controls.confirmDestructive,
        ...more,
      });
    let answer = await change({});
    if (answer.status === 'plan_ready' && answer.mode === 'on-demand' && request.confirm) {
      if (!(await request.confirm(answer)))
        throw new Refusal('needs_confirmation', 'The person did not confirm.', 'Nothing was changed.');
      answer = await change({ plan_id: answer.plan_id });
    }
    if (answer.status === 'pending') answer = await follow(answer, operation.title, request);
    return { kind: 'answer', answer };
  }

  /** To the end of the run, telling its steps; a wish to cancel is passed on, and its end waited for as well. */
  async function follow(begun: Answer, title: string, { signal, report }: Pick<Request, 'signal' | 'report'>) {
    const tell = followed(begun.plan_id, title, report ?? (() => undefined));
    let answer = begun;
    let cancelled = false;
    for (let answeredAt = Date.now(); answer.status === 'pending'; ) {
      tell(answer);
      try {
        if (signal.aborted && !cancelled) {
          await askAnswer('/v1/run/cancel?wait=0', { id: begun.plan_id });
          cancelled = true;
        }
        answer = await askAnswer(`/v1/runs/${begun.plan_id}?wait=${LOOK_SECONDS}`);
        answeredAt = Date.now();
      } catch (error) {
        if (!isAway(error) || Date.now() - answeredAt > AWAY_MS) throw error;
        await pause(ASK_AGAIN_MS, undefined, { signal: leave });
      }
    }
    tell(answer);
    return answer;
  }

  async function askAnswer(path: string, body?: object): Promise<Answer> {
    // The server's own type: it is of this program.
    return answerSchema.parse(await ask(path, { body })) as unknown as Answer;
  }

  /** POST where there is a body. What a change came to is an answer, whatever its HTTP status. */
  async function ask(path: string, { body, signal }: { body?: object | undefined; signal?: AbortSignal }) {
    const response = await fetch(`${base}${path}`, {
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      signal: AbortSignal.any([leave, ...(signal ? [signal] : [])]),
    }).catch((error: Error) => {
      if (leave.aborted || signal?.aborted) throw error;
      throw unreachable(base, error);
    });
    const told: unknown = await response.json().catch(() => undefined);
    if (response.ok && isObject(told)) return told;
    if (answerSchema.safeParse(told).success) return told as Record<string, unknown>;
    throw problemIn(told, response.status, base);
  }

  return { call, tellLeft: async (_operation, _since, screen) => tellItGoesOn(screen) };
}

function problemIn(told: unknown, status: number, base: string): Error {
  const { data } = problemSchema.safeParse(told);
  if (!data)
    return new Refusal(
      'unreachable',
      `What answers at ${base} is no Fairlead (HTTP ${status}).`,
      'Give the address that `fairlead serve` tells at its start, or that of the proxy before it.',
    );
  const { error, reason, troubleshooting, details } = data;
  if (isRefusalCode(reason)) return new Refusal(reason, error, troubleshooting, details);
  const next = reason === 'unauthenticated' ? 'Set FAIRLEAD_KEY to a key of that server.' : troubleshooting;
  return new ServerProblem(reason, error, next);
}

function unreachable(base: string, { message, cause }: Error): Refusal {
  const why = cause instanceof Error ? ((cause as NodeJS.ErrnoException).code ?? cause.message) : message;
  return new Refusal(
    'unreachable',
    `The server at ${base} does not answer (${why}).`,
    'Check the address, and that `fairlead serve` runs there.',
  );
}

const isAway = (error: unknown): boolean =>
  error instanceof Refusal && (error.code === 'unreachable' || error.code === 'busy');

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
